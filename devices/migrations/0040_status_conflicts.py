"""Statuses are no data conflicts any more: they leave the stored conflicts, some thousand devices in a transaction."""

from __future__ import annotations

from django.db import connection, migrations, transaction

AT_ONCE = 2_000
_DEVICES = """WITH part AS MATERIALIZED (
  SELECT id FROM devices_device WHERE disagrees <> '{}' AND disagrees @> ARRAY['state']::varchar[] LIMIT %s)
UPDATE devices_device d SET disagrees = array_remove(d.disagrees, 'state') FROM part WHERE d.id = part.id"""
_SETTLEMENTS = "UPDATE devices_settlement SET ended_at = now() WHERE field = 'state' AND ended_at IS NULL"


def remove(*_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SETTLEMENTS)
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_DEVICES, [AT_ONCE])
            if not cursor.rowcount:
                return


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("devices", "0039_problems_of_issues")]

    operations = [migrations.RunPython(remove, migrations.RunPython.noop)]
