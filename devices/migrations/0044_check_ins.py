"""The last check-in of each device, in a narrow table. Filled some thousand at a time; the next sync stores what moved meanwhile."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import connection, migrations, models, transaction

AT_ONCE = 10_000
_FILL = """WITH part AS MATERIALIZED (SELECT id FROM devices_device WHERE id > %(after)s ORDER BY id LIMIT %(most)s), written AS (
  INSERT INTO devices_checkin (device_id, at)
  SELECT part.id, coalesce(max(p.seen_at), '1900-01-01 00:00:00+00') FROM part
  LEFT JOIN LATERAL (SELECT s.id FROM devices_sighting s WHERE s.device_id = part.id OFFSET 0) s ON true
  LEFT JOIN LATERAL (SELECT p.seen_at FROM devices_pulse p WHERE p.sighting_id = s.id
    AND p.seen_at >= '2000-01-01 00:00:00+00' AND p.seen_at <= now() + interval '5 minutes' OFFSET 0) p ON true
  GROUP BY part.id ORDER BY part.id ON CONFLICT (device_id) DO NOTHING)
SELECT max(id) FROM part"""


def fill(*_: Any) -> None:
    after = 0
    while after is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FILL, {"after": after, "most": AT_ONCE})
            (after,) = cursor.fetchone()


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("devices", "0043_sighting_by_creation")]

    operations = [
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                (
                    "device",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="check_in",
                        serialize=False,
                        to="devices.device",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["at", "device"], name="check_in_by_time")]},
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
