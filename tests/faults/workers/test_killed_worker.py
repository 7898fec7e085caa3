"""kill -9 of the whole worker: its runs go on by themselves and end complete, with every device once."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from devices.accounts.services import refresh_account
from devices.models import Account, JobState, SyncRun
from sandbox.server import Simulation
from tests.devices.runs import account_at
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import VENDORS, accounts_at, assert_every_device_once, assert_limits_kept, latest, steps, story, wait_until_all_ended
from tests.faults.workers import pool

# Late enough to be inside the walk: a started job, an answer that ESET still prepares, a few pages of OPSWAT.
STEPS = {"five9s": 1, "eset": 1, "opswat": 3}


pytestmark = [pytest.mark.fault("F2"), pytest.mark.faults, pytest.mark.django_db(transaction=True)]
LEASE, DEFAULT_LEASE = 6, 45  # seconds: of these processes (tests/faults/processes.py), and of an installation


def wait_for_new_step(run: SyncRun, *, after: int, why: Callable[[], str]) -> None:
    def begun() -> bool:
        run.refresh_from_db()
        return run.fence > after

    wait_for(begun, seconds=90, why=why)


def test_another_worker_takes_over(sim: Simulation, processes: Processes, measured: Measured) -> None:
    """After a kill the lease runs out, and the next announcement wakes the other worker. Only the first depends on the length of the lease,
    so the difference to the default lease is added to what is measured.
    """
    account = account_at(sim.url, "eset")
    sim.fault("eset:slow=3~/v1/devices")
    processes.beat()
    workers = {name: processes.worker("-n", name, app=pool.OBSERVED) for name in ("first", "second")}
    wait_for(lambda: processes.logs().count("ready.") == 2, seconds=60, why=lambda: story(processes))
    run = refresh_account(account)
    held = 0
    while run.lease_until is None:  # a step that ended just before the kill holds no lease
        wait_for_new_step(run, after=held, why=lambda: story(processes))
        name = pool.wait_for_worker(run, workers=2)
        run.refresh_from_db()
        held = run.fence
    processes.kill(workers[name])
    begun = time.monotonic()

    wait_for_new_step(run, after=held, why=lambda: story(processes))
    measured("taken over by another worker, with the default lease", time.monotonic() - begun + DEFAULT_LEASE - LEASE, at_most=75)


def test_a_run_survives_its_worker(sim: Simulation, processes: Processes) -> None:
    accounts = accounts_at(sim)
    processes.beat()
    worker = processes.worker()
    # A run that dies before its first call is another matter: OPSWAT's budget then waits a minute out, not knowing what was asked.
    wait_for(lambda: all(steps(account) for account in accounts.values()), seconds=60, why=lambda: story(processes))
    killed_at: dict[str, tuple[int, int]] = {}
    for vendor in VENDORS:
        account = accounts[vendor]

        def inside(account: Account = account, least: int = STEPS[vendor]) -> bool:
            run = latest(account)
            return run is not None and run.steps >= least

        wait_for(inside, seconds=100, why=lambda: story(processes))
        processes.kill(worker)
        run = latest(account)
        assert run is not None and run.active, f"{vendor} ended before the kill"
        killed_at[vendor] = (run.pk, run.steps)
        worker = processes.worker()
    wait_until_all_ended(processes, seconds=240)
    for vendor, (pk, done) in killed_at.items():
        run = SyncRun.objects.get(pk=pk)
        assert (run.state, run.error) == (JobState.DONE, ""), vendor
        assert run.steps > done
        assert_every_device_once(sim, accounts[vendor])
    assert_limits_kept(sim)
