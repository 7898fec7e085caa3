"""Deletion of old changes in batches. Notes, tags and the audit log stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

BATCH = 5_000  # rows in one statement, so that none holds its locks for long
MOST_BATCHES = 400  # in one go; the rest waits for the next hour


def forget_changes(now: datetime, *, batch: int = BATCH) -> int:
    """Delete the changes and former states that are older than is to be remembered. Returns how many changes."""
    before = now - timedelta(days=settings.KEEP_CHANGES_DAYS)
    forget_older("devices_formerstate", before=before, batch=batch, column="until")
    return forget_older("devices_change", before=before, batch=batch)


def forget_older(table: str, *, before: datetime, batch: int = BATCH, column: str = "at") -> int:
    """Delete the rows of `table` whose `column` is older, the oldest first; both are constants. Returns how many. Each batch is a
    transaction.
    """
    total = 0
    for _ in range(MOST_BATCHES):
        deleted = _forget_some(table, column, before, batch)
        total += deleted
        if deleted < batch:
            break
    return total


def _forget_some(table: str, column: str, before: datetime, batch: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""DELETE FROM {table} WHERE id = ANY(ARRAY(
                   SELECT id FROM {table} WHERE {column} < %s ORDER BY {column} LIMIT %s FOR UPDATE SKIP LOCKED))""",  # nosec B608 # a table and a column of ours
            [before, batch],
        )
        return int(cursor.rowcount)
