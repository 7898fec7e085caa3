"""What stops an account and what heals by itself: only refused credentials wait for a user, everything else is retried after 5, 15 and 60 minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from devices.accounts.probe import probe_account
from devices.accounts.queries import next_due
from devices.accounts.services import refresh_account, switch_account
from devices.audit.context import AuditContext
from devices.jobs import engine as jobs
from devices.models import Account, Health, JobState, SyncRun, User
from devices.sync import handler as sync
from installers.models import Stocktake
from installers.register import scheduling as stocktakes
from patching.models import Reading
from patching.sync import scheduling as walks
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import Follower, account_at
from tests.devices.runs import sync as sync_now
from tests.installers.orders_followed import Hand as InstallerHand
from tests.patching.runs import Hand as PatchHand
from vendors.base import Scope
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db
VENDORS = ("eset", "opswat", "five9s")
LIST = {"eset": "/v1/devices", "opswat": "/o/api/v2.3/devices", "five9s": "/five9sWS/api/devices/RequestAllInfos"}
HTML = ["content-type", "text/html"]
RAW: dict[str, dict[str, Any]] = {
    "302": {"status": 302, "headers": [["location", "https://maintenance.example/"], HTML], "body": "<p>moved</p>"},
    "403-html": {"status": 403, "headers": [HTML], "body": "<html><title>Web application firewall</title>blocked</html>"},
    "413-html": {"status": 413, "headers": [HTML], "body": "<html>too large</html>"},
}
TICK = timedelta(seconds=10)


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def strike(sim: Simulation, vendor: str, fault: str, path: str, times: int | None = None) -> None:
    raw = RAW.get(fault)
    sim.fault(f"{vendor}:raw" if raw else f"{vendor}:{fault}", path=path, times=times, **({"value": raw} if raw else {}))


class Beat:
    """Plans every ten seconds, as beat does, and does at once what was planned."""

    def __init__(self) -> None:
        self.follower = Follower()
        self.began = self.follower.now
        self.started: list[float] = []  # minutes after the beginning

    def run(self, account: Account, minutes: float) -> None:
        ends = self.follower.now + timedelta(minutes=minutes)
        while self.follower.now < ends:
            for run in sync.schedule_due_runs([Account.objects.get(pk=account.pk)], self.follower.now):
                self.started.append((self.follower.now - self.began).total_seconds() / 60)
                self.follower.follow(run)
            self.follower.now += TICK


def health_of(account: Account) -> str:
    return Account.objects.get(pk=account.pk).health


@pytest.mark.parametrize("fault", ["302", "400", "403", "403-html", "404", "405", "410", "413-html"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_one_odd_answer_to_a_list_heals_without_a_user(sim: Simulation, vendor: str, fault: str) -> None:
    account = account_at(sim.url, vendor)
    sync_now(account)
    strike(sim, vendor, fault, LIST[vendor], times=1)
    run = sync_now(account)
    if run.state == JobState.FAILED:  # ESET also says 400 for a token that has ended: then the step is done again with a new one
        account.refresh_from_db()
        assert (account.health, account.failures) == (Health.FAILING, 1)
        assert next_due(account, timezone.now()) == account.try_after
    beat = Beat()
    beat.run(account, 6)
    account.refresh_from_db()
    assert (account.health, account.health_sentence, account.failures) == (Health.OK, "", 0)
    assert run.state != JobState.FAILED or SyncRun.objects.latest("pk").state == JobState.DONE


@pytest.mark.parametrize("fault", ["302", "403-html", "404", "503", "html200"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_failure_that_lasts_is_retried_after_5_15_and_every_60_minutes(sim: Simulation, vendor: str, fault: str) -> None:
    account = account_at(sim.url, vendor)
    strike(sim, vendor, fault, LIST[vendor])
    beat = Beat()
    beat.run(account, 4 * 60)
    assert len(beat.started) == 6, beat.started
    for started, wanted in zip(beat.started, (0, 5, 20, 80, 140, 200), strict=True):
        assert wanted <= started <= wanted + 4, beat.started  # what a run waits between its own tries is added
    sim.clear_faults()
    beat.run(account, 61)
    account.refresh_from_db()
    assert (account.health, account.failures, account.try_after) == (Health.OK, 0, None)


@pytest.mark.parametrize("url", ["https://no-such-host.invalid", "https://10.255.255.1:8443", "https://127.0.0.1:1"])
def test_a_wrong_address_is_retried_too(url: str) -> None:
    account = account_at("http://127.0.0.1:9", "five9s")
    Account.objects.filter(pk=account.pk).update(settings={**account.settings, "url": url})
    sync_now(account)
    account.refresh_from_db()
    assert account.health == Health.FAILING and account.try_after is not None


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


def test_a_test_that_works_makes_a_failing_list_due_at_once(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    sim.fault("eset:404~/v1/devices", times=1)
    sync_now(account)
    account.refresh_from_db()
    assert sync.schedule_due_runs([account], timezone.now()) == []
    assert probe_account(account).ok
    account.refresh_from_db()
    assert account.health == Health.FAILING and len(sync.schedule_due_runs([account], timezone.now())) == 1


def test_a_single_device_that_cannot_be_read_says_nothing_about_the_account(sim: Simulation, ivan: User) -> None:
    account = account_at(sim.url, "five9s")
    sync_now(account)
    sim.fault("five9s:403")
    follower = Follower()
    run = follower.follow(sync.request_run(account, Scope(hostnames=("nb-1",)), now=follower.now, by=ivan, interactive=True))
    account.refresh_from_db()
    assert run.state == JobState.FAILED and (account.health, account.failures) == (Health.OK, 0)
    strike(sim, "five9s", "302", LIST["five9s"])
    sync_now(account)
    sim.clear_faults()
    follower = Follower()
    follower.follow(sync.request_run(account, Scope(hostnames=("nb-1",)), now=follower.now, by=ivan, interactive=True))
    assert health_of(account) == Health.FAILING, "and one that can be read does not say that the list can be"


@pytest.mark.parametrize(("kind", "every"), [("everything", 86_400), ("everything", 0), ("changed", 86_400)])
def test_a_list_that_a_user_asked_for_is_retried_although_the_schedule_does_not_ask(sim: Simulation, kind: str, every: int) -> None:
    account = account_at(sim.url, "five9s")
    Account.objects.update(full_every=every, changes_every=0)
    account.refresh_from_db()
    sync_now(account)
    account.refresh_from_db()
    strike(sim, "five9s", "302", LIST["five9s"], times=1)
    sync_now(account, Scope(since=account.changes_since if kind == "changed" else None))
    beat = Beat()
    beat.run(account, 6)
    retried = SyncRun.objects.latest("pk")
    assert (health_of(account), retried.kind, retried.state, len(beat.started)) == (Health.OK, kind, JobState.DONE, 1)
    beat.run(account, 60)
    assert len(beat.started) == 1


def test_an_account_that_is_being_deleted_is_not_synced(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    account.deletion_requested_at = timezone.now()
    account.save()
    assert sync.schedule_due_runs([account], timezone.now()) == [] and next_due(account, timezone.now()) is None
    Account.objects.update(health=Health.OK)
    assert walks.telling() == [] and stocktakes.offering() == []


class TestPatchWalks:
    @pytest.fixture
    def hand(self, sim: Simulation) -> PatchHand:
        return PatchHand(sim)

    @pytest.fixture
    def eset(self, sim: Simulation) -> Account:
        account = account_at(sim.url, "eset")
        sync_now(account)
        return account

    def planned(self, hand: PatchHand, account: Account) -> list[str]:
        runs = walks.schedule_patch_runs(walks.telling(), hand.now)
        for run in runs:
            hand.poll(account, Source(run.source))
        return [run.source for run in runs]

    @pytest.mark.parametrize("fault", ["302", "403-html", "404", "400", "413-html", "503"])
    def test_one_odd_answer_is_retried_after_five_minutes_and_heals(
        self, sim: Simulation, eset: Account, hand: PatchHand, fault: str
    ) -> None:
        assert self.planned(hand, eset) == ["recent", "attempts", "patches"]
        hand.go(3601)
        strike(sim, "eset", fault, "/v1/device-patches", times=3 if fault == "503" else 1)
        assert self.planned(hand, eset) == ["recent", "attempts", "patches"]
        failed = Reading.objects.get(source=Source.PATCHES)
        if fault != "400":  # which also stands for a token that has ended, so that the step is done again with a new one
            assert (failed.failures, failed.can) == (1, True) and failed.sentence
            hand.go(290)
            assert self.planned(hand, eset) == []
            hand.go(20)
            assert self.planned(hand, eset) == ["patches"]
        healed = Reading.objects.get(source=Source.PATCHES)
        assert (healed.failures, healed.can, healed.sentence) == (0, True, "")
        assert health_of(eset) == Health.OK

    def test_what_is_refused_for_good_is_retried_after_5_15_and_every_60_minutes(
        self, sim: Simulation, eset: Account, hand: PatchHand
    ) -> None:
        began = hand.now
        self.planned(hand, eset)
        strike(sim, "eset", "403-html", "/v1/device-patches")
        hand.go(3601)
        tries: list[float] = []
        for _ in range(4 * 360):
            tries += [(hand.now - began).total_seconds() // 60 - 60] * self.planned(hand, eset).count("patches")
            hand.go(10)
        assert tries[:4] == [0, 5, 20, 80] and tries[4] in (140, 141)
        reading = Reading.objects.get(source=Source.PATCHES)
        assert reading.can is False and health_of(eset) == Health.OK

    def test_a_list_that_refuses_a_fresh_token_stops_the_account(self, sim: Simulation, eset: Account, hand: PatchHand, ivan: User) -> None:
        sim.fault("eset:401~/patch-management/")
        self.planned(hand, eset)
        assert health_of(eset) == Health.PERSON
        before = len(sim.calls())
        hand.go(86_400)
        assert (
            self.planned(hand, eset) == []
            and sync.schedule_due_runs([Account.objects.get()], hand.now) == []
            and len(sim.calls()) == before
        )
        sim.clear_faults()
        follower = Follower()
        follower.follow(refresh_account(eset, act=AuditContext.of(ivan, now=timezone.now())))
        assert health_of(eset) == Health.OK and len(self.planned(hand, eset)) == 3


@pytest.mark.parametrize("fault", ["302", "403-html", "404"])
def test_one_odd_answer_to_the_list_of_installers_heals(sim: Simulation, fault: str) -> None:
    account, hand = account_at(sim.url, "eset"), InstallerHand(sim)
    strike(sim, "eset", fault, "/v1/installers", times=1)
    assert hand.take_stock(account).failures == 1
    assert stocktakes.schedule_installer_syncs(stocktakes.offering(), hand.now + timedelta(minutes=4)) == []
    hand.go(301)
    assert len(stocktakes.schedule_installer_syncs(stocktakes.offering(), hand.now)) == 1
    assert hand.take_stock(account).failures == 0 and Stocktake.objects.get().error == ""
    assert stocktakes.schedule_installer_syncs(stocktakes.offering(), hand.now + timedelta(minutes=30)) == []


def test_accounts_that_an_earlier_version_stopped_are_retried(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    refused = account_at(sim.url, "opswat")
    stopped: dict[str, Any] = {"health": Health.PERSON, "health_since": timezone.now()}
    Account.objects.filter(pk=account.pk).update(
        **stopped, health_code="configuration", health_sentence="The server redirects to another address."
    )
    Account.objects.filter(pk=refused.pk).update(**stopped, health_code="auth")
    import_module("devices.migrations.0015_retried_accounts").retry(apps, None)
    assert [run.account for run in sync.schedule_due_runs(list(Account.objects.all()), timezone.now())] == [account]
    assert health_of(refused) == Health.PERSON
