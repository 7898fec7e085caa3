"""Assignment of patches and attempts to devices, and whether they count: for a whole account at the end of each sync, and for some devices
when they are retired, restored or merged.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

_HOLD = 0x70C5  # migration 0004 takes the same lock where sightings move between devices
AT_ONCE = 10_000  # devices in one statement, so that none takes long however many there are
IN_USE = "s.life = 'seen' AND s.superseded IS NOT TRUE AND d.life <> 'retired'"


def hold_patching() -> None:
    """Lock patches and attempts until this transaction ends: syncs of devices and of patching both write them.

    One lock for all accounts, because they share the tally of a device. The lock of devices (devices/db/locks.py) is taken before it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_HOLD])


def assign_account(account: int) -> None:
    """Assign rows of newly synced devices, and stop counting those of inactive devices and superseded records. Differences are written."""
    hold_patching()
    with connection.cursor() as cursor:
        cursor.execute(_WAKE, {"account": account})
        cursor.execute(_REST, {"account": account})
        cursor.execute(_FIND_ATTEMPTS, {"account": account})


def assign_to_devices(devices: Collection[int]) -> None:
    """Whether the patches of these devices count now. The caller holds the lock of the devices."""
    hold_patching()
    ordered = sorted(devices)
    with connection.cursor() as cursor:
        for start in range(0, len(ordered), AT_ONCE):
            cursor.execute(_PLACE_ON, {"devices": ordered[start : start + AT_ONCE]})


_WAKE = f"""UPDATE patching_patch p SET sighting_id = s.id, counted = {IN_USE}
            FROM devices_sighting s JOIN devices_device d ON d.id = s.device_id
            WHERE p.account_id = %(account)s AND NOT p.counted AND s.account_id = p.account_id AND s.external_id = p.device_ref
            AND (p.sighting_id IS DISTINCT FROM s.id OR ({IN_USE}))"""
_REST = """UPDATE patching_patch p SET counted = false
           FROM (SELECT id FROM devices_sighting WHERE account_id = %(account)s AND life <> 'seen'
                 UNION
                 SELECT id FROM devices_sighting WHERE account_id = %(account)s AND superseded
                 UNION
                 SELECT s.id FROM devices_device d JOIN devices_sighting s ON s.device_id = d.id
                 WHERE d.life = 'retired' AND s.account_id = %(account)s) idle
           WHERE p.sighting_id = idle.id AND p.counted"""
_FIND_ATTEMPTS = """UPDATE patching_attempt a SET sighting_id = s.id FROM devices_sighting s
                    WHERE a.account_id = %(account)s AND a.sighting_id IS NULL AND a.device_ref <> ''
                    AND s.account_id = a.account_id AND s.external_id = a.device_ref"""
_PLACE_ON = f"""UPDATE patching_patch p SET counted = ({IN_USE})
                FROM devices_sighting s JOIN devices_device d ON d.id = s.device_id
                WHERE s.device_id = ANY(%(devices)s) AND p.sighting_id = s.id AND p.counted <> ({IN_USE})"""
