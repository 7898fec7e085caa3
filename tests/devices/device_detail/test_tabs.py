"""Tabs of the device page: each has an address that shows it without JavaScript."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from devices.models import Device, User
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
CODES = ("overview", "hardware", "software", "identifiers", "matching", "activity", "raw")


@pytest.fixture
def device() -> Device:
    return shown.sighting(shown.account("eset-main", "eset"), "nb-1", issues=[("Firewall is off", "attention")]).device


def page(client: Client, user: User, device: Device, query: str = "") -> str:
    client.force_login(user)
    return client.get(f"/devices/{device.pk}/{query}").content.decode()


def shown_panels(html: str) -> list[str]:
    return re.findall(r'id="panel-(\w+)">', html)


@pytest.mark.parametrize("code", CODES)
def test_an_address_shows_one_tab_and_marks_it(client: Client, ivan: User, device: Device, code: str) -> None:
    html = page(client, ivan, device, f"?tab={code}&ticket=INC7")
    assert shown_panels(html) == [code]
    assert re.findall(r'data-tab="(\w+)" aria-current="page"', html) == [code]
    assert re.findall(r'data-tab="(\w+)"', html) == list(CODES)
    assert f'<a href="/devices/{device.pk}/?ticket=INC7" id="tab-overview"' in html
    assert f'<a href="/devices/{device.pk}/?tab=hardware&amp;ticket=INC7" id="tab-hardware"' in html


@pytest.mark.parametrize("query", ["", "?tab=", "?tab=nothing", "?tab=%00", "?tab=" + "x" * 5000])
def test_any_other_address_shows_the_overview(client: Client, ivan: User, device: Device, query: str) -> None:
    assert shown_panels(page(client, ivan, device, query)) == ["overview"]


def test_raw_data_has_no_tab_for_the_helpdesk(client: Client, bob: User, device: Device) -> None:
    html = page(client, bob, device, "?tab=raw")
    assert shown_panels(html) == ["overview"] and "Raw data" not in html and "/raw/" not in html
    assert client.get(f"/devices/{device.pk}/raw/{device.sightings.get().pk}/").status_code == 403


def test_every_tab_costs_as_many_queries(client: Client, ivan: User, device: Device, django_assert_num_queries: object) -> None:
    page(client, ivan, device)
    for code in CODES:
        with django_assert_num_queries(18):  # type: ignore[operator]
            client.get(f"/devices/{device.pk}/?tab={code}")
