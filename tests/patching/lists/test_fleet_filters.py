"""Patches and attempts of a part of the fleet: the same devices as on the device list, counted, turned and exported alike."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from devices.device_list import fleet_filters
from devices.device_list.filters import DeviceFilters
from devices.device_list.queries import list_page
from devices.models import Device, DeviceGroup, DeviceTag, Sighting, User
from patching.lists import counts
from patching.lists.attempts import ATTEMPTS
from patching.lists.patches import PATCHES
from patching.lists.table import Table
from patching.models import Attempt, Patch
from tests.patching import rows as made
from tests.patching.page_links import listed
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PARTS = [
    {"group": "Berlin"},
    {"group": "g-1"},
    {"group": "nowhere"},
    {"tag": "FLOOR  one"},
    {"tag": "floor"},
    {"tag": "ours"},
    {"os": "windows"},
    {"os": "linux"},
    {"os": "android"},
    {"group": "Berlin", "tag": "ours"},
    {"group": "Berlin", "os": "macos"},
]
TABLES = pytest.mark.parametrize("table", [PATCHES, ATTEMPTS], ids=["patches", "attempts"])


@pytest.fixture
def eset(db: None) -> Any:
    """nb-berlin-01 and mac-zurich-03 are in Berlin by id and by name, nb-munich-02 and srv-london-05 have tags."""
    accounts = made.small_patching()
    DeviceGroup.objects.create(account=accounts["eset"], external_id="g-1", name="Berlin")
    Sighting.objects.filter(account=accounts["eset"], name="nb-berlin-01").update(group_id="g-1")
    Sighting.objects.filter(name="mac-zurich-03").update(group_name="Berlin")
    five = Sighting.objects.get(account=accounts["five9s"], name="nb-munich-02")
    five.identifiers.create(kind=IdKind.TAG, key="floor one", value="Floor One", junk=False)
    for name in ("srv-london-05", "mac-zurich-03"):
        DeviceTag.objects.create(device=Device.objects.get(name=name), key="ours", name="Ours", by_name="ivan", at=timezone.now())
    return accounts["eset"]


@pytest.fixture(params=[fleet_filters.MOST_NAMED, 0], ids=["few devices", "many devices"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_filters, "MOST_NAMED", request.param)


def rows_of(client: Client, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))[1:]


def pages_of(table: Table[Any, Any, Any], query: dict[str, str]) -> list[int]:
    return [row.id for row in table.page(table.shape.read(query | {"size": "250"}), now=timezone.now()).rows]


@pytest.mark.usefixtures("eset", "size")
@TABLES
@pytest.mark.parametrize("asked", PARTS, ids=lambda each: "&".join(each.values()))
@pytest.mark.parametrize("more", [{}, {"status": "failed"}, {"q": "fire"}, {"q": "nb"}, {"account": "eset-main"}], ids=str)
def test_it_means_what_it_means_on_the_device_list(table: Table[Any, Any, Any], asked: dict[str, str], more: dict[str, str]) -> None:
    now = timezone.now()
    devices = {row.id for row in list_page(DeviceFilters.read(asked | {"life": "all"}), now=now).rows}
    model: Any = Patch if table is PATCHES else Attempt
    wide = {"status": "all", "period": "all"} | more
    of_devices = set(model.objects.filter(sighting__device__in=devices).values_list("pk", flat=True))
    expected = [pk for pk in pages_of(table, wide) if pk in of_devices]
    assert pages_of(table, wide | asked) == expected
    listing = table.shape.read(wide | asked)
    assert [row.id for row in table.every(listing, now=now)] == expected
    assert counts.number(listing.filters, now=now).count == table.page(listing, now=now).total == len(expected)


@pytest.mark.usefixtures("eset")
@TABLES
def test_a_number_opens_a_list_of_as_many(client: Client, bob: User, table: Table[Any, Any, Any]) -> None:
    client.force_login(bob)
    for asked in PARTS:
        found = counts.number(table.shape.read(asked).filters, now=timezone.now())
        assert listed(client, found.url) == found.words and all(f"{name}=" in found.url for name in asked)


@pytest.mark.usefixtures("eset")
@pytest.mark.parametrize("what", ["patches", "attempts"])
def test_the_file_has_the_rows_of_the_list(client: Client, ivan: User, what: str) -> None:
    client.force_login(ivan)
    names = {"group=Berlin": {"nb-berlin-01", "mac-zurich-03"}, "tag=floor+one": {"nb-munich-02"}, "os=windows&group=g-1": {"nb-berlin-01"}}
    for query, expected in names.items():
        rows = rows_of(client, f"/patching/{what}.csv?{query}")
        assert {row[0] for row in rows} == expected
        assert listed(client, f"/patching/{what}/?{query}") == str(len(rows))
    assert rows_of(client, f"/patching/{what}.csv?group=nowhere") == []


@pytest.mark.parametrize("what", ["patches", "attempts"])
def test_chips_fields_and_turning_keep_it(client: Client, bob: User, eset: Any, what: str) -> None:
    berlin = Sighting.objects.get(account=eset, name="nb-berlin-01")
    for number in range(60):
        made.patch(berlin, f"Application {number:02}")
        made.attempt(eset, f"Application {number:02}", on=berlin)
    client.force_login(bob)
    text = client.get(f"/patching/{what}/?group=Berlin&os=windows&size=25").content.decode()
    assert "Remove filter Group: Berlin" in text and "Remove filter OS: Windows" in text
    assert 'name="group" value="Berlin"' in text and '<option value="windows" selected>' in text
    assert '<option value="Berlin"></option>' in text
    older = re.search(rf'rel="next" href="(/patching/{what}/[^"]+)"', text)
    assert older is not None
    following = client.get(older[1].replace("&amp;", "&")).content.decode()
    assert "<strong>26–50</strong> of 6" in following and "Remove filter Group: Berlin" in following
    answer = client.get(f"/patching/{what}/?q=&group=Berlin&tag=&os=", headers=HTMX)
    assert answer["HX-Push-Url"] == f"/patching/{what}/?group=Berlin"


@pytest.mark.usefixtures("eset")
@pytest.mark.parametrize("what", ["patches", "attempts"])
def test_an_unused_group_or_tag_is_named(client: Client, bob: User, what: str) -> None:
    client.force_login(bob)
    for query, words in (
        ("group=nowhere", "No devices in a group “nowhere”. Enter the full name or ID of a group."),
        ("tag=floor&os=windows", "No devices with the tag “floor”. Enter the full tag."),
    ):
        assert words in client.get(f"/patching/{what}/?{query}").content.decode()
    assert "No devices" not in client.get(f"/patching/{what}/?group=Berlin&os=android").content.decode()


@pytest.mark.usefixtures("eset")
def test_attempts_without_a_device_belong_to_no_part_and_that_is_said(client: Client, bob: User) -> None:
    client.force_login(bob)
    words = "Attempts without a device are excluded"
    assert words in client.get("/patching/attempts/?group=Berlin").content.decode()
    for address in ("/patching/attempts/", "/patching/patches/?group=Berlin"):
        assert words not in client.get(address).content.decode()


@pytest.mark.usefixtures("eset", "size")
@pytest.mark.parametrize("name", ["group", "tag", "os"])
@pytest.mark.parametrize("value", ["\x00", "%", "%s", "'", "x" * 10_000, "=1", "👩‍💻", "\u202e", "windows\n"])
def test_no_value_is_an_error(client: Client, ivan: User, name: str, value: str) -> None:
    client.force_login(ivan)
    for what in ("patches", "attempts"):
        for sent in ({name: value}, {name: value, "q": "nb"}, {name: value, "device": "1", "title": "1"}):
            assert client.get(f"/patching/{what}/", sent).status_code == 200
            assert client.get(f"/patching/{what}.csv", sent, follow=True).status_code == 200  # the list where the value is not known


@pytest.mark.usefixtures("eset")
@pytest.mark.parametrize("query", ["group=Berlin", "tag=ours", "os=windows"])
@pytest.mark.parametrize("what", ["patches", "attempts"])
def test_it_costs_two_queries_more(client: Client, ivan: User, django_assert_num_queries: Any, what: str, query: str) -> None:
    """For the devices and for their sightings; however many they are."""
    client.force_login(ivan)
    client.get("/devices/")
    with django_assert_num_queries(13 + 2):
        assert client.get(f"/patching/{what}/?{query}").status_code == 200
