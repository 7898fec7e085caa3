"""The page of a device at an earlier time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices.as_of.not_recorded import NotRecorded
from devices.audit.context import AuditContext
from devices.device_detail.retirement import retire
from devices.issues.decisions import IssueDecision, decide
from devices.issues.sources import IssueKey
from devices.matching.overrides import link
from devices.models import Account, Device, Sighting, Standing, User
from tests.devices import records as making
from tests.devices.as_of import clock
from tests.devices.as_of.fleet import sync
from tests.structure.figures import ROOT
from vendors.records import Entry

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _recorded(db: None) -> None:
    clock.recorded_since(NOW - timedelta(days=60))


def noon(days_ago: int) -> datetime:
    return timezone.localtime(NOW - timedelta(days=days_ago)).replace(hour=12, minute=0, second=0, microsecond=0)


def day(days_ago: int) -> str:
    return f"{noon(days_ago):%Y-%m-%d}"


def saved(account: Account, *entries: Entry, days_ago: int) -> None:
    now = noon(days_ago)
    with clock.at(now):
        sync(account, list(entries), lambda: now)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def account(db: None) -> Account:
    with clock.at(noon(20)):
        return making.account()


@pytest.fixture
def device(account: Account) -> Device:
    """Of Ada with malware until ten days ago, then of Grace without."""
    entry = making.entry("nb-1", user="ada", issues=(making.issue("malware"),))
    saved(account, entry, making.entry("nb-2"), days_ago=15)
    saved(account, making.entry("nb-1", user="grace"), making.entry("nb-2"), days_ago=10)
    return Device.objects.get(name="NB-1")


def test_the_page_shows_what_was_known_then_and_since_when(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    then, later = (text_of(client, f"/devices/{device.pk}/as-of/?date={day(each)}") for each in (12, 8))
    assert re.search(r"As of .*, 23:59 · Back to today", then)
    assert "User ada" in then and "malware" in then and "grace" not in then
    assert "User grace" in later and "malware" not in later and "No issues were reported." in later
    for each in ("Last check-in", "Device facts", "Raw data"):
        assert each in then.split("Not recorded")[1]


def test_a_time_of_the_day_is_an_exact_one(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    address = f"/devices/{device.pk}/as-of/?date={day(10)}&time="
    assert "User ada" in text_of(client, address + "11:59")
    assert "User grace" in text_of(client, address + "12:00")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("date=2026-13-01", "Enter a date as YYYY-MM-DD, for example 2026-11-12."),
        ("date=yesterday", "Enter a date as YYYY-MM-DD, for example 2026-11-12."),
        ("date=9999-12-31", "is in the future. Choose an earlier date."),
        ("date=0001-01-01", "Earlier states are kept for 400 days."),
        (f"date={day(0)}&time=25:00", "Enter a time as HH:MM, for example 14:30."),
        (f"date={day(90)}", "Earlier states are recorded since"),
    ],
)
def test_a_day_that_cannot_be_shown_is_one_sentence(client: Client, bob: User, device: Device, query: str, sentence: str) -> None:
    client.force_login(bob)
    for address in (f"/devices/{device.pk}/as-of/", "/coverage/as-of/"):
        assert sentence in text_of(client, f"{address}?{query}")


def test_before_its_first_sync_a_device_did_not_exist(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    text = text_of(client, f"/devices/{device.pk}/as-of/?date={day(18)}")
    assert "This device did not exist then It was first reported on" in text


def test_without_a_date_it_waits_for_one(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    assert "Choose a date to see an earlier state." in text_of(client, f"/devices/{device.pk}/as-of/")


def test_a_merged_device_still_shows_what_it_was(client: Client, ivan: User, device: Device) -> None:
    other = Device.objects.get(name="NB-2")
    with clock.at(noon(5)):
        assert link(device.pk, other.pk, reason="the same", act=AuditContext.of(ivan, now=noon(5))) == device.pk
    client.force_login(ivan)
    old = text_of(client, f"/devices/{other.pk}/as-of/?date={day(8)}")
    assert f"Device {other.pk} was merged since: NB-2" in old
    assert "Records that moved to other devices since: NB-2" in old and "Name NB-2" in old
    remaining = text_of(client, f"/devices/{device.pk}/as-of/?date={day(8)}")
    assert f"Records that belonged to other devices then: device {other.pk}" in remaining
    assert "other devices" not in text_of(client, f"/devices/{device.pk}/as-of/?date={day(3)}")


def test_a_retirement_and_a_decision_are_shown_while_they_were_in_force(
    client: Client, ivan: User, account: Account, device: Device
) -> None:
    record = Sighting.objects.get(external_id="nb-1")
    saved(account, making.entry("nb-1", issues=(making.issue("firewall"),)), making.entry("nb-2"), days_ago=8)
    with clock.at(noon(7)):
        muting = IssueDecision(Standing.MUTED, reason="accepted")
        decide([IssueKey("issue", record.pk, "firewall")], muting, act=AuditContext.of(ivan, now=noon(7)))
    with clock.at(noon(6)):
        retire(device.pk, reason="scrapped", act=AuditContext.of(ivan, now=noon(6)))
    client.force_login(ivan)
    before, muted, retired = (text_of(client, f"/devices/{device.pk}/as-of/?date={day(each)}") for each in (8, 7, 6))
    assert "firewall" in before and "accepted" not in before
    assert "Muted · ivan" in muted and "accepted" in muted and "Retired" not in muted
    assert "Retired on" in retired and "by ivan: “scrapped”" in retired


def test_activity_links_to_each_day(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    page = client.get(f"/devices/{device.pk}/timeline/").content.decode()
    assert f'href="/devices/{device.pk}/as-of/?date={day(10)}"' in page


def test_the_number_of_queries_does_not_grow(
    client: Client, bob: User, account: Account, device: Device, django_assert_num_queries: object
) -> None:
    client.force_login(bob)
    address = f"/devices/{device.pk}/as-of/?date={day(12)}"
    client.get(address)
    with django_assert_num_queries(26):  # type: ignore[operator]
        client.get(address)
    for number in range(6):
        issues = tuple(making.issue(f"issue {each}") for each in range(number))
        saved(account, making.entry("nb-1", user=f"user {number}", issues=issues), making.entry("nb-2"), days_ago=9 - number)
    with django_assert_num_queries(26):  # type: ignore[operator]
        client.get(address)


def test_what_is_not_recorded_is_documented() -> None:
    table = (ROOT / "docs/history.md").read_text().split("\n| Not recorded |")[1]
    assert re.findall(r"^\| ([^|]+?) \|", table, re.MULTILINE) == [each.value for each in NotRecorded]


def test_strangers_may_not_look(client: Client, charlie: User, device: Device) -> None:
    address = f"/devices/{device.pk}/as-of/?date={day(12)}"
    assert client.get(address).status_code == 302
    client.force_login(charlie)
    assert client.get(address).status_code == 403
    assert client.get("/coverage/as-of/").status_code == 403


def test_an_unknown_device_is_not_found(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert client.get("/devices/4711/as-of/?date=2026-01-01").status_code == 404
    assert client.get(f"/devices/{2**70}/as-of/?date=2026-01-01").status_code == 404


def test_states_are_kept_as_long_as_the_activity(settings: Settings, client: Client, bob: User, device: Device) -> None:
    settings.KEEP_CHANGES_DAYS = 11
    client.force_login(bob)
    assert "Earlier states are kept for 11 days." in text_of(client, f"/devices/{device.pk}/as-of/?date={day(12)}")
