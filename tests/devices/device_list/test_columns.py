"""Order, columns and page size of the list, and how the address says them."""

from __future__ import annotations

import random
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.device_list.columns import SORTS
from devices.device_list.filters import DEVICES
from devices.device_list.queries import list_page
from devices.lists.keyset import ordered
from devices.models import CheckIn, Device, DeviceGroup, User
from devices.models.device import NEVER
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db


def text_of(client: Client, user: User, query: str = "") -> str:
    client.force_login(user)
    return " ".join(client.get(f"/devices/{query}").content.decode().split())


def heads(text: str) -> list[str]:
    return re.findall(r"<th scope=\"col\"[^>]*>(?:<a [^>]*>)?([A-Z][A-Za-z ]+)", text)


def scatter(count: int) -> None:
    dice, now = random.Random(7), timezone.now()
    Device.objects.bulk_create(
        Device(
            name=f"nb-{dice.randrange(20)}", user=f"u{dice.randrange(9)}", serial=dice.choice(["", "A", "B"]),
            os_name=dice.choice(["", "Windows 11", "macOS"]), state=dice.choice(["ok", "attention", "critical", "unknown"]),
            issue_count=dice.randrange(4), created_at=now,
        )
        for _ in range(count)
    )  # fmt: skip
    times = [NEVER, *(now - timedelta(hours=hours) for hours in range(9))]
    CheckIn.objects.bulk_create(CheckIn(device=device, at=dice.choice(times)) for device in Device.objects.all())


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{key}" for key in SORTS)])
def test_every_order_shows_every_device_once_in_both_directions(sort: str) -> None:
    scatter(60)
    now, listing = timezone.now(), DEVICES.read({"sort": sort, "size": "25"})
    found = ordered(Device.objects.all(), listing.order.sort, descending=listing.order.descending)
    expected = list(found.values_list("pk", flat=True))
    page = list_page(listing, now=now)
    forth = [row.id for row in page.rows]
    while page.older:
        page = list_page(listing, now=now, after=page.older)
        forth += [row.id for row in page.rows]
    assert forth == expected
    back = [row.id for row in page.rows]
    while page.newer:
        page = list_page(listing, now=now, before=page.newer)
        back = [row.id for row in page.rows] + back
    assert back == expected
    assert page.first == 1


def test_the_worst_state_comes_first() -> None:
    scatter(40)
    rows = list_page(DEVICES.read({"sort": "state"}), now=timezone.now()).rows
    assert [row.state for row in rows] == sorted((row.state for row in rows), key=["critical", "attention", "unknown", "ok"].index)


def test_a_page_of_another_order_is_the_first_page() -> None:
    scatter(60)
    now = timezone.now()
    token = list_page(DEVICES.read({"sort": "user", "size": "25"}), now=now).older
    assert list_page(DEVICES.read({"sort": "-user", "size": "25"}), now=now, after=token).first == 1
    assert list_page(DEVICES.read({"sort": "serial", "size": "25"}), now=now, after=token).first == 1


def test_a_head_says_the_order_and_turns_it_round(client: Client, bob: User) -> None:
    shown.small_fleet()
    text = text_of(client, bob, "?sort=user&state=ok")
    assert 'aria-sort="ascending"><a class="sort" id="sort-3" href="/devices/?state=ok&amp;sort=-user"' in text
    assert 'href="/devices/?state=ok&amp;sort=-issues"' in text
    assert text.count("aria-sort") == 1
    assert 'aria-sort="descending"><a class="sort" id="sort-1" href="/devices/?"' in text_of(client, bob, "?sort=-name")


@pytest.mark.parametrize("query", ["?sort=rank", "?sort=--name", "?sort=seen_by", "?size=51", "?size=٢٥", "?cols=x,y", "?cols="])
def test_what_is_not_known_is_as_if_it_were_not_there(client: Client, bob: User, query: str) -> None:
    shown.small_fleet()
    assert heads(text_of(client, bob, query)) == ["Name", "Status", "User", "Serial", "OS", "Reported by", "Issues", "Last seen"]


def test_columns_stand_in_the_order_of_the_address(client: Client, bob: User) -> None:
    accounts = shown.small_fleet()
    DeviceGroup.objects.create(account=accounts["eset"], external_id="g-1", name="Berlin")
    shown.sighting(accounts["eset"], "grouped", group_id="g-1", model="Latitude")
    text = text_of(client, bob, "?cols=model,groups,model,nonsense,accounts,presence,silenced,known_since&q=grouped")
    assert heads(text) == ["Name", "Model", "Groups", "Vendor accounts", "Inventory status", "Muted", "First seen"]
    assert "Latitude" in text and "Berlin" in text and "eset-main" in text


def test_choosing_columns_keeps_the_filter_and_leaves_one_short_address(client: Client, bob: User) -> None:
    client.force_login(bob)
    answer = client.get("/devices/?state=ok&sort=-user&col=state&col=user&col=model&at_state=3&at_user=1&at_model=2&at_os=9")
    assert (answer.status_code, answer["Location"]) == (302, "/devices/?state=ok&sort=-user&cols=user,model,state")


def test_the_filter_form_sends_order_columns_and_size_along(client: Client, bob: User) -> None:
    shown.small_fleet()
    text = text_of(client, bob, "?sort=-user&cols=user,os&size=25&state=ok")
    for name, value in {"sort": "-user", "cols": "user,os", "size": "25"}.items():
        assert f'<input type="hidden" form="filters" name="{name}" value="{value}">' in text
    assert 'name="state" value="ok"' not in text.split("</thead>")[0].split('id="results"')[1].split('class="menu"')[0]


def test_the_address_keeps_the_page_when_a_fragment_turns_it(client: Client, bob: User) -> None:
    scatter(60)
    client.force_login(bob)
    token = list_page(DEVICES.read({"size": "25"}), now=timezone.now()).older
    answer = client.get(f"/devices/?size=25&state=&after={token}", headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"] == f"/devices/?size=25&after={token}"
    assert "26–50" in answer.content.decode()
