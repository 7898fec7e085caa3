"""Pulses of the records of a page, and the last check-ins of their devices: what moves at every sync."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from devices.db.locks import lock_devices
from devices.models import SyncRun
from devices.models.device import NEVER
from devices.reconciliation.last_contact import raise_check_ins, store_check_ins
from vendors.parsing.times import SKEW

# Looked up one by one, whatever the statistics of a table that is just being filled say.
ONE_SIGHTING = (
    "SELECT s.id, s.device_id, s.digest FROM devices_sighting s WHERE s.account_id = %s AND s.external_id = i.external_id LIMIT 1"
)


def write_pulses(run: SyncRun, now: datetime) -> list[tuple[int, datetime | None]]:
    """Returns the devices of which the stored check-in may differ now: with the time if it is only later, else with None."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH s AS MATERIALIZED (
                 SELECT s.id, s.device_id, i.seen_at, i.booted_at,
                   (SELECT p.seen_at FROM devices_pulse p WHERE p.sighting_id = s.id) AS before,
                   (SELECT c.at FROM devices_checkin c WHERE c.device_id = s.device_id) AS stored
                 FROM incoming i CROSS JOIN LATERAL ({ONE_SIGHTING}) s
               ), written AS (
                 INSERT INTO devices_pulse AS p (sighting_id, seen_at, fetched_at, run_id, booted_at)
                 SELECT id, seen_at, %s, %s, booted_at FROM s ORDER BY id
                 ON CONFLICT (sighting_id) DO UPDATE
                 SET seen_at = EXCLUDED.seen_at, fetched_at = EXCLUDED.fetched_at, run_id = greatest(p.run_id, EXCLUDED.run_id),
                     booted_at = EXCLUDED.booted_at)
               SELECT device_id, CASE WHEN seen_at > stored AND seen_at <= %s THEN seen_at END FROM s
               WHERE stored IS NULL OR (seen_at > stored AND seen_at <= %s)
                     OR seen_at < before OR (before IS NOT NULL AND coalesce(seen_at > %s, true) AND seen_at IS DISTINCT FROM before)""",  # nosec B608 # constants and columns of the model
            [run.account_id, now, run.pk, now + SKEW, now + SKEW, now + SKEW],
        )
        found: list[tuple[int, datetime | None]] = cursor.fetchall()
    return found


def write_check_ins(contacts: Sequence[tuple[int, datetime | None]], now: datetime) -> None:
    """`contacts`: as `write_pulses` returns them."""
    unclear = {device for device, at in contacts if at is None}
    if unclear:
        lock_devices()
        store_check_ins(unclear, now)
    later: dict[int, datetime] = {}
    for device, at in contacts:
        if at is not None and device not in unclear and at > later.get(device, NEVER):
            later[device] = at
    raise_check_ins(later)
