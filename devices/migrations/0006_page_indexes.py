"""Indexes for what the pages ask, and on each sighting by which kinds of key matching could find it: coverage reads no identifiers."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

# As devices/matching/grouping.py numbers them.
KEY_KINDS = """UPDATE devices_sighting s SET key_kinds = k.kinds FROM (
    SELECT sighting_id, bit_or(CASE kind WHEN 'serial' THEN 1 WHEN 'bios_uuid' THEN 2 WHEN 'mac' THEN 4 ELSE 8 END) AS kinds
    FROM devices_identifier WHERE NOT junk AND kind IN ('serial', 'bios_uuid', 'mac', 'hostname') GROUP BY sighting_id) k
WHERE k.sighting_id = s.id"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0005_timeline")]

    operations = [
        migrations.AddField(
            model_name="sighting",
            name="key_kinds",
            field=models.SmallIntegerField(db_default=0, help_text="matching.kinds_mask of its identifiers that are not junk"),
        ),
        migrations.RunSQL(KEY_KINDS, migrations.RunSQL.noop),
        # A table whose rows were just changed takes no index in the same transaction while a check of its foreign keys waits.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="sighting",
            name="device",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="sightings", to="devices.device"
            ),
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(
                fields=["device", "account"], include=["key_kinds", "life", "stale", "silenced", "enrolment"], name="sighting_cover"
            ),
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(fields=["group_id", "device"], condition=~models.Q(group_id=""), name="sighting_by_group_id"),
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(fields=["group_name", "device"], condition=~models.Q(group_name=""), name="sighting_by_group_name"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["life", "name", "id"], condition=~models.Q(life="seen"), name="device_not_seen"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["life", "state", "silenced", "os_family", "vendors"], name="device_tally"),
        ),
    ]
