"""Reappearance of missing sightings and of retired devices. Both read the staged page (table `incoming`)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from devices.history import writer as changes
from devices.models import ChangeKind, SyncRun
from vendors.parsing.times import SKEW


def returning(run: SyncRun) -> list[int]:
    """Sightings that were gone and are listed in this page: from now on they decide about others."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.id FROM incoming i CROSS JOIN LATERAL (
                 SELECT s.id, s.life FROM devices_sighting s WHERE s.account_id = %s AND s.external_id = i.external_id OFFSET 0) s
               WHERE s.life = 'gone'""",
            [run.account_id],
        )
        return [row[0] for row in cursor.fetchall()]


def mark_listed(run: SyncRun, now: datetime) -> set[int]:
    """What was missing and is listed again is seen; its devices need a new summary."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH listed AS (UPDATE devices_sighting s SET life = 'seen', missing_since = NULL FROM incoming i
                WHERE s.account_id = %(account)s AND s.life <> 'seen' AND s.external_id = i.external_id RETURNING s.device_id)
                {changes.into(ChangeKind.RETURNED, "listed")} RETURNING device_id""",  # nosec B608 # constants
            changes.cause(run, now),
        )
        return {device for (device,) in cursor.fetchall()}


def restore_retired(run: SyncRun, now: datetime) -> set[int]:
    """A retired device that a vendor saw after its retirement is in service again."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH awake AS (DELETE FROM devices_retirement WHERE device_id IN (
                    SELECT r.device_id FROM (SELECT device_id, at FROM devices_retirement OFFSET 0) r
                    CROSS JOIN LATERAL (SELECT s.external_id, s.created_at FROM devices_sighting s
                                        WHERE s.device_id = r.device_id AND s.account_id = %(account)s OFFSET 0) s
                    CROSS JOIN LATERAL (SELECT i.seen_at FROM incoming i WHERE i.external_id = s.external_id LIMIT 1) i
                    WHERE coalesce(i.seen_at, s.created_at) > r.at AND coalesce(i.seen_at, s.created_at) < %(latest)s) RETURNING device_id)
                {changes.into(ChangeKind.WOKEN, "awake")} RETURNING device_id""",  # nosec B608 # constants
            {"latest": now + SKEW, **changes.cause(run, now)},
        )
        return {device for (device,) in cursor.fetchall()}
