"""Facts of one device from all of its records: the best source first, custom fields by their names, nothing that is not reported."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from devices.facts.queries import FactGroup, FactRow, device_facts
from devices.models import Account, Pulse, Sighting
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
BOOTED = datetime(2026, 9, 14, 6, 22, 51, tzinfo=UTC)


@pytest.fixture
def accounts() -> dict[str, Account]:
    return {vendor: shown.account(f"{vendor}-main", vendor) for vendor in ("eset", "opswat", "five9s")}


def groups_of(device: int, **options: Any) -> dict[str, FactGroup]:
    sightings = list(Sighting.objects.filter(device_id=device).select_related("pulse"))
    return {group.code: group for group in device_facts(sightings, names={each.pk: each.vendor for each in sightings}, **options)}


def row(groups: dict[str, FactGroup], group: str, name: str) -> FactRow:
    (found,) = (each for each in groups[group].rows if each.name == name)
    return found


def test_the_inventory_comes_first_and_sources_that_agree_are_named_together(accounts: dict[str, Account]) -> None:
    eset = shown.sighting(accounts["eset"], "nb-1", facts={"os_edition": "Pro", "device_type": "laptop"})
    shown.sighting(accounts["opswat"], "nb-1", device=eset.device, facts={"os_edition": "Enterprise", "device_type": "laptop"})
    shown.sighting(accounts["five9s"], "nb-1", device=eset.device, facts={"os_edition": "Enterprise"})
    groups = groups_of(eset.device_id)
    assert list(groups) == ["os", "hardware"]
    edition = row(groups, "os", "os_edition")
    assert (edition.label, edition.best.text, edition.best.source) == ("Edition", "Enterprise", "five9s")
    assert edition.sources == ["five9s", "opswat"]
    assert [(each.text, each.source) for each in edition.others] == [("Pro", "eset")]
    assert row(groups, "hardware", "device_type").best.text == "Laptop"


def test_a_stale_record_comes_after_a_recent_one(accounts: dict[str, Account]) -> None:
    old = shown.sighting(accounts["five9s"], "nb-1", facts={"location": "Berlin"}, stale=True)
    shown.sighting(accounts["eset"], "nb-1", device=old.device, facts={"location": "Hamburg"})
    assert [each.text for each in row(groups_of(old.device_id), "place", "location").values] == ["Hamburg", "Berlin"]


def test_a_value_has_the_time_of_its_source(accounts: dict[str, Account]) -> None:
    seen_at = timezone.now() - timedelta(hours=5)
    made = shown.sighting(accounts["opswat"], "nb-1", seen_at=seen_at, facts={"connected": False, "issues": 0})
    status = groups_of(made.device_id)["status"]
    assert [(each.name, each.best.text, each.best.value, each.best.at) for each in status.rows] == [
        ("connected", "No", False, seen_at),
        ("issues", "0", 0, seen_at),
    ]


def test_the_last_boot_comes_from_the_pulse(accounts: dict[str, Account]) -> None:
    made = shown.sighting(accounts["five9s"], "nb-1")
    assert groups_of(made.device_id) == {}
    Pulse.objects.filter(sighting=made).update(booted_at=BOOTED)
    best = row(groups_of(made.device_id), "os", "last_boot").best
    assert (best.moment, best.source) == (BOOTED, "five9s")


def test_custom_fields_have_rows_of_their_own(accounts: dict[str, Account]) -> None:
    custom = [{"name": "PatchStep", "value": "Pilot"}, {"name": "Tag ID #", "value": "NW-1"}, {"name": "PatchStep", "value": "Test"}]
    made = shown.sighting(accounts["five9s"], "nb-1", facts={"custom": custom})
    rows = groups_of(made.device_id)["custom"].rows
    assert [(each.label, [value.text for value in each.values]) for each in rows] == [
        ("PatchStep", ["Pilot", "Test"]),
        ("Tag ID #", ["NW-1"]),
    ]


def test_only_the_topics_that_are_asked_for_are_there(accounts: dict[str, Account]) -> None:
    made = shown.sighting(accounts["five9s"], "nb-1", facts={"location": "Berlin", "chassis": "Notebook"})
    assert list(groups_of(made.device_id, topics=("place",))) == ["place"]


def test_no_query_of_its_own(accounts: dict[str, Account], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    made = shown.sighting(accounts["five9s"], "nb-1", facts={"location": "Berlin"})
    sightings = list(Sighting.objects.filter(device=made.device).select_related("pulse"))
    with django_assert_num_queries(0):
        assert device_facts(sightings, names={made.pk: "five(9)s"})[0].rows[0].best.source == "five(9)s"


def test_the_panel_has_a_row_for_each_fact_with_its_source_and_other_values(accounts: dict[str, Account]) -> None:
    disks = [{"name": "NVMe", "bytes": 512 << 30}, {"name": "<b>HDD</b>", "bytes": 1 << 40}]
    made = shown.sighting(accounts["five9s"], "nb-1", facts={"os_edition": "Enterprise", "disks": disks})
    shown.sighting(accounts["eset"], "nb-1", device=made.device, facts={"os_edition": "Pro"})
    Pulse.objects.filter(sighting=made).update(booted_at=BOOTED)
    html = render_to_string("devices/device_detail/_facts.html", {"groups": list(groups_of(made.device_id).values())})
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "Source and age Edition Enterprise eset: Pro five9s · 3 h ago Last boot 14 Sep 2026, 06:22" in text
    assert "Disks NVMe · 512 GB &lt;b&gt;HDD&lt;/b&gt; · 1 TB five9s · 3 h ago" in text
    assert "No vendor reports details." in render_to_string("devices/device_detail/_facts.html", {"groups": []})


def test_facts_that_were_not_read_yet_are_none(accounts: dict[str, Account]) -> None:
    made = shown.sighting(accounts["eset"], "nb-1")
    assert made.facts is None
    assert groups_of(made.device_id) == {}
