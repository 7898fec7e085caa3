"""A worker that was stopped beyond its lease and wakes up: what it still holds is refused."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import assert_complete, half_applied, latest, steps, story, wait_until_all_ended

pytestmark = [pytest.mark.fault("F5"), pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=9_000, frozen=True, options=SandboxOptions()) as simulation:
        simulation.fault("eset:slow=1~/v1/devices")
        yield simulation


def test_a_stopped_worker_that_wakes_up_writes_nothing(sim: Simulation, processes: Processes, measured: Measured) -> None:
    account = account_at(sim.url, "eset")
    processes.beat()
    first = processes.worker()
    wait_for(lambda: steps(account) >= 2, seconds=60, why=lambda: story(processes))
    os.killpg(first.pid, signal.SIGSTOP)
    held = latest(account)
    assert held is not None and held.active
    processes.worker()

    def taken_over() -> bool:
        run = latest(account)
        return run is not None and run.fence > held.fence and run.steps > held.steps

    wait_for(taken_over, seconds=75, why=lambda: story(processes))
    os.killpg(first.pid, signal.SIGCONT)
    wait_for(lambda: "owned by another worker" in processes.logs(), seconds=30, why=lambda: story(processes))
    measured("syncs with a page of the stopped worker", len(half_applied()), at_most=0, unit="syncs")
    sim.clear_faults()
    wait_until_all_ended(processes, seconds=120)
    assert_complete(sim, account)
