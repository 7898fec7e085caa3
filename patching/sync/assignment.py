"""Which device a patch or an attempt belongs to, and whether it counts: over an account as a whole at the end of every walk, and for some
devices at once when they are retired, brought back or joined.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

_HOLD = 0x70C5  # migration 0004 takes the same lock where sightings move between devices
AT_ONCE = 10_000  # devices in one statement, so that none takes long however many there are
IN_USE = "s.life = 'seen' AND d.life <> 'retired'"


def hold_patching() -> None:
    """Until this transaction ends nobody else writes patches or attempts: walks of devices and of patching both do.

    One lock for all accounts, for they share the tally of a device. Who also holds the devices (devices/db/locks.py) holds those first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_HOLD])


def assign_account(account: int) -> None:
    """Find the devices that were not listed before, and let rest what is not in use. Only what differs is written."""
    hold_patching()
    with connection.cursor() as cursor:
        cursor.execute(_WAKE, {"account": account})
        cursor.execute(_REST, {"account": account})
        cursor.execute(_FIND_ATTEMPTS, {"account": account})


def assign_to_devices(devices: Collection[int]) -> None:
    """Whether the patches of these devices count now. Who calls holds the devices already."""
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
                 SELECT s.id FROM devices_device d JOIN devices_sighting s ON s.device_id = d.id
                 WHERE d.life = 'retired' AND s.account_id = %(account)s) idle
           WHERE p.sighting_id = idle.id AND p.counted"""
_FIND_ATTEMPTS = """UPDATE patching_attempt a SET sighting_id = s.id FROM devices_sighting s
                    WHERE a.account_id = %(account)s AND a.sighting_id IS NULL AND a.device_ref <> ''
                    AND s.account_id = a.account_id AND s.external_id = a.device_ref"""
_PLACE_ON = f"""UPDATE patching_patch p SET counted = ({IN_USE})
                FROM devices_sighting s JOIN devices_device d ON d.id = s.device_id
                WHERE s.device_id = ANY(%(devices)s) AND p.sighting_id = s.id AND p.counted <> ({IN_USE})"""
