"""What the list can be narrowed by, beyond the device's own row."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.device_list.conditions import known_releases
from devices.device_list.filters import DEVICES, DeviceFilters
from devices.device_list.queries import list_page
from devices.models import DeviceGroup, User
from devices.trends.days import day_of
from tests.devices import rows as shown
from tests.devices.trends.fleets import changes_of, random_fleet
from vendors.states import IdKind

pytestmark = pytest.mark.django_db


def names(**query: str) -> list[str]:
    return [row.name for row in list_page(DeviceFilters.read(query), now=timezone.now()).rows]


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def test_a_gap_in_coverage_is_what_a_vendor_does_not_list() -> None:
    shown.small_fleet()
    assert names(lacks="eset") == ["away-07", "phone-04", "srv-london-05"]
    assert names(lacks="five9s", vendor="eset") == ["mac-zurich-03", "nb-berlin-01", "nb-munich-02"]
    assert names(lacks="nobody") == names()


def test_stale_and_account_are_about_one_and_the_same_sighting() -> None:
    accounts = shown.small_fleet()
    both = shown.sighting(accounts["eset"], "both-08", stale=True)
    shown.sighting(accounts["opswat"], "both-08", device=both.device)
    assert names(stale="yes") == ["both-08", "srv-london-05"]
    assert names(stale="yes", account="opswat-main") == []
    assert names(stale="yes", vendor="opswat") == []
    assert names(stale="yes", account="eset-main") == ["both-08"]
    assert names(account="five-main") == ["srv-london-05"]


def test_a_release_is_found_in_any_notation_and_searched() -> None:
    accounts = shown.small_fleet()
    eleven = "Windows 11 Pro 10.0.22631 (by build)"
    shown.sighting(accounts["opswat"], "eleven", os_family="windows", os_name=eleven, os_release="Windows 11")
    shown.sighting(accounts["opswat"], "ten", os_family="windows", os_name="Windows 10 Pro", os_release="Windows 10")
    shown.sighting(accounts["eset"], "tahoe", os_family="macos", os_name="macOS", os_release="macOS 26")
    for text in ("Windows 11", "windows 11", "Windows 11 Pro"):
        assert names(release=text) == ["eleven"]
    assert names(release="macOS 26", os="macos") == ["tahoe"]
    assert names(release="macOS 26", os="windows") == names(release="Windows 12") == []
    assert known_releases() == ["Windows 10", "Windows 11", "macOS 26"]
    assert names(q="windows 11 pro") == ["eleven"]
    assert names(q="macos 26") == ["tahoe"]


def test_pages_and_files_of_a_release_have_the_same_devices(client: Client, ivan: User) -> None:
    account = shown.account("opswat-main", "opswat")
    for number in range(30):
        shown.sighting(account, f"nb-{number:02}", os_family="windows", os_release=f"Windows {10 + number % 2}")
    expected = [f"nb-{number:02}" for number in range(1, 30, 2)]
    listing = replace(DEVICES.at_first, filters=DeviceFilters(release="Windows 11"), size=10)
    first = list_page(listing, now=timezone.now())
    second = list_page(listing, now=timezone.now(), after=first.older)
    assert [row.name for row in (*first.rows, *second.rows)] == expected
    client.force_login(ivan)
    answer = client.get("/devices/export.csv?release=windows+11")
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == expected


def test_silenced_at_a_vendor() -> None:
    accounts = shown.small_fleet()
    shown.sighting(accounts["opswat"], "exempt-08", silenced=True)
    assert names(silenced="yes") == ["exempt-08"]
    assert names(silenced="perhaps") == names()


def test_a_group_is_found_by_its_name_and_by_its_id() -> None:
    accounts = shown.small_fleet()
    DeviceGroup.objects.create(account=accounts["eset"], external_id="g-1", name="Berlin")
    shown.sighting(accounts["eset"], "by-id", group_id="g-1")
    shown.sighting(accounts["opswat"], "by-name", group_name="Berlin")
    shown.sighting(accounts["opswat"], "other", group_name="Berlin West")
    assert names(group="Berlin") == ["by-id", "by-name"]
    assert names(group="g-1") == ["by-id"]
    assert names(group="nowhere") == []


def test_a_tag_is_the_whole_tag_in_any_case() -> None:
    accounts = shown.small_fleet()
    shown.sighting(accounts["five9s"], "scoped", ids=[(IdKind.TAG, "Site Berlin")])
    shown.sighting(accounts["eset"], "named", ids=[(IdKind.NICKNAME, "Site Berlin")])
    assert names(tag="site  BERLIN") == ["scoped"]
    assert names(tag="site") == []


def test_last_seen_is_the_newest_time_that_can_be_true() -> None:
    accounts = shown.small_fleet()
    two = shown.sighting(accounts["eset"], "two", seen_at=ago(20))
    shown.sighting(accounts["opswat"], "two", device=two.device, seen_at=ago(3))
    shown.sighting(accounts["eset"], "future", seen_at=ago(-9))
    shown.sighting(accounts["eset"], "ancient", seen_at=datetime(1601, 1, 1, tzinfo=ago(0).tzinfo))
    assert {"future", "ancient"}.isdisjoint(names(seen="within-30") + names(seen="over-1"))
    assert names(seen="over-1") == ["srv-london-05", "two"]
    assert "two" in names(seen="within-7") and "two" not in names(seen="within-1")
    assert names(seen="over-14") == ["srv-london-05"]
    assert names(seen="over-30") == ["srv-london-05"]


@pytest.mark.parametrize("seed", [40, 41])
def test_changes_of_today_and_yesterday_are_those_that_are_counted(seed: int) -> None:
    random_fleet(seed)
    now = timezone.now()
    for back in (0, 1):
        counted = changes_of(day_of(now) - timedelta(days=back))
        for kind in ("new", "missing", "critical", "resolved"):
            filters = DeviceFilters(changed=f"{kind}-{back}", life="current" if kind == "new" else "all")
            assert list_page(filters, now=now).total == counted["changes", "", None, "", kind], (kind, back)


def test_every_filter_works_together_with_a_text_and_is_a_chip(client: Client, bob: User) -> None:
    accounts = shown.small_fleet()
    shown.sighting(accounts["eset"], "berlin-09", silenced=True, stale=True, group_name="G", ids=[(IdKind.TAG, "t")], seen_at=ago(20))
    query = "q=berlin&lacks=opswat&seen=over-14&stale=yes&silenced=yes&account=eset-main&group=G&tag=t"
    client.force_login(bob)
    text = client.get(f"/devices/?{query}").content.decode()
    assert "berlin-09" in text and "nb-berlin-01" not in text
    labels = ["Search", "Not reported by", "Last seen", "Check-in", "Muted", "Vendor account", "Group", "Tag"]
    assert [label for label in labels if f"Remove filter {label}: " not in text] == []


@pytest.mark.parametrize("name", ["group", "tag", "account", "seen"])
@pytest.mark.parametrize("value", ["\x00", "%", "'", "x" * 5000, "=1", "👩‍💻", "within-", "over-x"])
def test_no_value_of_a_filter_is_an_error(client: Client, bob: User, name: str, value: str) -> None:
    shown.small_fleet()
    client.force_login(bob)
    assert client.get("/devices/", {name: value}).status_code == 200
