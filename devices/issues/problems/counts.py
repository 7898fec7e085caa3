"""Upkeep of the counts of problems. Triggers keep them; this ends what no issue needs, and repairs what a former version wrote."""

from __future__ import annotations

from django.db import connection, transaction

from devices.db.locks import extend_timeouts, lock_devices

# Whether an issue is listed, as summary.py keeps it.
_WRONG = """SELECT i.ctid FROM devices_issue i JOIN devices_sighting s ON s.id = i.sighting_id
    WHERE i.listed <> (s.life = 'seen' AND s.superseded IS NOT TRUE
                       AND NOT EXISTS (SELECT FROM devices_retirement r WHERE r.device_id = s.device_id))"""
_REPAIR = f"UPDATE devices_issue SET listed = NOT listed WHERE ctid = ANY(ARRAY({_WRONG}))"  # nosec B608 # no value of a user
_UNUSED = """DELETE FROM devices_problem p WHERE p.number = 0 AND p.muted = 0
    AND NOT EXISTS (SELECT FROM devices_issue i WHERE i.problem_id = p.id)"""


def tidy() -> None:
    """Imports wait meanwhile only where something is wrong."""
    with transaction.atomic(), connection.cursor() as cursor:
        extend_timeouts()
        cursor.execute(f"SELECT EXISTS ({_WRONG}), EXISTS (SELECT FROM devices_problem WHERE number = 0 AND muted = 0)")  # nosec B608 # no value of a user
        if any(cursor.fetchone()):
            lock_devices()
            cursor.execute(_REPAIR)
            cursor.execute(_UNUSED)
