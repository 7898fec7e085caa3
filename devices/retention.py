"""What is forgotten by itself: old changes. Notes, tags and the audit log stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

BATCH = 5_000  # rows in one statement, so that none holds its locks for long
MOST_BATCHES = 400  # in one go; the rest waits for the next hour


def forget_changes(now: datetime, *, batch: int = BATCH) -> int:
    """Delete the changes that are older than is to be remembered, the oldest first. Returns how many. Each batch is a transaction."""
    before = now - timedelta(days=settings.KEEP_CHANGES_DAYS)
    gone = 0
    for _ in range(MOST_BATCHES):
        deleted = _forget_some(before, batch)
        gone += deleted
        if deleted < batch:
            break
    return gone


def _forget_some(before: datetime, batch: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM devices_change WHERE id = ANY(ARRAY(
                   SELECT id FROM devices_change WHERE at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED))""",
            [before, batch],
        )
        return int(cursor.rowcount)
