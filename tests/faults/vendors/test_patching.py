"""Thirty days of patching with real workers that are killed at every kind of moment: no attempt is lost, none is counted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

import config.celery  # noqa: F401  (tasks need the application that knows the broker)
from devices.models import Account, JobState
from devices.models.job import ACTIVE
from patching.models import Listed, PatchRun
from patching.sync.assignment import hold_patching
from patching.sync.scheduling import request_run
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults.processes import Processes, wait_for
from tests.patching.sync.test_thirty_days import Seen, kept, kinds, shown
from tests.patching.tallies import assert_tallies_are_true
from vendors.patching_api import Source

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
DAY = 86400
CALLS = "patch-management"


@pytest.fixture
def sim() -> Iterator[Simulation]:
    """Some lists have more than one page."""
    with running(devices=1500, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


def begin(account: Account) -> None:
    """What the planner does, of whose clock days have gone by: everything that the vendor still knows is asked for."""
    for source in Source:
        request_run(account, source, reading=None, now=timezone.now())


@contextmanager
def held_up() -> Iterator[None]:
    """Whoever wants to write has to wait."""
    with transaction.atomic():
        hold_patching()
        yield


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


def under_way() -> bool:
    return PatchRun.objects.filter(state__in=ACTIVE).exists()


def story(processes: Processes) -> str:
    runs = PatchRun.objects.filter(state__in=ACTIVE).values("source", "state", "steps", "attempts", "lease_until", "waiting_for", "error")
    return f"{list(runs)}\n{processes.logs()[-3000:]}"


# What makes the moment long enough, and how it is known to be there.
MOMENTS: dict[str, tuple[str, Callable[[Simulation], bool]]] = {
    "asking": (f"slow=20@1~{CALLS}", lambda sim: bool(sim.calls(path=CALLS))),
    "being prepared": (f"202=4~{CALLS}", lambda _: PatchRun.objects.filter(state__in=ACTIVE, cursor__has_key="pending").exists()),
    "between two pages": ("slow=20~pageToken", lambda _: PatchRun.objects.filter(state__in=ACTIVE, pages=1).exists()),
    "being written": ("", lambda _: somebody_waits()),
    "at any time": ("", lambda sim: len(sim.calls(path=CALLS)) > 2),
}


def test_no_attempt_is_lost_or_counted_twice_however_often_workers_die(sim: Simulation, processes: Processes) -> None:
    account, must, may = account_at(sim.url, "eset"), Seen(), Seen()
    sim.clock.forward(-30 * DAY)  # up to the present: times in the future are not stored
    processes.beat()
    worker = processes.worker()
    for day, (name, (fault, reached)) in enumerate(list(MOMENTS.items()) * 2):
        sim.world.calls.clear()
        if fault:
            sim.fault(f"eset:{fault}")
        before = shown(sim, Source.RECENT) | shown(sim, Source.ATTEMPTS)
        begin(account)
        with held_up() if name == "being written" else nullcontext():
            wait_for(partial(reached, sim), seconds=60, why=lambda: story(processes))
            processes.kill(worker)
        sim.clear_faults()
        worker = processes.worker()
        wait_for(lambda: not under_way(), seconds=120, why=lambda: story(processes))
        must |= before
        may |= before | shown(sim, Source.RECENT) | shown(sim, Source.ATTEMPTS)
        held = kept(account)
        assert kinds(must.values()) - held == Counter(), f"lost on day {3 * day}, {name}"
        assert held - kinds(may.values()) == Counter(), f"counted twice on day {3 * day}, {name}"
        sim.clock.forward(3 * DAY)
    assert {run.state for run in PatchRun.objects.all()} == {JobState.DONE} and not Listed.objects.exists()
    assert len(must) > len(shown(sim, Source.ATTEMPTS)) / 2, "the vendor has forgotten many"
    assert_tallies_are_true()
