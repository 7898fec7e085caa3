"""Bisection and errors of the database, the worker and the job: they are raised, and cost no record."""

from __future__ import annotations

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, DataError, InternalError, OperationalError, ProgrammingError, transaction
from django.utils import timezone

from devices.jobs.handler import LeaseLost
from devices.sync.page_writer import save_page
from devices.sync.quarantine import bisection
from tests.devices.sync.planted import entry, failing, page, quarantined, raising, refuse, started, stored
from vendors.errors import BadRecord, RateLimited

pytestmark = pytest.mark.django_db
OPERATIONAL = ["08000", "08006", "40001", "40P01", "53100", "53200", "53300", "55P03", "55006", "57014", "57P01", "57P02", "58030"]
OTHERS = {"25006": InternalError, "25P03": InternalError, "XX000": InternalError, "42P01": ProgrammingError, "42703": ProgrammingError}


@pytest.mark.parametrize(("state", "kind"), [*((state, OperationalError) for state in OPERATIONAL), *OTHERS.items()])
@pytest.mark.parametrize("size", [1, 5])
def test_troubles_of_the_database_are_raised_and_cost_no_record(state: str, kind: type[DatabaseError], size: int) -> None:
    raising(state)
    with pytest.raises(kind), transaction.atomic():
        save_page(started(), page(size, size // 2), timezone.now())
    assert (stored(), quarantined()) == (set(), [])


@pytest.mark.parametrize(
    "error",
    [SoftTimeLimitExceeded(), LeaseLost(), RateLimited("too many calls", wait=1), MemoryError(), ConnectionResetError(), TimeoutError()],
)
def test_what_stops_a_worker_or_its_job_is_raised_and_costs_no_record(error: Exception) -> None:
    with pytest.raises(type(error)), transaction.atomic():
        save_page(started(), [entry("one"), failing(error)], timezone.now())
    assert (stored(), quarantined()) == (set(), [])


def test_a_trouble_that_begins_while_records_are_tried_apart_costs_no_record() -> None:
    """The first half holds a record that fails, the second one meets a deadlock."""
    refuse("devices_sighting", "external_id = 'good0'")
    raising("40P01")
    with pytest.raises(OperationalError), transaction.atomic():
        save_page(started(), page(8, 7), timezone.now())
    assert (stored(), quarantined()) == (set(), [])


def test_errors_without_a_state_are_told_apart_by_their_type() -> None:
    assert bisection.of_a_record(DataError("a NUL"))
    assert bisection.of_a_record(ProgrammingError("cannot adapt"))
    assert not bisection.of_a_record(OperationalError("the connection is lost"))
    assert not bisection.of_a_record(transaction.TransactionManagementError("no queries until the end"))
    assert bisection.of_a_record(BadRecord("x"))
