from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("installers", "0006_texts")]

    operations = [
        migrations.AlterField(
            model_name="handout",
            name="way",
            field=models.CharField(
                choices=[("shown", "Vendor link"), ("short", "Short link"), ("group", "Short link for several devices")], max_length=5
            ),
        ),
        migrations.AddField(
            model_name="handout",
            name="through",
            field=models.ForeignKey(
                help_text="which has the link of a group",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="installers.handout",
            ),
        ),
    ]
