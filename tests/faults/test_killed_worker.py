"""kill -9 of the worker in the middle of each vendor's walk: the run goes on by itself and ends complete, with every device once."""

from __future__ import annotations

import pytest

from devices.models import Account, JobState, SyncRun
from sandbox.server import Simulation
from tests.faults.processes import Processes, wait_for
from tests.faults.runs import VENDORS, accounts_at, assert_every_device_once, assert_limits_kept, latest, steps, story, wait_until_all_ended

# Late enough to be inside the walk: a started job, an answer that ESET still prepares, a few pages of OPSWAT.
STEPS = {"five9s": 1, "eset": 1, "opswat": 3}


@pytest.mark.django_db(transaction=True)
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
