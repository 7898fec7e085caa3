"""However many ask, one run: two beats, fifty people at once, and runs that end while others ask."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import connection
from django.utils import timezone

from devices.accounts.services import refresh_account
from devices.models import Account, JobState, SyncRun
from devices.models.job import ACTIVE
from sandbox.server import Simulation
from tests.devices.runs import account_at
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import assert_every_device_once, latest, story

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
TICKS = 4


def in_threads(count: int, work: Callable[[], int]) -> list[int]:
    """All at once, each with a database connection of its own."""
    start = threading.Barrier(count)

    def each(_number: int) -> int:
        try:
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(each, range(count)))


@pytest.mark.fault("F25")
def test_two_beats_make_no_second_run(sim: Simulation, processes: Processes, measured: Measured) -> None:
    daily = account_at(sim.url, "eset")
    always = account_at(sim.url, "five9s")
    Account.objects.filter(pk=always.pk).update(full_every=1)
    sim.options.job_seconds = sim.options.eset_202_every = 0
    processes.beat()
    processes.beat()
    processes.worker()
    done = SyncRun.objects.filter(account=always, state=JobState.DONE)
    wait_for(lambda: done.count() >= TICKS, seconds=120, why=lambda: story(processes))
    assert SyncRun.objects.filter(account=daily).count() == 1
    spans = [(run.created_at, run.finished_at or timezone.now()) for run in SyncRun.objects.filter(account=always).order_by("created_at")]
    measured("syncs that overlap", sum(ended > begun for (_, ended), (begun, _) in pairwise(spans)), at_most=0, unit="syncs")
    assert_every_device_once(sim, daily)


@pytest.mark.fault("F26")
def test_fifty_people_and_beat_get_one_run(sim: Simulation, processes: Processes, measured: Measured) -> None:
    account = account_at(sim.url, "five9s")
    sim.options.job_seconds = 20
    processes.beat()
    processes.worker()
    wait_for(lambda: latest(account) is not None, seconds=60, why=lambda: story(processes))
    asked = in_threads(50, lambda: refresh_account(account).pk)
    assert set(asked) == set(SyncRun.objects.values_list("pk", flat=True))
    measured("syncs of an account that fifty users and beat requested at once", len(set(asked)), at_most=1, unit="syncs")


@pytest.mark.fault("F26")
def test_fifty_first_requests_get_one_run(sim: Simulation) -> None:
    account = account_at(sim.url, "five9s")
    asked = in_threads(50, lambda: refresh_account(account).pk)
    assert len(set(asked)) == 1 and SyncRun.objects.count() == 1


@pytest.mark.fault("F26")
def test_a_run_that_ends_while_somebody_asks_disturbs_nobody(sim: Simulation) -> None:
    account = account_at(sim.url, "five9s")
    over = threading.Event()

    def end_whatever_runs() -> None:
        try:
            while not over.is_set():
                SyncRun.objects.filter(state__in=ACTIVE).update(state=JobState.DONE)
        finally:
            connection.close()

    ending = threading.Thread(target=end_whatever_runs)
    ending.start()
    try:
        in_threads(8, lambda: [refresh_account(account).pk for _ in range(60)][-1])
    finally:
        over.set()
        ending.join()
