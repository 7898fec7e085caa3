"""Two beats, a beat that was stopped for long, none at all, and a beat without workers."""

from __future__ import annotations

import shelve
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db.models import F

from devices import tasks
from devices.db.redis_client import worker_client
from devices.jobs import heartbeat, wake_ups
from devices.jobs.types import JOB_TYPES
from devices.models import Account, JobState, SyncRun, User
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults.broker import own_broker
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import assert_complete, assert_every_device_once, latest, steps, story
from tests.faults.serving import Browser, serving
from tests.faults.workers import pool

pytestmark = [pytest.mark.fault("F25"), pytest.mark.django_db(transaction=True)]
PLAN = "devices.tasks.plan_jobs"


@pytest.fixture
def sim() -> Iterator[Simulation]:
    """Vendors that answer at once."""
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.mark.faults
def test_one_sync_makes_up_for_all_that_were_missed(sim: Simulation, processes: Processes, measured: Measured) -> None:
    """Beat was stopped for ten intervals: the time of the last list is moved back by as much."""
    account = account_at(sim.url, "eset")
    processes.worker(app=pool.OBSERVED)
    first = processes.beat()
    done = SyncRun.objects.filter(account=account, state=JobState.DONE)
    wait_for(lambda: done.count() == 1, seconds=60, why=lambda: story(processes))
    processes.kill(first)
    Account.objects.update(complete_at=F("complete_at") - timedelta(seconds=10 * account.full_seconds))
    processes.beat(app="tests.faults.workers.fast_beat")
    begun = time.monotonic()
    wait_for(lambda: done.count() == 2, seconds=60, why=lambda: story(processes))
    took = time.monotonic() - begun
    planned = pool.executed(PLAN)
    wait_for(lambda: pool.executed(PLAN) >= planned + 30, seconds=30, why=lambda: story(processes))
    assert SyncRun.objects.filter(account=account).count() == 2
    assert_every_device_once(sim, account)
    measured("the missed syncs were made up for by one", took, at_most=30)


@pytest.mark.faults
def test_a_request_of_a_user_starts_without_beat(
    sim: Simulation, processes: Processes, tmp_path: Path, ivan: User, measured: Measured
) -> None:
    """Where a vendor makes the worker wait, beat is needed to go on."""
    eset, five9s = account_at(sim.url, "eset"), account_at(sim.url, "five9s")
    worker = processes.worker()
    wait_for(lambda: "ready." in processes.logs(), seconds=60, why=processes.logs)
    with serving(tmp_path, redis_url=settings.REDIS_URL) as server, server.browser() as browser:
        assert browser.sign_in(ivan).status_code == 302
        browser.get("/d/?q=no-such-device")
        refreshed = seconds_until(lambda: finished(eset), after=lambda: browser.post(f"/vendors/{eset.name}/refresh/"))
        looked_up = seconds_until(lambda: steps(five9s) > 0, after=lambda: browser.post("/d/ask/", account=five9s.name, q="no-such-device"))
    assert_complete(sim, eset)
    assert heartbeat.age() is None and worker.poll() is None
    measured("a refresh carried out, a lookup begun, without beat", max(refreshed, looked_up), at_most=10)


def finished(account: Account) -> bool:
    run = latest(account)
    return run is not None and run.state == JobState.DONE


def seconds_until(reached: Callable[[], bool], *, after: Callable[[], httpx.Response]) -> float:
    begun = time.monotonic()
    assert after().status_code == 302
    wait_for(reached, seconds=60)
    return time.monotonic() - begun


@pytest.mark.faults
def test_a_request_does_not_wait_for_a_frozen_broker(sim: Simulation, tmp_path: Path, ivan: User, measured: Measured) -> None:
    account = account_at(sim.url, "eset")

    def ask(browser: Browser) -> float:
        begun = time.monotonic()
        assert browser.post(f"/vendors/{account.name}/refresh/").status_code == 302
        return time.monotonic() - begun

    with own_broker() as broker, serving(tmp_path, redis_url=broker.url) as server, server.browser() as browser:
        assert browser.sign_in(ivan).status_code == 302
        normal = [ask(browser) for _ in range(5)]
        broker.freeze()
        frozen = [ask(browser) for _ in range(12)]
        broker.restore()
    measured("added to a request by a broker that is frozen", max(frozen) - min(normal), at_most=0.5)


@pytest.mark.faults
def test_the_queue_does_not_grow_while_no_worker_runs(processes: Processes, tmp_path: Path, measured: Measured) -> None:
    """Beat ticks a hundred times as fast, and then a worker reads what there is."""
    schedule = tmp_path / "schedule"
    beat = processes.beat(app="tests.faults.workers.fast_beat", schedule=schedule)
    wait_for(lambda: wake_ups.full("tick"), seconds=60, why=processes.logs)
    longest, ends = 0, time.monotonic() + 5
    while time.monotonic() < ends:
        longest = max(longest, wake_ups.unread("tick"))
    beat.terminate()
    beat.wait(timeout=20)
    ticks = ticks_of(schedule)
    assert ticks > 2 * wake_ups.MOST_UNREAD
    processes.worker()
    wait_for(lambda: wake_ups.unread("tick") == 0, seconds=60, why=processes.logs)
    assert heartbeat.age() is not None
    measured(f"unread messages after {ticks} ticks without a worker", longest, at_most=wake_ups.MOST_UNREAD, unit="messages")


def ticks_of(schedule: Path) -> int:
    with shelve.open(str(schedule)) as stored:
        return sum(entry.total_run_count for entry in stored["entries"].values())


def test_a_queue_that_is_not_read_gets_no_more_announcements(sim: Simulation) -> None:
    """The workers of one queue are down, those of another are not."""
    account_at(sim.url, "eset")
    tasks.plan_jobs("sync")
    tasks.plan_jobs("installer_sync")
    worker_client().lpush(f"{wake_ups.KEY_PREFIX}sync", *["unread"] * (wake_ups.MOST_UNREAD - 10))
    for _ in range(30):
        tasks.announce_jobs(JOB_TYPES["sync"])
    assert wake_ups.unread("sync") == wake_ups.MOST_UNREAD
    SyncRun.objects.update(interactive=True)
    tasks.announce()
    assert (wake_ups.unread("sync"), wake_ups.unread(wake_ups.URGENT)) == (wake_ups.MOST_UNREAD, 1)
