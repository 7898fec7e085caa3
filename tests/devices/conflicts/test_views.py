"""The list of data conflicts: counted, paged, and the same devices as in the device list."""

from __future__ import annotations

import csv
import re
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from devices.conflicts import queries as reading
from devices.device_list.conditions import differing
from devices.device_list.filters import DeviceFilters
from devices.device_list.queries import list_page
from devices.models import Account, AuditEvent, Device, Life, Settlement, Sighting, User
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
PAGE = "/disagreements/"


@pytest.fixture
def accounts(db: None) -> dict[str, Account]:
    return {vendor: shown.account(f"{vendor}-main", vendor) for vendor in ("five9s", "eset", "opswat")}


def contradicted(accounts: dict[str, Account], name: str, **more: Any) -> Device:
    device = shown.sighting(accounts["five9s"], name, os_name="Windows 11", os_family="windows").device
    shown.sighting(accounts["eset"], name, device=device, os_name="Debian 13", os_family="linux", **more)
    return Device.objects.get(pk=device.pk)


def text_of(client: Client, address: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


def test_helpdesk_may_look_and_strangers_may_not(client: Client, bob: User, charlie: User) -> None:
    assert client.get(PAGE).status_code == 302
    client.force_login(charlie)
    assert client.get(PAGE).status_code == 403
    client.force_login(bob)
    assert "No conflicting data" in text_of(client, PAGE)


def test_who_says_what_with_the_one_that_is_shown_first(client: Client, accounts: dict[str, Account], bob: User) -> None:
    contradicted(accounts, "nb-1")
    contradicted(accounts, "nb-2", state="critical")
    shown.sighting(accounts["eset"], "alone")
    client.force_login(bob)
    text = text_of(client, PAGE)
    assert "1–2 of 2 devices" in text
    assert "nb-1 OK Windows 11 Operating system five(9)s Windows 11 ESET Debian 13" in text
    assert "nb-2 Critical Windows 11 Operating system" in text and "five(9)s OK" not in text
    assert "alone" not in text and "Any field 2" in text and "Operating system 2" in text and "Serial 0" in text
    assert "No conflicts match the filters" in text_of(client, f"{PAGE}?field=serial")
    assert "Unknown filter ignored: field=state" in text_of(client, f"{PAGE}?field=state")


def test_sorted_by_status_user_and_system_and_found_by_text(client: Client, accounts: dict[str, Account], bob: User) -> None:
    contradicted(accounts, "nb-1")
    contradicted(accounts, "nb-2", state="critical")
    Device.objects.filter(name="nb-1").update(user="zoe")
    Device.objects.filter(name="nb-2").update(user="adam")
    client.force_login(bob)

    def names(query: str) -> list[str]:
        return re.findall(r"#values\">(nb-\d+)<", client.get(f"{PAGE}?{query}").text)

    assert [names(f"sort={key}") for key in ("name", "-name", "state", "-state", "user", "-user")] == [
        ["nb-1", "nb-2"], ["nb-2", "nb-1"], ["nb-2", "nb-1"], ["nb-1", "nb-2"], ["nb-2", "nb-1"], ["nb-1", "nb-2"],
    ]  # fmt: skip
    assert names("q=nb-2") == ["nb-2"] and names("os=linux") == []


def test_the_file_has_a_row_for_each_field_and_is_recorded(client: Client, accounts: dict[str, Account], bob: User, ivan: User) -> None:
    device = contradicted(accounts, "nb-1")
    shown.sighting(accounts["opswat"], "other-name", device=device)
    client.force_login(bob)
    assert client.get(f"{PAGE}export.csv").status_code == 403
    client.force_login(ivan)
    rows = list(csv.DictReader(StringIO(client.get(f"{PAGE}export.csv").getvalue().decode("utf-8-sig"))))
    assert [(row["Device id"], row["Field"], row["Shown value"], row["Source"], row["Other values"]) for row in rows] == [
        (str(device.pk), "Name", "nb-1", "five(9)s", "ESET: nb-1; OPSWAT: other-name"),
        (str(device.pk), "Operating system", "Windows 11", "five(9)s", "ESET: Debian 13"),
    ]
    assert AuditEvent.objects.get(action="conflicts exported").detail["filters"] == "all fields"
    assert client.get(f"{PAGE}export.csv?field=state").status_code == 302


def test_the_upgrade_removes_statuses_from_stored_conflicts(accounts: dict[str, Account], ivan: User) -> None:
    device = contradicted(accounts, "nb-1")
    record = Sighting.objects.filter(device=device)[0]
    Device.objects.filter(pk=device.pk).update(disagrees=["os", "state"])
    open_one = {"told": "", "reason": "x", "made_by_name": "ivan", "made_at": timezone.now()}
    Settlement.objects.create(device=device, field="state", sighting=record, **open_one)
    Settlement.objects.create(device=device, field="serial", sighting=record, **open_one)
    import_module("devices.migrations.0040_status_conflicts").remove()
    assert Device.objects.get(pk=device.pk).disagrees == ["os"]
    assert list(Settlement.objects.filter(ended_at=None).values_list("field", flat=True)) == ["serial"]


def test_gone_and_retired_devices_are_left_out_here_and_in_the_list(client: Client, accounts: dict[str, Account], bob: User) -> None:
    device = contradicted(accounts, "nb-1")
    now = timezone.now()
    for field, found in (("any", 1), ("os", 1), ("name", 0)):
        assert reading.count(field).number == list_page(DeviceFilters(differs=field), now=now).total == found
    Device.objects.filter(pk=device.pk).update(life=Life.RETIRED)
    assert reading.count("any").number == list_page(DeviceFilters(differs="any"), now=now).total == 0


def test_the_device_list_filters_by_it(client: Client, accounts: dict[str, Account], bob: User) -> None:
    contradicted(accounts, "nb-1")
    shown.sighting(accounts["eset"], "alone")
    client.force_login(bob)
    text = text_of(client, "/devices/?differs=os")
    assert "nb-1" in text and "alone" not in text and "Data conflict: Operating system" in text


def test_counts_stop_at_a_thousand(accounts: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_COUNTED", 2)
    for number in range(4):
        contradicted(accounts, f"nb-{number}")
    assert reading.count("any").words == "2+"


def test_pages_follow_each_other_without_gap_or_repeat(
    client: Client, accounts: dict[str, Account], bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = sorted(f"nb-{number:02}" for number in range(53))
    for name in names:
        contradicted(accounts, name)
    client.force_login(bob)
    first = client.get(PAGE).content.decode()
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward
    second = client.get(onward[1].replace("&amp;", "&")).content.decode()
    seen = [re.findall(r"#values\">(nb-\d+)<", page) for page in (first, second)]
    assert seen[0] + seen[1] == names
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back and re.findall(r"#values\">(nb-\d+)<", client.get(back[1].replace("&amp;", "&")).content.decode()) == seen[0]


@pytest.mark.parametrize("value", ["", "x", "colour", "\x00", "9" * 30, "x" * 10_000])
@pytest.mark.parametrize("name", ["field", "after", "before"])
def test_no_address_is_an_error(client: Client, accounts: dict[str, Account], bob: User, name: str, value: str) -> None:
    client.force_login(bob)
    assert client.get(PAGE, {name: value}).status_code == 200
    assert client.get("/devices/", {"differs": value}).status_code == 200


@pytest.mark.parametrize("words", shown.HOSTILE)
def test_hostile_text_is_only_text(client: Client, accounts: dict[str, Account], bob: User, words: str) -> None:
    device = shown.sighting(accounts["five9s"], words, os_name=words, os_family="windows").device
    shown.sighting(accounts["eset"], words, device=device, os_name=words, os_family="linux")
    client.force_login(bob)
    text = client.get(PAGE).content.decode()
    assert "<script>alert" not in text and "<img src=x" not in text and '<div hx-get="/devices/">' not in text and "<b>" not in text


def test_the_number_of_queries_does_not_grow(
    client: Client, accounts: dict[str, Account], ivan: User, django_assert_num_queries: object
) -> None:
    contradicted(accounts, "nb-1")
    client.force_login(ivan)
    client.get(PAGE)
    with django_assert_num_queries(10):  # type: ignore[operator]
        client.get(PAGE)
    for number in range(20):
        contradicted(accounts, f"more-{number}")
    with django_assert_num_queries(10):  # type: ignore[operator]
        client.get(PAGE)


def test_the_index_of_the_few_that_differ_is_used(accounts: dict[str, Account]) -> None:
    """With so few rows a scan would win; it is switched off to see that the condition fits the index."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    for field in ("any", "os"):
        plan = Device.objects.filter(differing(field)).order_by().values("pk").explain()
        assert "device_disagrees" in plan
