"""Which attempt is the last one of its application on its device: what failed before it is history, and no work."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations, models

triggers = import_module("patching.migrations.0002_tallies").triggers
TABLES = "patching_attempt", "patching_attempttally"
OLD_KEYS = "account_id, day, title_id, status, reason"
MADE, UNMADE = triggers(*TABLES, OLD_KEYS, "true")
AGAIN, GONE = triggers(*TABLES, f"{OLD_KEYS}, last", "true")
FILL = """
UPDATE patching_attempt a SET last = true FROM (
    SELECT DISTINCT ON (account_id, device_ref, title_id) id FROM patching_attempt WHERE device_ref <> ''
    ORDER BY account_id, device_ref, title_id, at DESC, id DESC) newest
WHERE a.id = newest.id;
DELETE FROM patching_attempttally;
INSERT INTO patching_attempttally (account_id, day, title_id, status, reason, last, number)
SELECT account_id, day, title_id, status, reason, last, count(*) FROM patching_attempt GROUP BY 1, 2, 3, 4, 5, 6;
"""
EMPTY = """
DELETE FROM patching_attempttally;
INSERT INTO patching_attempttally (account_id, day, title_id, status, reason, last, number)
SELECT account_id, day, title_id, status, reason, false, count(*) FROM patching_attempt GROUP BY 1, 2, 3, 4, 5;
"""


class Migration(migrations.Migration):
    dependencies = [("patching", "0005_by_severity")]
    operations = [
        migrations.RunSQL(UNMADE, MADE),
        migrations.AddField(
            "attempt", "last", models.BooleanField(default=False, help_text="no later one of the same application on its device is known")
        ),
        migrations.AddField("attempttally", "last", models.BooleanField(default=False)),
        migrations.RemoveConstraint("attempttally", "one_attempt_tally"),
        migrations.AddConstraint(
            "attempttally",
            models.UniqueConstraint(fields=["account", "day", "title", "status", "reason", "last"], name="one_attempt_tally"),
        ),
        migrations.AddIndex(
            "attempt",
            models.Index(
                fields=["account", "device_ref", "title", "-at", "-id"], condition=~models.Q(device_ref=""), name="attempt_by_device_title"
            ),
        ),
        migrations.RunSQL(FILL, EMPTY),
        migrations.RunSQL(AGAIN, GONE),
    ]
