"""Indexes of the filters by facts, made while syncs go on."""

from __future__ import annotations

import django.contrib.postgres.indexes
from django.db import migrations, models

from devices.db.schema import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("devices", "0034_facts")]

    operations = [
        AddIndexOnline("sighting", django.contrib.postgres.indexes.GinIndex(fields=["fact_keys"], name="sighting_by_fact")),
        AddIndexOnline(
            "sighting",
            models.Index(
                fields=["license_ends", "device"], condition=models.Q(("license_ends__isnull", False)), name="sighting_by_license"
            ),
        ),
        AddIndexOnline(
            "pulse", models.Index(fields=["booted_at", "sighting"], condition=models.Q(("booted_at__isnull", False)), name="pulse_by_boot")
        ),
    ]
