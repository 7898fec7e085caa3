"""Facts as columns and filters of the device list, and in its files."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from devices.device_list import facts as list_facts
from devices.device_list.filters import DEVICES, DeviceFilters
from devices.device_list.queries import list_page
from devices.facts.keys import keys, license_end
from devices.models import Account, Pulse, Sighting, User
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
BOOTED = datetime(2026, 9, 14, 6, 22, 51, tzinfo=UTC)


@pytest.fixture
def accounts() -> dict[str, Account]:
    return {vendor: shown.account(f"{vendor}-main", vendor) for vendor in ("eset", "opswat", "five9s")}


def told(of: Account, name: str, facts: dict[str, Any], *, booted_at: datetime | None = None, **columns: Any) -> Sighting:
    made = shown.sighting(of, name, facts=facts, fact_keys=keys(facts), license_ends=license_end(facts), **columns)
    Pulse.objects.filter(sighting=made).update(booted_at=booted_at)
    return made


def names(**query: str) -> list[str]:
    return [row.name for row in list_page(DeviceFilters.read(query), now=timezone.now()).rows]


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def cells(client: Client, user: User, query: str) -> list[str]:
    client.force_login(user)
    text = client.get(f"/devices/{query}").content.decode()
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td data-label=.*?</td>", text)]


def test_a_column_shows_the_best_source(client: Client, bob: User, accounts: dict[str, Account]) -> None:
    first = told(accounts["eset"], "nb-1", {"location": "Hamburg", "device_type": "laptop", "issues": 3})
    told(accounts["five9s"], "nb-1", {"location": "Berlin"}, device=first.device, booted_at=BOOTED)
    told(accounts["eset"], "nb-2", {})
    columns = "?cols=fact_location,fact_device_type,fact_issues,fact_last_boot"
    assert cells(client, bob, columns) == ["Berlin", "Laptop", "3", "14 Sep 2026", "—", "—", "—", "—"]


def test_facts_cost_one_query_and_only_where_they_are_shown(
    accounts: dict[str, Account], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()
    for number in range(30):
        told(accounts["eset"], f"nb-{number}", {"location": "Berlin"})
    without, with_facts = DEVICES.read({"cols": "user"}), DEVICES.read({"cols": "user,fact_location,fact_products,fact_last_boot"})
    with django_assert_num_queries(2):
        list_page(without, now=now)
    with django_assert_num_queries(3):
        assert len(list_page(with_facts, now=now).rows) == 30


def test_every_fact_is_a_column_that_can_be_drawn(client: Client, bob: User, accounts: dict[str, Account]) -> None:
    facts = {
        "os_build": "22631.3880", "registered": "2026-01-02T03:04:00+00:00", "license_expires": "2027-06-30", "connected": True, "issues": 1234,
        "disks": [{"name": "NVMe", "bytes": 512 << 30}], "adapters": [{"mac": "A4:C3:F0:2E:83:4C"}], "description": "<b>bold</b>",
    }  # fmt: skip
    told(accounts["eset"], "nb-1", facts)
    columns = [key for key in DEVICES.choosable if key.startswith("fact_")]
    assert len(columns) > 30 and "fact_custom" not in columns
    shown_cells = [cell for cell in cells(client, bob, f"?cols={','.join(columns)}") if cell != "—"]
    assert shown_cells[0] == "22631.3880"
    assert {"NVMe · 512 GB", "A4:C3:F0:2E:83:4C", "&lt;b&gt;bold&lt;/b&gt;", "Yes", "1,234", "2 Jan 2026"} <= set(shown_cells)


def test_files_have_the_chosen_facts_in_a_stable_form(client: Client, ivan: User, accounts: dict[str, Account]) -> None:
    told(accounts["five9s"], "nb-1", {"license_expires": "2027-06-30", "connected": False, "disks": [{"bytes": 1 << 40}]}, booted_at=BOOTED)
    client.force_login(ivan)
    answer = client.get("/devices/export.csv?cols=fact_last_boot,fact_license_expires,fact_connected,fact_disks,fact_location")
    header, row = answer.getvalue().decode("utf-8-sig").splitlines()
    assert header == "Name,Last boot,License expires,Connected to the vendor,Disks,Location,Serial,Stale sources"
    assert row == "nb-1,2026-09-14T06:22:51Z,2027-06-30,No,1 TB,,,"


def test_filters_by_equal_facts(accounts: dict[str, Account]) -> None:
    told(
        accounts["eset"],
        "nb-1",
        {"os_build": "22631.3880", "device_type": "laptop", "components": [{"name": "Engine", "version": "29965 (2026)"}]},
    )
    told(accounts["opswat"], "nb-2", {"os_build": "26100", "device_type": "laptop", "agent_version": "7.6.1.0"})
    told(accounts["five9s"], "srv-3", {"device_type": "server", "location": "Berlin Mitte"})
    assert names(os_build="22631") == names(os_build="22631.3880") == names(version="29965") == names(version="29965 (2026)") == ["nb-1"]
    assert names(version="7.6.1.0") == ["nb-2"]
    assert names(device_type="laptop") == ["nb-1", "nb-2"]
    assert names(device_type="laptop", os_build="26100") == ["nb-2"]
    assert names(location="BERLIN  mitte") == ["srv-3"]
    assert names(os_build="2263") == names(location="Berlin") == []


def test_superseded_and_missing_records_do_not_count(accounts: dict[str, Account]) -> None:
    told(accounts["eset"], "nb-1", {"location": "Berlin"}, life="missing")
    old = told(accounts["eset"], "nb-2", {"location": "Berlin"})
    Sighting.objects.filter(pk=old.pk).update(superseded=True)
    assert names(location="berlin") == []


def test_filters_by_the_end_of_a_license(accounts: dict[str, Account]) -> None:
    today = timezone.now().date()
    for name, days in (("ended", -1), ("today", 0), ("soon", 29), ("later", 80), ("next-year", 400)):
        told(accounts["eset"], name, {"license_expires": (today + timedelta(days=days)).isoformat()})
    told(accounts["eset"], "none", {})
    assert names(license="expired") == ["ended"]
    assert names(license="30") == ["soon", "today"]
    assert names(license="90") == ["later", "soon", "today"]


def test_filters_by_the_newest_start(accounts: dict[str, Account]) -> None:
    old = told(accounts["five9s"], "old", {}, booted_at=days_ago(40))
    told(accounts["five9s"], "new", {}, booted_at=days_ago(0.5))
    both = told(accounts["five9s"], "both", {}, booted_at=days_ago(100))
    told(accounts["eset"], "both", {}, device=both.device, booted_at=days_ago(2))
    told(accounts["five9s"], "never", {})
    assert old.name == "old"
    assert names(booted="over-30") == ["old"]
    assert names(booted="over-90") == []
    assert names(booted="within-7") == ["both", "new"]
    assert names(booted="within-1") == ["new"]


def test_common_facts_are_checked_device_by_device_with_the_same_result(
    accounts: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        told(accounts["eset"], f"nb-{number:02}", {"location": "Berlin" if number % 2 else "Hamburg"}, booted_at=days_ago(number))
    queries = ({"location": "berlin"}, {"booted": "over-7"}, {"booted": "within-7", "location": "hamburg"})
    few = [names(**query) for query in queries]
    monkeypatch.setattr(list_facts, "MOST_NAMED", 1)
    assert [names(**query) for query in queries] == few
    assert few[0] == [f"nb-{number:02}" for number in range(1, 12, 2)]


def test_facts_that_the_helpdesk_does_not_see_are_no_columns_and_no_filters(
    client: Client, bob: User, ivan: User, accounts: dict[str, Account], settings: LazySettings
) -> None:
    told(accounts["five9s"], "nb-1", {"location": "Berlin", "chassis": "Notebook"})
    told(accounts["five9s"], "nb-2", {"location": "Hamburg", "chassis": "Desktop"})
    settings.HELPDESK_FACTS = ["hardware"]
    query = "?cols=fact_location,fact_chassis&location=berlin"
    assert cells(client, bob, query) == ["Notebook", "Desktop"]
    text = client.get("/devices/").content.decode()
    assert "filter-location" not in text and "fact_location" not in text and "fact_chassis" in text
    assert cells(client, ivan, query) == ["Berlin", "Notebook"]
