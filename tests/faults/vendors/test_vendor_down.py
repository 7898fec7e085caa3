"""A vendor that is down, or that no longer wants our credentials: few calls, a clear state, and recovery by itself where that is possible."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from devices.models import Account, Health, JobState, SyncRun
from devices.sync import handler as sync
from patching.models import PatchRun
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import Follower, account_at
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import assert_every_device_once, story

TICKS = 3
REFUSED_SIGN_IN = {"eset": "/oauth/token", "opswat": "/oauth/token", "five9s": "RequestAllInfos"}


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def health(account: Account) -> str:
    return Account.objects.get(pk=account.pk).health


def patching_read(account: Account) -> bool:
    return PatchRun.objects.filter(account=account, state=JobState.DONE).count() == len(account.about.patch_sources)


def wait_for_ticks(sim: Simulation, processes: Processes, *, beside: str) -> None:
    """Until beat has planned several times: an account of another vendor, always due, tells."""
    ticking = account_at(sim.url, "opswat" if beside == "five9s" else "five9s", name="ticking")
    Account.objects.filter(pk=ticking.pk).update(full_every=1)
    done = SyncRun.objects.filter(account=ticking, state=JobState.DONE)
    wait_for(lambda: done.count() >= TICKS, seconds=120, why=lambda: story(processes))


@pytest.mark.fault("F18")
@pytest.mark.django_db
@pytest.mark.parametrize("vendor", REFUSED_SIGN_IN)
def test_half_an_hour_of_503_costs_twelve_calls_and_then_it_heals(sim: Simulation, vendor: str, measured: Measured) -> None:
    """With the clock in hand: beat plans every ten seconds."""
    account = account_at(sim.url, vendor)
    sim.fault(f"{vendor}:503")
    follower = Follower()
    began = follower.now
    ends = began + timedelta(minutes=30)
    while follower.now < ends:
        for run in sync.schedule_due_runs([Account.objects.get(pk=account.pk)], follower.now):
            follower.follow(run)
        follower.now += timedelta(seconds=10)
    assert health(account) == Health.FAILING
    assert len(sim.calls(vendor=vendor)) >= 3
    measured("calls in half an hour of 503", len(sim.calls(vendor=vendor)), at_most=12, unit="calls")
    sim.clear_faults()
    while health(account) != Health.OK:
        assert follower.now < ends + timedelta(minutes=61)
        for run in sync.schedule_due_runs([Account.objects.get(pk=account.pk)], follower.now):
            follower.follow(run)
        follower.now += timedelta(seconds=10)
    assert_every_device_once(sim, account)


@pytest.mark.fault("F18")
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("vendor", REFUSED_SIGN_IN)
def test_a_vendor_that_is_down_is_left_alone_and_found_again(
    sim: Simulation, processes: Processes, vendor: str, measured: Measured
) -> None:
    """The pause before the next try, up to an hour, is over when the vendor recovers."""
    account = account_at(sim.url, vendor)
    sim.fault(f"{vendor}:503")
    processes.beat()
    processes.worker()
    wait_for(lambda: health(account) == Health.FAILING, seconds=60, why=lambda: story(processes))
    tried = len(sim.calls(vendor=vendor))
    assert tried <= 3
    wait_for_ticks(sim, processes, beside=vendor)
    assert len(sim.calls(vendor=vendor)) == tried
    sim.clear_faults()
    Account.objects.filter(pk=account.pk).update(try_after=timezone.now())
    began = time.monotonic()
    wait_for(lambda: health(account) == Health.OK, seconds=90, why=lambda: story(processes))
    measured("in use again after the next try was due", time.monotonic() - began, at_most=60)
    assert_every_device_once(sim, account)


@pytest.mark.fault("F28")
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("vendor", REFUSED_SIGN_IN)
def test_revoked_credentials_are_tried_twice_at_most(sim: Simulation, processes: Processes, vendor: str, measured: Measured) -> None:
    account = account_at(sim.url, vendor)
    processes.beat()
    processes.worker()
    wait_for(lambda: health(account) == Health.OK, seconds=60, why=lambda: story(processes))
    # A walk that is under way at that moment may still show its dead token, though it does not sign in.
    wait_for(lambda: patching_read(account), seconds=60, why=lambda: story(processes))
    sim.restart()  # the tokens that we hold are worth nothing from now on
    sim.fault(f"{vendor}:401~{REFUSED_SIGN_IN[vendor]}")
    before = len(sim.calls(vendor=vendor, path=REFUSED_SIGN_IN[vendor]))
    Account.objects.filter(pk=account.pk).update(full_every=1)
    wait_for(lambda: health(account) == Health.PERSON, seconds=60, why=lambda: story(processes))
    after = len(sim.calls(vendor=vendor))
    tries = len(sim.calls(vendor=vendor, path=REFUSED_SIGN_IN[vendor])) - before
    assert tries >= 1
    measured("sign-in calls with revoked credentials", tries, at_most=2, unit="calls")
    wait_for_ticks(sim, processes, beside=vendor)
    measured("calls afterwards, until a user acts", len(sim.calls(vendor=vendor)) - after, at_most=0, unit="calls")
    assert health(account) == Health.PERSON
