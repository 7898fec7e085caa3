"""One decision of a user can be several overrides; coverage reads whether a record is superseded; possible duplicates by an index.

Overrides of one user and moment are one decision: they were written together.
"""

from __future__ import annotations

import uuid

from django.db import migrations, models

_TOGETHER = """UPDATE devices_ruling SET decision = md5(concat_ws(' ', made_at, made_by_id, together))::uuid"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0025_match_evidence")]

    operations = [
        migrations.AddField(
            model_name="ruling",
            name="decision",
            field=models.UUIDField(default=uuid.uuid4),
        ),
        migrations.RunSQL(_TOGETHER, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="sighting", name="sighting_cover"),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(
                fields=["device", "account"],
                include=["key_kinds", "life", "stale", "silenced", "enrolment", "superseded"],
                name="sighting_cover",
            ),
        ),
        # Read backwards, it has the pairs in the order of their list.
        migrations.RemoveIndex(model_name="possibleduplicate", name="possible_by_total"),
        migrations.AddIndex(model_name="possibleduplicate", index=models.Index(fields=["total", "id"], name="possible_by_total")),
    ]
