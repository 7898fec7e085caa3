"""Last check-in of devices: the newest plausible time. `CheckIn` keeps it in an order, for lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from django.db import connection

from devices.models.device import NEVER
from vendors.parsing.times import FIRST_YEAR, SKEW

# Each row is looked up by its key, whatever the statistics of tables that were just filled say.
_LAST = """SELECT d.id, max(p.seen_at) FROM unnest(%s::bigint[]) AS d(id)
CROSS JOIN LATERAL (SELECT s.id FROM devices_sighting s WHERE s.device_id = d.id OFFSET 0) s
CROSS JOIN LATERAL (SELECT p.seen_at FROM devices_pulse p WHERE p.sighting_id = s.id OFFSET 0) p
WHERE p.seen_at >= make_timestamptz(%s, 1, 1, 0, 0, 0, 'UTC') AND p.seen_at <= now() + make_interval(secs => %s) GROUP BY d.id"""
_LAST_OF_RECORDS = """SELECT r.device, max(p.seen_at) FROM unnest(%s::bigint[], %s::bigint[]) AS r(device, sighting)
CROSS JOIN LATERAL (SELECT p.seen_at FROM devices_pulse p WHERE p.sighting_id = r.sighting OFFSET 0) p
WHERE p.seen_at >= make_timestamptz(%s, 1, 1, 0, 0, 0, 'UTC') AND p.seen_at <= now() + make_interval(secs => %s) GROUP BY r.device"""
# A row that stays as it is is not even locked.
_STORE = """INSERT INTO devices_checkin AS c (device_id, at)
SELECT n.id, n.at FROM (
  SELECT d.id, coalesce(max(p.seen_at), %(never)s) AS at FROM unnest(%(devices)s::bigint[]) AS d(id)
  CROSS JOIN LATERAL (SELECT s.id FROM devices_sighting s WHERE s.device_id = d.id OFFSET 0) s
  LEFT JOIN LATERAL (SELECT p.seen_at FROM devices_pulse p
                     WHERE p.sighting_id = s.id AND p.seen_at >= %(first)s AND p.seen_at <= %(last)s OFFSET 0) p ON true
  GROUP BY d.id) n
WHERE n.at IS DISTINCT FROM (SELECT c.at FROM devices_checkin c WHERE c.device_id = n.id) ORDER BY n.id
ON CONFLICT (device_id) DO UPDATE SET at = EXCLUDED.at"""
_RAISE = """UPDATE devices_checkin c SET at = n.at FROM (
  SELECT d.id, d.at FROM unnest(%s::bigint[], %s::timestamptz[]) AS d(id, at) CROSS JOIN LATERAL (
    SELECT FROM devices_checkin c WHERE c.device_id = d.id AND c.at < d.at FOR NO KEY UPDATE SKIP LOCKED) held) n
WHERE c.device_id = n.id"""
FIRST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)


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


def store_check_ins(devices: Collection[int], now: datetime) -> None:
    """Store the last check-in of these devices, read from all their records. The caller holds `lock_devices`."""
    if not devices:
        return
    with connection.cursor() as cursor:
        cursor.execute(_STORE, {"devices": sorted(devices), "never": NEVER, "first": FIRST, "last": now + SKEW})


def raise_check_ins(later: Mapping[int, datetime]) -> None:
    """Store a later check-in of devices, as most records of a sync bring one. Call it last in a transaction.

    A row that another sync writes at this moment is left to the next sync: this one waits for none, so two syncs cannot deadlock.
    """
    if not later:
        return
    ordered = sorted(later)
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [ordered, [later[device] for device in ordered]])
