"""A sync that is cancelled: the worker stops, nothing is concluded, and the next one starts at its regular time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from devices.account_status.status import status
from devices.accounts.queries import cards
from devices.accounts.services import refresh_account, update_account
from devices.jobs import engine as jobs
from devices.management.console import CommandRefused
from devices.models import Account, AuditEvent, Device, Health, JobState, Life, Sighting, SyncRun, User
from devices.sync.cancellation import cancel, cancelled
from devices.sync.handler import SyncHandler, due_kind, request_run, schedule_due_runs
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices import records as making
from tests.devices.account_pages import HTMX, signed_in
from tests.devices.runs import Follower, account_at, sync
from vendors.base import DevicePage, Scope

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulation]:
    with running(devices=150, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def one_step(run: SyncRun, clock: Follower) -> None:
    with closing(SyncHandler()) as handler:
        jobs.Engine(handler, clock=clock, roll=lambda: 0.5).advance(run.pk, slice_seconds=0)


class Interrupted(SyncHandler):
    """A worker whose sync is cancelled while its call is at the vendor."""

    def step(self, run: SyncRun) -> DevicePage:
        page = super().step(run)
        cancel(Account.objects.get(pk=run.account_id))
        return page


def test_the_worker_that_holds_it_stops_and_nothing_is_concluded(sim: Simulation) -> None:
    account, clock = account_at(sim.url, "opswat"), Follower()
    assert sync(account).state == JobState.DONE
    account.refresh_from_db()
    before = account.complete_at, account.health, Sighting.objects.filter(life=Life.SEEN).count()
    Sighting.objects.create(
        account=account, vendor="opswat", external_id="vanished", device=Device.objects.create(created_at=clock.now), digest=b"",
        created_at=clock.now, changed_at=clock.now, raw={},
    )  # fmt: skip
    run = request_run(account, Scope(), now=clock.now, interactive=True)
    one_step(run, clock)
    one_step(run, clock)
    run.refresh_from_db()
    assert run.active and run.records
    with closing(Interrupted()) as handler:
        assert jobs.Engine(handler, clock=clock, roll=lambda: 0.5).advance(run.pk) is False
    ended = SyncRun.objects.get(pk=run.pk)
    assert (ended.state, ended.lease_until, ended.records, ended.steps) == (JobState.CANCELLED, None, run.records, run.steps)
    account.refresh_from_db()
    assert (account.complete_at, account.health) == before[:2]
    assert account.failures == 0 and account.try_after is None
    assert Sighting.objects.filter(life=Life.SEEN).count() == before[2] + 1
    assert run.pk not in jobs.due(SyncRun, now=clock.now + timedelta(days=1))


@pytest.mark.parametrize("complete", [True, False])
def test_the_next_one_starts_at_its_regular_time(complete: bool) -> None:
    now = timezone.now()
    account = making.account("opswat-main", "opswat")
    Account.objects.update(complete_at=now - timedelta(hours=3) if complete else None, health=Health.OK)
    account.refresh_from_db()
    [run] = schedule_due_runs([account], now)
    assert cancel(account) is not None
    at = SyncRun.objects.get(pk=run.pk).finished_at
    assert at is not None
    assert schedule_due_runs([account], at + timedelta(minutes=1)) == []
    assert cards([status(account, at)], at)[0].next_run == at + timedelta(seconds=account.full_seconds)
    assert schedule_due_runs([account], at + timedelta(seconds=account.full_seconds - 1)) == []
    assert len(schedule_due_runs([account], at + timedelta(seconds=account.full_seconds))) == 1


def test_changes_go_on_while_a_whole_list_waits() -> None:
    now = timezone.now()
    account = making.account("epm", "five9s")
    Account.objects.update(complete_at=now - timedelta(days=2), changes_at=now, changes_since=now, health=Health.OK)
    account.refresh_from_db()
    schedule_due_runs([account], now)
    cancel(account)
    stopped = cancelled([account])[account.pk]
    assert set(stopped) == {"everything"}
    assert due_kind(account, now + timedelta(minutes=30), stopped) is None
    assert due_kind(account, now + timedelta(minutes=61), stopped) == "changed"


def test_a_person_may_start_one_at_once() -> None:
    account = making.account()
    refresh_account(account)
    cancel(account)
    assert refresh_account(account).active


def test_a_sync_that_was_ended_for_new_settings_is_planned_at_once(sim: Simulation) -> None:
    account = account_at(sim.url, "opswat")
    now = timezone.now()
    assert schedule_due_runs([account], now)
    account = update_account(account, settings={**account.settings, "calls_per_minute": "9"}, secrets={})
    assert SyncRun.objects.get().state == JobState.CANCELLED
    assert len(schedule_due_runs([account], now + timedelta(seconds=1))) == 1


class TestInTheBrowser:
    def test_it_is_cancelled_audited_and_says_what_comes_next(self, ivan: User) -> None:
        run = making.run(making.account())
        client = signed_in(ivan)
        page = client.get("/vendors/eset-main/").text
        assert 'action="/vendors/eset-main/cancel/"' in page and "Cancel sync" in page
        answer = client.post("/vendors/eset-main/cancel/", headers=HTMX)
        assert "ivan canceled this sync." in answer.text and "The next sync starts at its regular time" in answer.text
        assert answer["HX-Trigger"] == '{"run-ended": {}}'
        run.refresh_from_db()
        assert run.state == JobState.CANCELLED
        [event] = AuditEvent.objects.filter(action="sync cancelled")
        assert (event.actor, event.target, event.detail) == (ivan, "eset-main", {"run": run.pk, "records": 0})
        assert "Cancel sync" not in client.get("/vendors/eset-main/").text

    def test_without_scripts_it_leads_back(self, ivan: User) -> None:
        making.run(making.account())
        client = signed_in(ivan)
        assert "Sync canceled." in client.post("/vendors/eset-main/cancel/", follow=True).text
        assert "No sync is running." in client.post("/vendors/eset-main/cancel/", follow=True).text
        assert AuditEvent.objects.filter(action="sync cancelled").count() == 1

    def test_it_needs_the_permission_and_post(self, client: Client, bob: User, ivan: User) -> None:
        run = making.run(making.account())
        client.force_login(bob)
        assert client.post("/vendors/eset-main/cancel/").status_code == 403
        assert signed_in(ivan).get("/vendors/eset-main/cancel/").status_code == 405
        assert signed_in(ivan).post("/vendors/nobody/cancel/").status_code == 404
        run.refresh_from_db()
        assert run.active


def call(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


class TestInAShell:
    def test_it_ends_the_sync_that_is_under_way(self) -> None:
        run = making.run(making.account())
        said = call("sync", "eset-main", "--cancel")
        assert f"Sync {run.pk} of eset-main is canceled after 0 devices, 0 calls." in said
        assert AuditEvent.objects.get(action="sync cancelled").source == "command line"
        with pytest.raises(CommandRefused, match="No sync of eset-main is running"):
            call("sync", "eset-main", "--cancel")

    def test_it_starts_none_beside(self) -> None:
        run = making.run(making.account())
        for other in ("--wait", "--full"):
            with pytest.raises(CommandRefused, match="--cancel cannot be combined with --full or --wait"):
                call("sync", "eset-main", "--cancel", other)
        run.refresh_from_db()
        assert run.active
