"""The count of calls lives in Redis. When Redis forgets, wholly or in part, the vendor must not be asked too often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from devices.accounts.services import refresh_account
from devices.connections.rate_limit import SharedRateLimit
from devices.db.redis_client import worker_client
from devices.jobs import engine as jobs
from devices.models import Account, SyncRun
from devices.models.job import RATE_LIMIT
from devices.sync.handler import SyncHandler
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import Follower, account_at
from tests.faults import services
from vendors.budget import Rate


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=900, frozen=True, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


def go_on_until_the_budget_is_spent(account: Account) -> None:
    """Runs and their retries in quick succession; only the budget can stop them."""
    follower = Follower()
    for _ in range(40):
        run = SyncRun.objects.get(pk=refresh_account(account).pk)
        follower.now = max(follower.now, run.next_step_at)
        handler = SyncHandler()
        try:
            jobs.Engine(handler, clock=follower, roll=lambda: 0.5).advance(run.pk)
        finally:
            handler.close()
        run.refresh_from_db()
        if run.waiting_for == RATE_LIMIT:
            return
    raise AssertionError("the budget never stopped it")


@pytest.mark.fault("F8")
@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["", "opswat:500~/o/api", "opswat:reset~/o/api"])
def test_calls_count_after_everything_was_forgotten(sim: Simulation, fault: str) -> None:
    """Also the calls that failed: no page of theirs tells that they were made."""
    if fault:
        sim.fault(fault)
    account = account_at(sim.url, "opswat")
    for _ in range(3):
        go_on_until_the_budget_is_spent(account)
        # As when the last page came long ago and since then only errors.
        SyncRun.objects.update(progressed_at=timezone.now() - timedelta(minutes=10))
        worker_client().flushall()
    # Signing in is another service of theirs, and not counted there.
    assert 8 <= sim.busiest(60.0, vendor="opswat", path="/o/api/") <= 10


@pytest.mark.fault("F7")
def test_an_older_memory_is_no_memory() -> None:
    """Redis that comes back from a snapshot, or a replica that takes over, lacks the last calls but not the older ones."""
    shared = SharedRateLimit(1, Rate(10, 60.0, 2), idle_for=lambda: 0.0)
    assert shared.take() > 0, "an empty memory waits"
    worker_client().delete("rollcall:budget:1:block")
    worker_client().config_set("appendonly", "no")  # what is written from here on is not kept
    assert [shared.take() for _ in range(8)] == [0.0] * 8
    services.kill("valkey")
    services.start_valkey()
    assert shared.take() > 50
    assert shared.take(interactive=True) > 50


@pytest.mark.fault("F11")
def test_a_limit_holds_when_the_scripts_are_forgotten() -> None:
    """As after SCRIPT FLUSH or a failover: the script is loaded again, and the calls of the window still count."""
    shared = SharedRateLimit(1, Rate(10, 60.0, 2), idle_for=lambda: 3600.0)
    granted = 0
    for _ in range(20):
        worker_client().script_flush()
        granted += shared.take() == 0.0
    assert (granted, shared.unreachable) == (8, False)
    worker_client().script_flush()
    assert [shared.take(interactive=True) for _ in range(2)] == [0.0, 0.0], "those that are reserved for users"
    worker_client().script_flush()
    assert shared.take(interactive=True) > 0
