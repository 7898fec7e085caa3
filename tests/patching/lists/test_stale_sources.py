"""Lists of patching say of whom they count what was told long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Account, Device, Pulse, User
from patching.models import Reading
from tests.patching import rows as made
from tests.patching.page_text import words_of
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db
LISTS = ("patches/", "attempts/", "devices/", "titles/")


@pytest.fixture
def accounts() -> dict[str, Account]:
    accounts, now = made.small_patching(), timezone.now()
    Reading.objects.create(account=accounts["eset"], source=Source.PATCHES, can=True, complete_at=now, tried_at=now)
    return accounts


def read_last(source: Source, *, days: float) -> None:
    Reading.objects.filter(source=source).update(complete_at=timezone.now() - timedelta(days=days))


@pytest.mark.parametrize("address", LISTS)
def test_a_list_says_that_an_account_is_switched_off(client: Client, bob: User, accounts: dict[str, Account], address: str) -> None:
    assert "Data as of" not in words_of(client, bob, address)
    read_last(Source.PATCHES, days=4)
    read_last(Source.RECENT, days=4)
    Account.objects.filter(pk=accounts["eset"].pk).update(enabled=False)
    assert "eset-main Disabled is disabled. Data as of 4 days ago." in words_of(client, bob, address)


def test_a_list_says_which_of_its_sources_has_not_been_read_lately(client: Client, bob: User, accounts: dict[str, Account]) -> None:
    sentence = "eset-main had no recent full sync of patches. Data as of 3 h ago."
    read_last(Source.PATCHES, days=1.9 / 24)
    assert not any("Data as of" in words_of(client, bob, each) for each in LISTS)
    read_last(Source.PATCHES, days=3 / 24)
    assert [sentence in words_of(client, bob, each) for each in LISTS] == [True, False, True, True]
    Reading.objects.filter(source=Source.PATCHES).update(can=False)  # what may not be read any more still counts
    assert sentence in words_of(client, bob, "patches/")


def test_only_the_accounts_that_a_list_counts_are_named(client: Client, bob: User, accounts: dict[str, Account]) -> None:
    Account.objects.filter(pk=accounts["five9s"].pk).update(enabled=False)
    london, berlin = (Device.objects.get(name=name).pk for name in ("srv-london-05", "nb-berlin-01"))
    firefox = made.title("Firefox").pk
    said = ["", "?vendor=five9s", "?account=five-main", f"?device={london}", "?age=over-30"]
    unsaid = ["?vendor=eset", "?account=eset-main", f"?device={berlin}", f"?title={firefox}"]
    for query in (*said, *unsaid):
        assert ("five-main Disabled is disabled" in words_of(client, bob, f"patches/{query}")) is (query in said), query


def test_a_credential_that_never_told_is_not_named(client: Client, bob: User) -> None:
    accounts = made.small_patching()
    Account.objects.filter(pk=accounts["eset"].pk).update(enabled=False)
    assert "is disabled" not in words_of(client, bob, "patches/")
    assert "is disabled" in words_of(client, bob, "attempts/")


def test_the_panel_of_a_device_says_as_of_when_it_is(client: Client, bob: User, accounts: dict[str, Account]) -> None:
    def panel(name: str) -> str:
        client.force_login(bob)
        answer = client.get(f"/patching/device/{Device.objects.get(name=name).pk}/", headers={"HX-Request": "true"})
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))

    Pulse.objects.update(fetched_at=timezone.now() - timedelta(hours=30))
    assert "eset-main synced just now" in panel("nb-berlin-01") and "opswat-main synced" not in panel("nb-berlin-01")
    assert "eset-main synced just now" in panel("nb-munich-02") and "five-main synced 30 h ago" in panel("nb-munich-02")
    read_last(Source.PATCHES, days=4)
    since = datetime(2026, 11, 3, tzinfo=UTC)
    Account.objects.filter(pk=accounts["five9s"].pk).update(enabled=False, switched_off_at=since)
    text = panel("nb-munich-02")
    assert "five-main synced 30 h ago Disabled" in text
    assert "eset-main synced 4 days ago" in text
    Reading.objects.filter(source=Source.PATCHES).delete()
    assert "eset-main synced" not in panel("nb-munich-02")


def test_the_work_lists_and_the_page_of_an_application_say_it_too(client: Client, bob: User, accounts: dict[str, Account]) -> None:
    firefox = made.title("Firefox").pk
    for address, said in (("reasons/", True), (f"titles/{firefox}/", False)):
        assert "Data as of" not in words_of(client, bob, address)
        Account.objects.filter(pk=accounts["five9s"].pk).update(enabled=False)
        assert ("five-main Disabled is disabled" in words_of(client, bob, address)) is said
        Account.objects.update(enabled=True)
    read_last(Source.PATCHES, days=4)
    assert "eset-main had no recent full sync of patches" in words_of(client, bob, f"titles/{firefox}/")
