"""First sync of ten thousand machines at three vendors: the memory of the workers stays flat."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.models import Account, JobState, Sighting, SyncRun
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults.load.process_tree import below, peak_memory
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import story

MACHINES = 10_000


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=MACHINES, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.mark.fault("F43")
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_memory_stays_flat(sim: Simulation, processes: Processes, measured: Measured) -> None:
    """OPSWAT's limit is lifted, or its pages alone would take a quarter of an hour: more is in memory at once than ever in reality."""
    for vendor in ("eset", "five9s"):
        account_at(sim.url, vendor)
    account_at(sim.url, "opswat", calls_per_minute="600")
    processes.beat()
    worker = processes.worker()
    wait_for(lambda: Sighting.objects.count() >= 3000, seconds=120, why=lambda: story(processes))
    early = max(map(peak_memory, below(worker.pid)))
    wait_for(lambda: not Account.objects.filter(complete_at=None).exists(), seconds=240, why=lambda: story(processes))
    peak = max(map(peak_memory, below(worker.pid)))
    assert set(SyncRun.objects.values_list("state", "error")) == {(JobState.DONE, "")}
    assert Sighting.objects.count() == sum(sim.fleet.count(vendor) for vendor in ("eset", "opswat", "five9s")) > 2 * MACHINES
    measured("peak memory of the largest worker process", peak, at_most=300, unit="MB")
    measured("growth of that peak after the first 3000 records", peak - early, at_most=100, unit="MB")
