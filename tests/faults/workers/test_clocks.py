"""Hosts whose clocks are wrong: no lease is stolen, rate limits hold, no alarm is false, and no dead worker is hidden."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import timezone

from devices.accounts.services import refresh_account
from devices.db.redis_client import worker_client
from devices.jobs import heartbeat
from devices.models import SyncRun
from installers.models import Stocktake
from installers.register.scheduling import request_stocktake
from patching.models import PatchRun
from patching.sync.scheduling import request_run as request_patch_run
from sandbox.server import Simulation, running
from tests.devices.runs import account_at
from tests.faults.processes import Processes, settings_url, wait_for
from tests.faults.report import Measured
from tests.faults.runs import assert_complete, story
from tests.faults.workers import pool
from tests.faults.workers.clocks import wrong_by

pytestmark = [pytest.mark.fault("F37"), pytest.mark.faults, pytest.mark.django_db(transaction=True)]
LIMIT, RESERVED = 4, 1  # calls a second; those that only a user's request may use
AGE = "import django; django.setup(); from devices.jobs import heartbeat; print(heartbeat.age())"


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=2_000, frozen=True) as simulation:
        yield simulation


def age_on_a_host(wrong: int, folder: Path) -> float:
    """Seconds since a worker reported, as a web process sees it whose clock is wrong by so many seconds."""
    environment = os.environ | {"DATABASE_URL": settings_url()} | wrong_by(wrong, folder)
    return float(
        subprocess.run([sys.executable, "-c", AGE], env=environment, capture_output=True, text=True, check=True, timeout=60).stdout
    )


def test_workers_with_wrong_clocks(sim: Simulation, processes: Processes, tmp_path: Path, measured: Measured) -> None:
    """Two workers, one five minutes ahead and one five behind, share the jobs of an account at its rate limit; first they find a lease of
    the year 9999. Then both die.
    """
    account = account_at(sim.url, "eset", calls_per_second=str(LIMIT))
    run = refresh_account(account)
    request_stocktake(account, now=timezone.now())
    for source in account.about.patch_sources:
        request_patch_run(account, source, reading=None, now=timezone.now())
    SyncRun.objects.update(lease_until=datetime(9999, 12, 31, tzinfo=UTC), state="running")
    workers = []
    right = processes.environment
    for name, wrong in (("ahead", 300), ("behind", -300)):
        processes.environment = right | wrong_by(wrong, tmp_path)
        workers.append(processes.worker("-n", name, app=pool.OBSERVED))
    processes.environment = right
    wait_for(lambda: processes.logs().count(" ready.") == len(workers), seconds=120, why=lambda: story(processes))
    processes.beat()
    wait_for(lambda: heartbeat.age() is not None, seconds=60, why=lambda: story(processes))
    oldest = 0.0

    def ended() -> bool:
        nonlocal oldest
        oldest = max(oldest, heartbeat.age() or 0.0)
        return not any(kind.objects.filter(state__in=("requested", "running")).exists() for kind in (SyncRun, PatchRun, Stocktake))

    wait_for(ended, seconds=200, why=lambda: story(processes))
    assert_complete(sim, account)
    assert run.pk == SyncRun.objects.get().pk
    executed = pool.executed_by_worker(pool.ADVANCE, workers=2)
    assert len(executed) == 2 and all(executed.values()), executed
    assert sim.busiest(1.0, vendor="eset") >= LIMIT - RESERVED, "the rate limit was not reached"
    measured("leases stolen", processes.logs().count("owned by another worker"), at_most=0, unit="leases")
    measured("age of the heartbeat meanwhile, an alarm from 30 s", oldest, at_most=heartbeat.LATE_SECONDS)
    measured("calls in a second", sim.busiest(1.0, vendor="eset"), at_most=LIMIT, unit="calls")
    for worker in workers:
        processes.kill(worker)
    died = time.monotonic()
    wait_for(lambda: (heartbeat.age() or 0.0) > 3, seconds=10, why=lambda: str(heartbeat.age()))
    hosts = {wrong: age_on_a_host(wrong, tmp_path) for wrong in (60, -60)}
    assert all(3 < age < 3 + time.monotonic() - died for age in hosts.values()), hosts


def test_a_beat_whose_clock_was_ahead(processes: Processes, tmp_path: Path, measured: Measured) -> None:
    """Its host is corrected by an hour and it is started again: what it sent last was in the future."""
    schedule = tmp_path / "schedule"
    processes.worker()
    right = processes.environment
    processes.environment = right | wrong_by(3600, tmp_path)
    ahead = processes.beat(schedule=schedule)
    processes.environment = right
    wait_for(lambda: heartbeat.age() is not None, seconds=60, why=processes.logs)
    ahead.terminate()
    ahead.wait(timeout=20)
    worker_client().delete("rollcall:beat")
    heartbeat.forget()
    processes.beat(schedule=schedule)
    begun = time.monotonic()
    wait_for(lambda: heartbeat.age() is not None, seconds=60, why=processes.logs)
    measured("beat works again after its clock was corrected", time.monotonic() - begun, at_most=30)
