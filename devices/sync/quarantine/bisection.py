"""Bisection of a page with records that cannot be saved: it is halved until each of them is alone.

A page that can be saved costs one savepoint. A record is given up only after it failed in its page and alone. Errors of the connection, of
locks and of time are raised, because the same page may succeed at the next try.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DataError, Error, ProgrammingError, connection, transaction

from devices.db.locks import lock_devices
from devices.jobs.handler import LeaseLost, place_of
from vendors.errors import VendorError

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")

MOST_FAILURES = 10  # of one page; where more fail, the fault is not in the records
# Classes of SQLSTATE that name a value or a row: cardinality, data, constraint, view check, size limits, raised by a trigger.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
OF_A_RECORD = ("21", "22", "23", "44", "54", "P0")
OF_THE_JOB = (SoftTimeLimitExceeded, LeaseLost, VendorError, MemoryError, ConnectionError, TimeoutError)


def halves(records: Sequence[T]) -> list[Sequence[T]]:
    middle = len(records) // 2
    return [records[:middle], records[middle:]]


def save_apart(
    records: Sequence[T],
    save: Callable[[Sequence[T]], R],
    *,
    divide: Callable[[Sequence[T]], Sequence[Sequence[T]]] = halves,
    hold: Callable[[], None] = lock_devices,
) -> tuple[list[R], list[tuple[T, Exception]]]:
    """What `save` returned for each part, and the records that fail alone, with their errors. Call inside a transaction.

    `divide` makes the parts that are tried first when the whole fails; `hold` takes the lock under which `save` writes. Of two records that
    fail only together the later one fails. Raises errors that are not of a record, and the last error when more than MOST_FAILURES records
    fail: then nothing of the page may be kept.
    """
    saved: list[R] = []
    failed: list[tuple[T, Exception]] = []
    if not records:
        return saved, failed
    try:
        return [_together(records, save)], failed
    except Exception as error:
        if not of_a_record(error):
            raise
        log.warning("a page of %d records could not be saved, they are tried apart: %s", len(records), place_of(error))
    hold()  # a savepoint that is rolled back releases its locks: no other worker may write between two parts
    _save_parts(divide(records), save, saved, failed)
    return saved, failed


def of_a_record(error: Exception) -> bool:
    """Whether one record can be the cause, as opposed to the database, the worker or the job."""
    if isinstance(error, Error):
        state = getattr(error.__cause__, "sqlstate", None)
        # Without a state the driver refused a value; errors of the connection and of transactions are other types.
        return state.startswith(OF_A_RECORD) if state else type(error) in (DataError, ProgrammingError)
    return not isinstance(error, OF_THE_JOB)


def _save_parts(parts: Sequence[Sequence[T]], save: Callable[[Sequence[T]], R], saved: list[R], failed: list[tuple[T, Exception]]) -> None:
    for part in filter(None, parts):
        try:
            saved.append(_together(part, save))
        except Exception as error:
            if not of_a_record(error):
                raise
            if len(part) > 1:
                _save_parts(halves(part), save, saved, failed)
                continue
            log.error("a record could not be saved: %s", place_of(error))
            failed.append((part[0], error))
            if len(failed) > MOST_FAILURES:
                raise


def _together(records: Sequence[T], save: Callable[[Sequence[T]], R]) -> R:
    """Constraints that wait for the end of the transaction are checked here, where it is known whose rows they are."""
    with transaction.atomic(), connection.cursor() as cursor:
        done = save(records)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return done
