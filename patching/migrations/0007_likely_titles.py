"""Applications that their vendor does not name, and what they probably are."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patching", "0006_last_attempts")]
    operations = [
        migrations.AddField(
            "title",
            "version",
            models.CharField(blank=True, default="", help_text="told in place of a name; empty where it is named", max_length=255),
            preserve_default=False,
        ),
        migrations.AddField(
            "title",
            "likely",
            models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="patching.title",
            ),
        ),
        migrations.AddIndex("attempt", models.Index(fields=["title", "after"], name="attempt_by_version")),
    ]
