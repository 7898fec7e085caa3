from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0026_override_decisions")]

    operations = [
        migrations.AlterField("matchupgrade", "last", models.BigIntegerField(default=0, help_text="highest sighting id that was read")),
        migrations.AddField(
            "matchupgrade",
            "device",
            models.BigIntegerField(null=True, help_text="highest device id that was matched; null: records are still being read"),
        ),
    ]
