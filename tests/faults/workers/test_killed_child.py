"""A child of the worker's pool that dies, is killed for lack of memory, or is only stopped."""

from __future__ import annotations

import os
import random
import resource
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from devices.accounts.services import refresh_account
from devices.models import JobState, SyncRun
from sandbox.server import Simulation, running
from tests.devices.runs import account_at
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import assert_complete, story, wait_until_all_ended
from tests.faults.workers import pool

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
KILLS = 10
LEASE = 6  # seconds, of the processes of these tests (tests/faults/processes.py)
CONTINUED = 10  # seconds


@pytest.fixture
def sim() -> Iterator[Simulation]:
    """Pages of 100 devices that take a second each, so that a step is under way at any moment."""
    with running(devices=9_000, frozen=True) as simulation:
        simulation.fault("eset:slow=1~/v1/devices")
        yield simulation


@pytest.fixture
def default_lease(processes: Processes) -> Processes:
    processes.environment |= {"ROLLCALL_LEASE_SECONDS": "45", "ROLLCALL_VENDOR_DEADLINE_SECONDS": "30"}
    return processes


def again(run: SyncRun) -> SyncRun:
    return SyncRun.objects.get(pk=run.pk)


@pytest.mark.fault("F1")
def test_a_run_survives_ten_killed_children(sim: Simulation, default_lease: Processes, measured: Measured) -> None:
    """At random moments of its steps, each time another process; at most twice in the same step, because the third time it is given up."""
    moments = random.Random(1)
    account = account_at(sim.url, "eset")
    run = refresh_account(account)
    default_lease.beat()
    default_lease.worker(app=pool.OBSERVED)
    took, killed = [], set()
    for _ in range(KILLS):
        wait_for(lambda: 1 <= again(run).attempts <= 2, seconds=30, why=lambda: story(default_lease))
        moment = time.monotonic() + moments.random()
        wait_for(lambda moment=moment: time.monotonic() >= moment and again(run).attempts <= 2, seconds=9)  # type: ignore[misc]
        held, child = again(run), pool.wait_for_process(run)
        pool.kill(child)
        begun = time.monotonic()
        wait_for(lambda held=held: again(run).fence > held.fence, seconds=60, why=lambda: story(default_lease))  # type: ignore[misc]
        took.append(time.monotonic() - begun)
        killed.add(child)
    assert len(killed) == KILLS
    sim.clear_faults()
    wait_until_all_ended(default_lease, seconds=120)
    assert_complete(sim, account)
    measured(f"continued by another process after kill -9, default lease, slowest of {KILLS}", max(took), at_most=CONTINUED)


@pytest.mark.fault("F1", "F5")
@pytest.mark.parametrize("later", ["continued", "killed"])
def test_a_stopped_child_keeps_its_lease(sim: Simulation, processes: Processes, later: str) -> None:
    """Until it runs out. What becomes of the child later does not touch the lease of the process that took over."""
    account = account_at(sim.url, "eset")
    run = refresh_account(account)
    processes.beat()
    processes.worker(app=pool.OBSERVED)
    wait_for(lambda: again(run).steps >= 1, seconds=60, why=lambda: story(processes))
    child = pool.wait_for_process(run)
    os.kill(child, signal.SIGSTOP)
    held = again(run)
    assert held.lease_until is not None
    wait_for(lambda: again(run).fence > held.fence, seconds=30, why=lambda: story(processes))
    assert claimed_at(again(run)) >= held.lease_until, "another process took it before the lease ended"
    os.kill(child, signal.SIGCONT if later == "continued" else signal.SIGKILL)
    sign = "owned by another worker" if later == "continued" else f"pid:{child} exited"
    wait_for(lambda: sign in processes.logs(), seconds=30, why=lambda: story(processes))
    sim.clear_faults()
    wait_until_all_ended(processes, seconds=120)
    assert_complete(sim, account)
    assert "its lease of" not in processes.logs()


def claimed_at(run: SyncRun) -> datetime:
    """No later than this: each step renews the lease."""
    assert run.lease_until is not None
    return run.lease_until - timedelta(seconds=LEASE)


@pytest.mark.fault("F3")
def test_a_step_that_ends_its_process_each_time(sim: Simulation, default_lease: Processes, measured: Measured) -> None:
    """Its process is killed whenever it has called the vendor. The other account is synced meanwhile."""
    poisoned, other = account_at(sim.url, "eset"), account_at(sim.url, "five9s")
    sim.fault("eset:slow=5~/v1/devices")
    run = refresh_account(poisoned)
    default_lease.beat()
    default_lease.worker(app=pool.OBSERVED)
    tries = 0
    while again(run).active:
        wait_for(lambda tries=tries: len(calls(sim)) > tries or not again(run).active, seconds=60, why=lambda: story(default_lease))  # type: ignore[misc]
        if len(calls(sim)) > tries:
            tries = len(calls(sim))
            pool.kill(pool.wait_for_process(run))
    run = again(run)
    assert (run.state, run.error_code, run.records, tries) == (JobState.FAILED, "worker_died", 0, 3)
    wait_until_all_ended(default_lease, seconds=120)
    assert_complete(sim, other)
    measured("tries until it is given up", tries, at_most=3, unit="tries")


def calls(sim: Simulation) -> list[object]:
    return list(sim.calls(vendor="eset", path="/v1/devices"))


@pytest.mark.fault("F6")
def test_a_child_without_memory_is_replaced(sim: Simulation, default_lease: Processes, measured: Measured) -> None:
    """The system refuses it more memory than it has when the answer of the vendor arrives."""
    account = account_at(sim.url, "eset")
    run = refresh_account(account)
    default_lease.beat()
    worker = default_lease.worker(app=pool.OBSERVED)
    wait_for(lambda: again(run).steps >= 2, seconds=60, why=lambda: story(default_lease))
    held, child = again(run), pool.wait_for_process(run)
    resource.prlimit(child, resource.RLIMIT_AS, (1, resource.RLIM_INFINITY))
    begun = time.monotonic()
    wait_for(lambda: again(run).fence > held.fence, seconds=60, why=lambda: story(default_lease))
    took = time.monotonic() - begun
    wait_for(lambda: not os.path.exists(f"/proc/{child}"), seconds=5)
    sim.clear_faults()
    wait_until_all_ended(default_lease, seconds=120)
    assert worker.poll() is None and "exitcode 70" in default_lease.logs(), default_lease.logs()[-2000:]
    assert_complete(sim, account)
    measured("continued by another process", took, at_most=CONTINUED)
