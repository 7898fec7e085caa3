"""The records of an account that are listed, but stale, muted or not managed: what the coverage matrix filters by."""

from __future__ import annotations

from django.db import migrations, models

from devices.db.schema import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("devices", "0044_check_ins")]

    operations = [
        AddIndexOnline(
            "sighting",
            models.Index(
                fields=["account", "device"],
                include=["stale", "silenced", "enrolment"],
                condition=models.Q(life="seen")
                & models.Q(("stale", True), ("silenced", True), ("enrolment__in", ["pending", "failed"]), _connector="OR"),
                name="sighting_unusual",
            ),
        ),
    ]
