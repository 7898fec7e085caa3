from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from devices.account_status.text import disabled_since
from devices.accounts import services as accounts
from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.jobs import engine as jobs
from devices.models import Account, AuditEvent, JobState, Sighting, User
from devices.sync.page_writer import save_page
from sandbox.server import running
from tests.devices import records as making
from tests.devices import rows as shown
from tests.devices.jobs.test_engine import Script
from tests.devices.runs import Follower, account_at
from vendors.base import DevicePage

pytestmark = pytest.mark.django_db


def test_switching_off_ends_the_fetch_under_way_and_its_late_step_writes_nothing() -> None:
    account = making.account()
    run = making.run(account)

    def switched_off_meanwhile(_run: object) -> DevicePage:
        accounts.switch_account(account, enabled=False)
        return DevicePage(cursor={"page": 2})

    script = Script(switched_off_meanwhile)
    jobs.Engine(script).advance(run.pk)
    run.refresh_from_db()
    assert (run.state, script.kept, script.ends) == (JobState.CANCELLED, [], [])
    assert run.error == "The sync was stopped because the account was disabled."
    assert not jobs.due(type(run), now=jobs.database_clock())


@pytest.mark.parametrize("enabled", [True, False])
def test_the_button_has_the_word_of_the_status(client: Client, alice: User, enabled: bool) -> None:
    account = making.account()
    Account.objects.update(enabled=enabled)
    client.force_login(alice)
    page = client.get(f"/vendors/{account.name}/").text
    assert (">Disable</button>" in page, ">Enable</button>" in page) == (enabled, not enabled)
    assert "Switch on" not in page and "Switch off" not in page
    answer = client.post(f"/vendors/{account.name}/switch/", {"enabled": "0" if enabled else "1"}, follow=True)
    assert f"{account.name} is {'disabled' if enabled else 'enabled'}." in answer.text
    assert ("Enable the account to sync again." in answer.text) is enabled


def test_switching_off_keeps_what_was_fetched_and_on_fetches_again() -> None:
    account = making.account()
    run = making.run(account)
    save_page(run, [making.entry("one")], jobs.database_clock())
    accounts.switch_account(account, enabled=False)
    assert Sighting.objects.count() == 1
    accounts.switch_account(account, enabled=True)
    assert making.run(account).pk > run.pk
    assert AuditEvent.objects.filter(action="account switched").count() == 2


def test_a_sync_requested_just_before_switching_off_makes_no_call() -> None:
    """A user's page or the schedule read the account while it was on."""
    with running(devices=5, frozen=True) as simulation:
        account = account_at(simulation.url, "eset")
        shown = Account.objects.get()
        accounts.switch_account(account, enabled=False)
        ended = Follower().follow(accounts.refresh_account(shown))
        assert (ended.state, ended.error) == (JobState.FAILED, "The account eset-demo is disabled.")
        assert simulation.calls() == []


def test_since_when_an_account_is_off_is_kept_until_it_is_on_again() -> None:
    account, before = making.account(), jobs.database_clock()
    for _ in range(2):
        accounts.switch_account(account, enabled=False)
        account.refresh_from_db()
        first = account.switched_off_at
        assert first is not None and first >= before - timedelta(seconds=1)
    accounts.switch_account(Account.objects.get(), enabled=False)
    assert Account.objects.get().switched_off_at == first
    accounts.switch_account(account, enabled=True)
    assert Account.objects.get().switched_off_at is None


def test_accounts_that_were_off_before_it_was_kept_are_found_in_the_audit_log() -> None:
    fill = importlib.import_module("devices.migrations.0012_switched_off_at").FILL
    for name, story in (("a", "on off off"), ("b", "off on off"), ("c", "off on"), ("d", "")):
        account = making.account(name)
        for word in story.split():
            audit.record("account switched", act=AuditContext(timezone.now()), target=name, enabled=word == "on")
        Account.objects.filter(pk=account.pk).update(enabled=name == "c")
    with connection.cursor() as cursor:
        cursor.execute(fill)
    events = {name: list(AuditEvent.objects.filter(target=name).order_by("id").values_list("at", flat=True)) for name in "abcd"}
    found = dict(Account.objects.values_list("name", "switched_off_at"))
    assert found == {"a": events["a"][1], "b": events["b"][2], "c": None, "d": None}


def test_pages_say_since_when(client: Client, ivan: User) -> None:
    fleet = shown.small_fleet()
    at = datetime(2026, 11, 3, 9, tzinfo=UTC)
    assert (disabled_since(at), disabled_since(None)) == ("has been disabled since 3 Nov 2026", "is disabled")
    Account.objects.filter(pk=fleet["eset"].pk).update(enabled=False, switched_off_at=at)
    client.force_login(ivan)
    device = fleet["eset"].sightings.get(name="nb-berlin-01").device_id
    since = {
        "/devices/": "has been disabled since 3 Nov 2026. Data as of",
        "/": "The account has been disabled since 3 Nov 2026",
        f"/devices/{device}/": "eset-main has been disabled since 3 Nov 2026. Data as of:",
        "/coverage/?account=eset-main&cover=unknown": "Can't confirm missing devices: it has been disabled since 3 Nov 2026.",
        "/d/?q=nothing-99": "It has been disabled since 3 Nov 2026.",
        "/vendors/": "The account has been disabled since 3 Nov 2026.",
    }
    for address, words in since.items():
        assert words in client.get(address).content.decode(), address
