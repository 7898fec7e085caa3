"""Whole runs of every vendor, over real sockets, into the real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from devices.account_status.status import status
from devices.account_status.text import Code
from devices.models import Account, Device, Health, Issue, JobState, Sighting, SyncRun
from devices.sync import handler as sync
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import Follower, account_at
from tests.devices.runs import sync as sync_now
from vendors.base import Scope
from vendors.five9s import mapping, security
from vendors.states import State

pytestmark = pytest.mark.django_db
VENDORS = ("eset", "opswat", "five9s")


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_first_run_stores_every_device_and_a_second_changes_nothing(sim: Simulation, vendor: str) -> None:
    account = account_at(sim.url, vendor)
    first = sync_now(account)
    assert (first.state, first.error) == (JobState.DONE, "")
    assert first.created == Sighting.objects.count() > 20
    again = sync_now(account)
    assert (again.state, again.created, again.changed, again.missing) == (JobState.DONE, 0, 0, 0)
    assert again.unchanged == first.created
    account.refresh_from_db()
    assert (account.health, account.complete_at) == (Health.OK, again.finished_at)


def test_three_vendors_make_about_sixty_devices(sim: Simulation) -> None:
    for vendor in VENDORS:
        assert sync_now(account_at(sim.url, vendor)).state == JobState.DONE
    assert Device.objects.filter(vendors__len=3).count() > 10
    assert Device.objects.count() < Sighting.objects.count()


@pytest.mark.parametrize("vendor", VENDORS)
def test_refused_credentials_wait_for_a_person(sim: Simulation, vendor: str) -> None:
    account = account_at(sim.url, vendor)
    secret = account.secrets.first()
    assert secret is not None
    from vendors.secret import Secret

    secret.seal(Secret("wrong-and-long-enough-0123456789"))
    secret.save()
    run = sync_now(account)
    assert (run.state, run.error_code) == (JobState.FAILED, "auth")
    account.refresh_from_db()
    assert account.health == Health.PERSON
    assert account.health_next_step
    assert sync.schedule_due_runs([account], timezone.now() + timedelta(days=3)) == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendor_that_is_down_fails_the_run_and_keeps_the_devices(sim: Simulation, vendor: str) -> None:
    account = account_at(sim.url, vendor)
    sync_now(account)
    before = set(Sighting.objects.values_list("external_id", "life"))
    sim.fault(f"{vendor}:503")
    run = sync_now(account)
    assert (run.state, run.error_code) == (JobState.FAILED, "unavailable")
    account.refresh_from_db()
    assert (account.health, account.failures) == (Health.FAILING, 1)
    assert set(Sighting.objects.values_list("external_id", "life")) == before
    sim.clear_faults()
    assert sync_now(account).state == JobState.DONE
    account.refresh_from_db()
    assert (account.health, account.failures) == (Health.OK, 0)


def test_one_run_per_account_however_many_ask(sim: Simulation) -> None:
    account = account_at(sim.url, "opswat")
    runs = {sync.request_run(account, Scope(), now=timezone.now()).pk for _ in range(20)}
    assert len(runs) == 1
    named = sync.request_run(account_at(sim.url, "eset"), Scope(ids=("a", "b")), now=timezone.now())
    assert named.lane.startswith("named:")


def test_changed_devices_are_counted_as_changed(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    first = sync_now(account)
    sim.change(10)
    run = sync_now(account)
    assert 0 < run.changed <= first.created // 5
    assert run.changed + run.unchanged == first.created


def test_a_delta_never_proves_absence(sim: Simulation) -> None:
    account = account_at(sim.url, "five9s")
    sync_now(account)
    sim.fault("five9s:shrink=5")
    run = sync_now(account, Scope(since=timezone.now() - timedelta(days=1)))
    assert (run.state, run.kind, run.missing, run.withheld) == (JobState.DONE, "changed", 0, 0)
    assert not Sighting.objects.exclude(life="seen").exists()


def test_a_list_that_shrinks_is_held_for_a_person(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    first = sync_now(account)
    sim.fault("eset:shrink=9")
    run = sync_now(account)
    assert (run.state, run.withheld) == (JobState.DONE, first.created - 9)
    assert not Sighting.objects.exclude(life="seen").exists()


def test_named_devices_are_refreshed_and_stale_names_cost_only_themselves(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    sync_now(account)
    known = list(Sighting.objects.values_list("external_id", flat=True)[:3])
    run = sync_now(account, Scope(ids=(*known, "not-there-any-more")))
    assert (run.state, run.records, run.absent) == (JobState.DONE, 3, ["not-there-any-more"])


def test_what_five9s_does_not_know_is_an_explicit_answer(sim: Simulation) -> None:
    account = account_at(sim.url, "five9s")
    run = sync_now(account, Scope(hostnames=("NO-SUCH-HOST",)))
    assert (run.state, run.records, run.absent) == (JobState.DONE, 0, ["NO-SUCH-HOST"])


class TestPlanning:
    def test_a_new_account_is_fetched_at_once_and_again_after_its_interval(self, sim: Simulation) -> None:
        account = account_at(sim.url, "eset")
        follower = Follower()
        (run,) = sync.schedule_due_runs([account], follower.now)
        assert sync.schedule_due_runs([account], follower.now) == []
        follower.follow(run)
        account = Account.objects.get()
        assert sync.schedule_due_runs([account], follower.now + timedelta(seconds=account.full_seconds - 60)) == []
        (again,) = sync.schedule_due_runs([account], follower.now + timedelta(seconds=account.full_seconds + 60))
        assert again.kind == "everything"

    def test_between_full_runs_only_changes_are_asked_for(self, sim: Simulation) -> None:
        account = account_at(sim.url, "five9s")
        sync_now(account)
        account.refresh_from_db()
        (run,) = sync.schedule_due_runs([account], timezone.now() + timedelta(hours=2))
        assert run.kind == "changed"
        assert run.walk_scope.since == SyncRun.objects.earliest("id").started_at

    def test_missed_runs_are_made_up_for_by_one(self, sim: Simulation) -> None:
        account = account_at(sim.url, "eset")
        sync_now(account)
        account.refresh_from_db()
        later = timezone.now() + timedelta(days=30)
        assert status(account, later).code == Code.OVERDUE
        assert len(sync.schedule_due_runs([account], later)) == 1

    def test_failures_back_off(self, sim: Simulation) -> None:
        account = account_at(sim.url, "eset")
        sim.fault("eset:503")
        sync_now(account)
        account.refresh_from_db()
        assert account.try_after is not None
        assert sync.schedule_due_runs([account], account.try_after - timedelta(seconds=1)) == []
        assert len(sync.schedule_due_runs([account], account.try_after)) == 1

    def test_a_switched_off_account_is_left_alone(self, sim: Simulation) -> None:
        account = account_at(sim.url, "eset")
        account.enabled = False
        assert sync.schedule_due_runs([account], timezone.now()) == []


def test_stored_records_are_read_again_when_their_meaning_changed(sim: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patch that was a warning in an earlier version is none after the next sync, although the vendor sends the same record."""
    account = account_at(sim.url, "five9s")
    monkeypatch.setattr(mapping, "RULES", mapping.RULES - 1)
    monkeypatch.setattr(security, "NO_ISSUE", {security.SUCCESS})
    monkeypatch.setitem(security.MEANINGS, security.PLANNED, (State.ATTENTION, "planned for a later step"))
    sync_now(account)
    planned = Issue.objects.filter(raw="Planned")
    devices = {issue.sighting.device_id: issue.sighting.device.issue_count for issue in planned.select_related("sighting__device")}
    assert devices
    assert sync_now(account).changed == 0
    monkeypatch.undo()
    sync_now(account)
    assert not planned.exists()
    for device in Device.objects.filter(pk__in=devices):
        assert device.issue_count < devices[device.pk]
