"""Refused credentials: they stop an account until a user acts, whatever found them refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from devices.accounts.probe import probe_account
from devices.accounts.queries import next_due
from devices.accounts.services import refresh_account, switch_account
from devices.audit.context import AuditContext
from devices.jobs import engine as jobs
from devices.models import Account, Health, SyncRun, User
from devices.sync import handler as sync
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.jobs.retries import LIST, VENDORS, Beat, health_of
from tests.devices.runs import Follower, account_at
from tests.devices.runs import sync as sync_now
from vendors.base import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize("vendor", ["eset", "opswat"])
def test_a_refused_sign_in_is_never_retried_until_a_user_acts(sim: Simulation, vendor: str, status: int, ivan: User) -> None:
    account = account_at(sim.url, vendor)
    sim.fault(f"{vendor}:{status}~/oauth/token")
    beat = Beat()
    beat.run(account, 1)
    assert health_of(account) == Health.PERSON
    before = len(sim.calls(vendor=vendor))
    beat.run(account, 5 * 60)
    assert len(sim.calls(vendor=vendor)) == before and len(beat.started) == 1
    assert next_due(Account.objects.get(pk=account.pk), beat.follower.now) is None
    sim.clear_faults()
    follower = Follower()
    follower.follow(refresh_account(account, act=AuditContext.of(ivan, now=follower.now)))
    assert health_of(account) == Health.OK


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_list_that_refuses_a_fresh_token_stops_the_account(sim: Simulation, vendor: str) -> None:
    account = account_at(sim.url, vendor)
    sim.fault(f"{vendor}:401~{LIST[vendor]}")
    beat = Beat()
    beat.run(account, 1)
    assert health_of(account) == Health.PERSON
    assert len(sim.calls(vendor=vendor, path=LIST[vendor])) == (1 if vendor == "five9s" else 2), "one token refresh, where there is a token"
    before = len(sim.calls(vendor=vendor))
    beat.run(account, 3 * 60)
    assert len(sim.calls(vendor=vendor)) == before


def test_refused_credentials_stay_refused_whatever_else_fails(sim: Simulation, ivan: User) -> None:
    account = account_at(sim.url, "eset")
    sim.fault("eset:401~/oauth/token", times=1)
    sync_now(account)
    assert health_of(account) == Health.PERSON
    sim.fault("eset:503")
    follower = Follower()
    follower.follow(refresh_account(account, act=AuditContext.of(ivan, now=follower.now)))
    account.refresh_from_db()
    assert (account.health, account.health_code, account.try_after) == (Health.PERSON, "auth", None)
    assert sync.schedule_due_runs([account], follower.now + timedelta(days=1)) == []


def test_what_was_under_way_when_credentials_were_refused_does_not_clear_that(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    run = sync.request_run(account, Scope(), now=timezone.now())
    engine = jobs.Engine(sync.SyncHandler())
    engine.advance(run.pk, slice_seconds=0.0)
    sim.fault("eset:401~/oauth/token")
    refused = sync.request_run(account, Scope(ids=("other",)), now=timezone.now())
    Account.objects.update(tokens="")
    Follower().follow(refused)
    account.refresh_from_db()
    assert account.health == Health.PERSON
    sync.SyncHandler().finish(SyncRun.objects.select_related("account").get(pk=run.pk), timezone.now())
    account.refresh_from_db()
    assert account.health == Health.PERSON and account.complete_at is not None


@pytest.mark.parametrize("act", ["test", "single device", "disable and enable"])
def test_any_act_of_a_user_that_works_clears_refused_credentials(sim: Simulation, ivan: User, act: str) -> None:
    account = account_at(sim.url, "eset")
    sync_now(account)
    sim.fault("eset:401~/oauth/token", times=1)
    Account.objects.update(tokens="")
    sync_now(account)
    assert health_of(account) == Health.PERSON
    account.refresh_from_db()
    if act == "test":
        assert probe_account(account).ok
    elif act == "single device":
        follower = Follower()
        follower.follow(sync.request_run(account, Scope(ids=("x",)), now=follower.now, by=ivan, interactive=True))
    else:
        for enabled in (False, True):
            switch_account(account, enabled=enabled)
    assert health_of(account) == Health.OK


def test_stored_credentials_that_a_test_finds_refused_stop_every_vendor(sim: Simulation) -> None:
    account = account_at(sim.url, "five9s")
    sim.fault("five9s:401")
    assert not probe_account(account).ok
    assert health_of(account) == Health.PERSON
