"""Last check-in of devices: the newest plausible time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from vendors.parsing.times import FIRST_YEAR, SKEW

# Each row is looked up by its key, whatever the statistics of tables that were just filled say.
_LAST = """SELECT d.id, max(p.seen_at) FROM unnest(%s::bigint[]) AS d(id)
CROSS JOIN LATERAL (SELECT s.id FROM devices_sighting s WHERE s.device_id = d.id OFFSET 0) s
CROSS JOIN LATERAL (SELECT p.seen_at FROM devices_pulse p WHERE p.sighting_id = s.id OFFSET 0) p
WHERE p.seen_at >= make_timestamptz(%s, 1, 1, 0, 0, 0, 'UTC') AND p.seen_at <= now() + make_interval(secs => %s) GROUP BY d.id"""
_LAST_OF_RECORDS = """SELECT r.device, max(p.seen_at) FROM unnest(%s::bigint[], %s::bigint[]) AS r(device, sighting)
CROSS JOIN LATERAL (SELECT p.seen_at FROM devices_pulse p WHERE p.sighting_id = r.sighting OFFSET 0) p
WHERE p.seen_at >= make_timestamptz(%s, 1, 1, 0, 0, 0, 'UTC') AND p.seen_at <= now() + make_interval(secs => %s) GROUP BY r.device"""


def last_contacts(devices: Sequence[int]) -> dict[int, datetime]:
    """Of the devices for which a vendor reports it. One query, or none without a device."""
    if not devices:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [list(devices), FIRST_YEAR, SKEW.total_seconds()])
        return dict(cursor.fetchall())


def record_contacts(records: Mapping[int, Sequence[int]]) -> dict[int, datetime]:
    """device → last check-in by these of its records alone. One query, or none without a record."""
    pairs = [(device, record) for device, some in records.items() for record in some]
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _LAST_OF_RECORDS, [[device for device, _ in pairs], [record for _, record in pairs], FIRST_YEAR, SKEW.total_seconds()]
        )
        return dict(cursor.fetchall())
