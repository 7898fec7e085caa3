"""SIGTERM, as every update sends it: the worker leaves within 30 seconds and what it held goes on elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from sandbox.server import Simulation, running
from tests.devices.runs import account_at
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import assert_complete, latest, story, wait_until_all_ended

pytestmark = [pytest.mark.fault("F4"), pytest.mark.faults, pytest.mark.django_db(transaction=True)]
EXIT_SECONDS = 30
LONGEST_STEP = 10


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=9_000, frozen=True) as simulation:
        yield simulation


@pytest.mark.parametrize("seconds", [2, 40])
def test_a_worker_that_is_told_to_leave(sim: Simulation, processes: Processes, seconds: float, measured: Measured) -> None:
    """With pages that come soon, and with a vendor that keeps a call open longer than a worker may stay."""
    processes.environment |= {"ROLLCALL_LEASE_SECONDS": "45", "ROLLCALL_VENDOR_DEADLINE_SECONDS": "30"}
    account = account_at(sim.url, "eset")
    slow = sim.fault("eset:slow=0~/v1/devices", value=seconds)
    processes.beat()
    worker = processes.worker()
    wait_for(lambda: len(sim.calls(vendor="eset", path="/v1/devices")) >= 1, seconds=60, why=lambda: story(processes))
    begun = time.monotonic()
    worker.terminate()
    worker.wait(timeout=2 * EXIT_SECONDS)
    took = time.monotonic() - begun
    run = latest(account)
    assert run is not None and run.active, "the worker stayed to the end of the run"
    if seconds < LONGEST_STEP:
        assert run.lease_until is None, "the page was done, so the run should have been given back"
    measured(f"exit while a call takes {seconds} s", took, at_most=EXIT_SECONDS)
    slow.value = 0.1
    processes.worker()
    wait_until_all_ended(processes, seconds=120)
    assert_complete(sim, account)
