"""The pages and the file of coverage at an earlier time."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.accounts.deletion import services as deletion
from devices.accounts.services import switch_account
from devices.audit.context import AuditContext
from devices.models import Account, AuditEvent, Device, User
from devices.sync import withheld
from tests.devices import records as making
from tests.devices.as_of import clock
from tests.devices.as_of.fleet import sync
from vendors.records import Entry
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
NOW = timezone.now()
EXPORT = "/coverage/as-of/devices.csv"


@pytest.fixture(autouse=True)
def _recorded(db: None) -> None:
    clock.recorded_since(NOW - timedelta(days=60))


def noon(days_ago: int) -> datetime:
    return timezone.localtime(NOW - timedelta(days=days_ago)).replace(hour=12, minute=0)


def day(days_ago: int) -> str:
    return f"{noon(days_ago):%Y-%m-%d}"


def entries(*numbers: int, vendor: str = "e") -> list[Entry]:
    keys = {each: (making.identifier(IdKind.SERIAL, f"serial{each}"),) for each in numbers}
    return [making.entry(f"{vendor}{each}", name=f"nb-{each:03}", seen_at=noon(30), identifiers=keys[each]) for each in numbers]


def saved(account: Account, found: list[Entry], *, days_ago: int, hour: int = 23) -> None:
    now = noon(days_ago).replace(hour=hour, minute=45)  # recent at the end of the day
    with clock.at(now):
        sync(account, found, lambda: now)


@pytest.fixture
def accounts(db: None) -> dict[str, Account]:
    """ESET lists 1 … 60 on each of the days 15 … 5; five(9)s without 60 until day 10, then also without 59."""
    with clock.at(noon(20)):
        made = {name: making.account(name, vendor) for name, vendor in (("eset-main", "eset"), ("epm", "five9s"))}
    for each in range(15, 4, -1):
        saved(made["eset-main"], entries(*range(1, 61)), days_ago=each)
        saved(made["epm"], entries(*range(1, 60 if each >= 10 else 59), vendor="f"), days_ago=each)
    return made


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def numbers(client: Client, days_ago: int) -> dict[str, str]:
    """account → its coverage in percent, present and measured devices."""
    found = text_of(client, f"/coverage/as-of/?date={day(days_ago)}")
    return dict(re.findall(r"(eset-main|epm) .*?(\d+% \d+/\d+)", found))


def test_the_numbers_are_those_of_the_day(client: Client, bob: User, accounts: dict[str, Account]) -> None:
    client.force_login(bob)
    assert numbers(client, 12) == {"eset-main": "100% 60/60", "epm": "98% 59/60"}
    assert numbers(client, 7) == {"eset-main": "100% 60/60", "epm": "96% 58/60"}


def test_before_the_first_sync_there_was_no_coverage(client: Client, bob: User, accounts: dict[str, Account]) -> None:
    client.force_login(bob)
    assert "No coverage yet No full sync had completed by then." in text_of(client, f"/coverage/as-of/?date={day(18)}")


def test_a_disabled_account_proved_nothing_then(client: Client, ivan: User, accounts: dict[str, Account]) -> None:
    with clock.at(noon(7)):
        switch_account(accounts["epm"], enabled=False, act=AuditContext.of(ivan, now=noon(7)))
    client.force_login(ivan)
    assert "Can't confirm: it has been disabled since" in text_of(client, f"/coverage/as-of/?date={day(7)}")
    assert "Can't confirm" not in text_of(client, f"/coverage/as-of/?date={day(8)}")


def test_devices_that_awaited_a_review_are_named_as_not_recorded(client: Client, ivan: User, accounts: dict[str, Account]) -> None:
    saved(accounts["eset-main"], entries(1, 2), days_ago=4)
    with clock.at(noon(2)):
        (run,) = accounts["eset-main"].syncruns.filter(withheld__gt=0)
        assert withheld.decide_withheld(run, reason="gone", act=AuditContext.of(ivan, now=noon(2)))
        while withheld.advance(run.pk, now=noon(2)):
            pass
    client.force_login(ivan)
    sentence = "eset-main: 58 devices awaited a review. Which ones is not recorded: they count as reported."
    assert sentence in text_of(client, f"/coverage/as-of/?date={day(3)}")
    assert sentence not in text_of(client, f"/coverage/as-of/?date={day(2)}")


def test_missing_devices_are_listed_and_exported_with_their_values_of_then(
    client: Client, ivan: User, bob: User, accounts: dict[str, Account]
) -> None:
    query = f"?date={day(7)}&account=epm&cover=missing"
    client.force_login(bob)
    listed = text_of(client, f"/coverage/as-of/devices/{query}")
    assert "1–2 of 2" in listed and "nb-059" in listed and "nb-060" in listed and "Export" not in listed
    assert client.get(f"{EXPORT}{query}").status_code == 403
    client.force_login(ivan)
    answer = client.get(f"{EXPORT}{query}")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(row["Device"], row["Vendor account"], row["Coverage"], row["As of"][:10]) for row in rows] == [
        ("nb-059", "epm", "Missing", day(7)),
        ("nb-060", "epm", "Missing", day(7)),
    ]
    assert AuditEvent.objects.get(action="export").detail == {"format": "csv", "date": day(7), "time": ""}


def test_pages_of_the_list_follow_each_other(client: Client, bob: User, accounts: dict[str, Account]) -> None:
    client.force_login(bob)
    address, pages = f"/coverage/as-of/devices/?date={day(12)}&account=eset-main&cover=stale", []
    while address:
        page = client.get(address).content.decode()
        pages.append(re.findall(r">(nb-\d+)<", page))
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert [len(each) for each in pages] == [50, 10]
    assert sorted(each for page in pages for each in page) == [f"nb-{each:03}" for each in range(1, 61)]
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None and re.findall(r">(nb-\d+)<", client.get(back[1].replace("&amp;", "&")).content.decode()) == pages[0]


@pytest.mark.parametrize("query", ["account=nothing&cover=missing", "account=epm&cover=lost", ""])
def test_an_unknown_account_or_state_is_not_found(client: Client, bob: User, accounts: dict[str, Account], query: str) -> None:
    client.force_login(bob)
    assert client.get(f"/coverage/as-of/devices/?date={day(7)}&{query}").status_code == 404
    assert client.get(f"/coverage/as-of/devices/?date=never&{query}").status_code == 302


def test_a_deleted_account_is_named(client: Client, ivan: User, accounts: dict[str, Account]) -> None:
    assert deletion.request_deletion(accounts["epm"], act=AuditContext.of(ivan, now=NOW))
    while deletion.advance(accounts["epm"].pk, now=NOW):
        pass
    client.force_login(ivan)
    assert "This vendor account was deleted since, with all it had reported: epm." in text_of(client, f"/coverage/as-of/?date={day(7)}")
    assert numbers(client, 7) == {"eset-main": "100% 60/60"}
    page = text_of(client, f"/devices/{Device.objects.order_by('pk')[0].pk}/as-of/?date={day(7)}")
    assert "deleted since, with all it had reported: epm." in page


def test_the_number_of_queries_does_not_grow(
    client: Client, bob: User, accounts: dict[str, Account], django_assert_num_queries: object
) -> None:
    client.force_login(bob)
    for address, number in (
        (f"/coverage/as-of/?date={day(12)}", 16),
        (f"/coverage/as-of/devices/?date={day(12)}&account=epm&cover=missing", 23),
    ):
        client.get(address)
        with django_assert_num_queries(number):  # type: ignore[operator]
            client.get(address)
    saved(accounts["epm"], entries(*range(1, 12), vendor="f"), days_ago=3)
    for address, number in (
        (f"/coverage/as-of/?date={day(12)}", 16),
        (f"/coverage/as-of/devices/?date={day(12)}&account=epm&cover=missing", 23),
    ):
        with django_assert_num_queries(number):  # type: ignore[operator]
            client.get(address)


def test_the_page_of_coverage_leads_here(client: Client, bob: User, accounts: dict[str, Account]) -> None:
    client.force_login(bob)
    assert 'href="/coverage/as-of/"' in client.get("/coverage/").content.decode()
