"""Redis loses its memory, or dies: it costs delay, never a device and never a call too many."""

from __future__ import annotations

import pytest

from devices.db.redis_client import worker_client
from devices.jobs import heartbeat
from sandbox.server import Simulation
from tests.faults import services
from tests.faults.processes import Processes, wait_for
from tests.faults.runs import accounts_at, assert_complete, assert_limits_kept, steps, story, wait_until_all_ended

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_all_of_redis_is_forgotten_in_the_middle_of_runs(sim: Simulation, processes: Processes) -> None:
    accounts = accounts_at(sim)
    processes.beat()
    processes.worker()
    for done in (2, 6):
        wait_for(lambda done=done: steps(accounts["opswat"]) >= done, seconds=120, why=lambda: story(processes))  # type: ignore[misc]
        worker_client().flushall()
    wait_until_all_ended(processes, seconds=300)
    for account in accounts.values():
        assert_complete(sim, account)
    assert_limits_kept(sim)


def test_worker_and_beat_outlive_their_broker(processes: Processes) -> None:
    """The same processes, ten times: nobody has to start them again."""
    kept = [processes.beat(), processes.worker()]
    for _ in range(10):
        worker_client().flushall()
        heartbeat.forget()
        wait_for(lambda: heartbeat.age() is not None, seconds=40, why=processes.logs)
        services.kill("valkey")
        services.start_valkey()
        assert [process.poll() for process in kept] == [None, None], processes.logs()
    worker_client().flushall()
    heartbeat.forget()
    wait_for(lambda: heartbeat.age() is not None, seconds=40, why=processes.logs)


def test_redis_is_killed_and_started_again_three_times(sim: Simulation, processes: Processes) -> None:
    accounts = accounts_at(sim)
    processes.beat()
    processes.worker()
    for done in (1, 3, 5):
        wait_for(lambda done=done: steps(accounts["opswat"]) >= done, seconds=200, why=lambda: story(processes))  # type: ignore[misc]
        services.kill("valkey")
        services.start_valkey()
    wait_until_all_ended(processes, seconds=300)
    for account in accounts.values():
        assert_complete(sim, account)
    assert_limits_kept(sim)
