"""Lock order in the database, one everywhere: run, devices, account, sightings, and then what the apps above hold.

An account is held with no_key: a transaction that only writes a row of it must not wait, for it may hold what comes later in that order.
"""

from __future__ import annotations

from django.db import connection

_DEVICES, _REQUESTS = 0x70C4, 0x70C5
# Below Celery's soft time limit: the end of a run over a million devices takes longer than any page may.
_LOCK_PATIENCE, _STATEMENT_PATIENCE = "30s", "60s"


def lock_devices() -> None:
    """Until this transaction ends no other one matches or summarizes.

    A summary read while another import changes the same device would be written over it later, and be wrong until the next change.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_DEVICES])


def lock_requests(account: int) -> None:
    """Until this transaction ends no other one requests a sync of single devices of this account.

    So the ids of these syncs are in the order of their commits.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_REQUESTS, account])


def extend_timeouts() -> None:
    """In this transaction, waits and statements may take as long as a large fleet needs; the limits of pages do not fit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true)", [_LOCK_PATIENCE, _STATEMENT_PATIENCE]
        )
