"""How often a list about patching failed in a row, so that it is retried after 5, 15 and 60 minutes."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patching", "0007_likely_titles")]
    operations = [
        migrations.AddField(
            "reading",
            "failures",
            models.PositiveIntegerField(default=0, help_text="walks in a row that failed"),
        ),
    ]
