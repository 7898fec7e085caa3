"""Indexes of problems, and the problem of each stored issue: some thousand in a transaction, however many there are."""

from __future__ import annotations

from django.db import connection, migrations, models, transaction
from django.db.models.functions import Coalesce

from devices.db.schema import AddIndexOnline

AT_ONCE = 2_000  # records
# The trigger gives each its problem.
_FILL = """
WITH part AS MATERIALIZED (SELECT id FROM devices_sighting WHERE id > %(after)s ORDER BY id LIMIT %(most)s), filled AS (
  UPDATE devices_issue i SET title = i.title FROM part WHERE i.sighting_id = part.id AND i.problem_id IS NULL)
SELECT max(id) FROM part"""


def fill(*_: object) -> None:
    after = 0
    while after is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FILL, {"after": after, "most": AT_ONCE})
            (after,) = cursor.fetchone()


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("devices", "0038_problems")]

    operations = [
        AddIndexOnline(
            "issue", models.Index("problem", "listed", Coalesce("since", "first_seen_at"), "sighting_id", "key", name="issue_of_problem")
        ),
        AddIndexOnline(
            "sighting",
            models.Index(
                fields=["account", "quiet_since", "id"], condition=models.Q(stale=True, life="seen"), name="sighting_quiet_account"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
