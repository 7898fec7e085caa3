from __future__ import annotations

from django.db import migrations, models

from devices.db.schema import AddIndexOnline


class Migration(migrations.Migration):
    """So that coverage of an earlier day finds the records that are newer, without reading the others."""

    atomic = False
    dependencies = [("devices", "0042_former_states")]
    operations = [AddIndexOnline("sighting", models.Index(fields=["created_at"], name="sighting_by_creation"))]
