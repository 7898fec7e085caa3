"""A cheaper way to the words of issues: an index of trigrams took three quarters of the time that a million issues need to be stored."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0008_quiet_since")]

    operations = [
        migrations.RunSQL(
            "DROP INDEX issue_title; CREATE INDEX issue_title ON devices_issue (lower(title) text_pattern_ops)",
            "DROP INDEX issue_title; CREATE INDEX issue_title ON devices_issue USING gin (lower(title) gin_trgm_ops)",
        ),
        migrations.AlterField(
            model_name="triage",
            name="kind",
            field=models.CharField(
                choices=[("issue", "Told by a vendor"), ("stale", "No recent contact"), ("gap", "Gap in coverage")], max_length=10
            ),
        ),
    ]
