"""Whoever reads a number or a row can tell that it is counted from long ago."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Account, Device, JobState, Pulse, User
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
OFF = " is disabled. Data as of"


@pytest.fixture
def fleet() -> dict[str, Account]:
    """eset-main is switched off and told its whole list five days ago."""
    accounts, at = shown.small_fleet(), timezone.now() - timedelta(days=5)
    Pulse.objects.filter(sighting__account=accounts["eset"]).update(fetched_at=at)
    Account.objects.filter(pk=accounts["eset"].pk).update(enabled=False, complete_at=at)
    return accounts


def words(client: Client, user: User, address: str) -> str:
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def text(client: Client, user: User, address: str) -> str:
    """What stands on the page, without its tags."""
    return " ".join(" ".join(part.partition(">")[2] for part in words(client, user, address).split("<")).split())


@pytest.mark.parametrize(
    "address",
    ["/", "/devices/", "/issues/", "/issues/silenced/", "/coverage/", "/coverage/?account=eset-main&cover=fresh", "/d/?q=nb"],
)
def test_what_an_account_told_that_is_switched_off_is_said_to_be_old(client: Client, bob: User, address: str) -> None:
    accounts = shown.small_fleet()
    assert "Data as of" not in words(client, bob, address)
    Account.objects.filter(pk=accounts["five9s"].pk).update(enabled=False, complete_at=timezone.now() - timedelta(days=5))
    page = text(client, bob, address)
    assert "five-main Disabled is disabled. Data as of 5 days ago ." in page
    assert "eset-main is" not in page


@pytest.mark.parametrize("page", ["/devices/", "/issues/"])
def test_a_list_of_other_accounts_is_not(client: Client, bob: User, fleet: dict[str, Account], page: str) -> None:
    for query, said in (("?account=eset-main", True), ("?vendor=eset", True), ("?account=five-main", False), ("?vendor=opswat", False)):
        assert (OFF in words(client, bob, page + query)) is said, query


def test_an_account_that_never_told_of_a_device_is_not_named(client: Client, bob: User) -> None:
    shown.small_fleet()
    fresh = shown.account("later", "eset", complete=False)
    Account.objects.filter(pk=fresh.pk).update(enabled=False)
    assert "is disabled" not in words(client, bob, "/devices/")


def test_what_was_told_before_any_list_was_complete_still_counts(client: Client, bob: User, fleet: dict[str, Account]) -> None:
    Account.objects.filter(pk=fleet["eset"].pk).update(complete_at=None)
    assert "eset-main Disabled is disabled. Last known data." in text(client, bob, "/devices/")


def test_a_list_that_is_fetched_only_on_demand_grows_old_too(client: Client, bob: User) -> None:
    eset = shown.small_fleet()["eset"]
    Account.objects.filter(pk=eset.pk).update(full_every=0)
    assert "Data as of" not in words(client, bob, "/devices/")
    Account.objects.filter(pk=eset.pk).update(complete_at=timezone.now() - timedelta(hours=3))
    assert "eset-main Overdue is synced only manually. Data as of 3 h ago ." in text(client, bob, "/devices/")


def test_many_such_accounts_are_counted_and_not_all_named(client: Client, bob: User, fleet: dict[str, Account]) -> None:
    for number in range(4):
        shown.sighting(shown.account(f"away-{number}", "eset"), f"pc-{number}")
    Account.objects.filter(name__startswith="away").update(enabled=False)
    page = text(client, bob, "/devices/")
    assert page.count("is disabled") == 3 and "2 more accounts with stale data." in page


def test_each_issue_of_such_an_account_says_as_of_when_it_is(client: Client, bob: User, fleet: dict[str, Account]) -> None:
    shown.fetch(fleet["eset"], state=JobState.DONE, finished_at=timezone.now() - timedelta(days=5))
    page = text(client, bob, "/issues/?rows=issues")
    assert "Trojan found" in page and "eset-main, as of 5 days ago" in page and "opswat-main, as of" not in page


def test_on_the_page_of_a_device_the_card_says_it_beside_its_ages(client: Client, bob: User, fleet: dict[str, Account]) -> None:
    page = text(client, bob, f"/devices/{Device.objects.get(name='nb-berlin-01').pk}/")
    assert page.count("is disabled. Data as of:") == 2, "the card of the account, and its record in the tab of records"
    assert "eset-main is disabled. Data as of: 5 days ago" in page


def test_the_dashboard_names_a_disabled_account_beside_what_is_up_to_date(client: Client, bob: User) -> None:
    accounts = shown.small_fleet()
    headline = "Attention required: 2 of 6 devices All enabled vendor accounts are up to date."
    page = text(client, bob, "/")
    assert headline in page and "Data as of" not in page
    Account.objects.filter(pk=accounts["five9s"].pk).update(enabled=False)
    page = text(client, bob, "/")
    assert headline in page and "five-main Disabled is disabled. Data as of" in page
