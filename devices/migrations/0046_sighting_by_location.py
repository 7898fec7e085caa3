"""The records that report a location: what the coverage page counts by it."""

from __future__ import annotations

from django.db import migrations, models

from devices.db.schema import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("devices", "0045_sighting_unusual")]

    operations = [
        AddIndexOnline(
            "sighting",
            models.Index(fields=["device"], condition=models.Q(("facts__has_key", "location")), name="sighting_by_location"),
        ),
    ]
