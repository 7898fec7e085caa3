"""The vocabulary of facts, and the rule by which they are kept."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from vendors.facts import LONGEST_FACT, LONGEST_PART, MOST_BYTES, MOST_PARTS, FactName, FactTopic, device_type, kept, may_be_secret, part
from vendors.field_repairs import FieldFault, Repair, Repairs


def test_every_topic_has_facts_and_every_name_a_label() -> None:
    assert {name.topic for name in FactName} == set(FactTopic)
    assert all(name.label and name.value == name.value.lower() for name in FactName)
    assert len({name.value for name in FactName}) == len(list(FactName))


@pytest.mark.parametrize(("text", "found"), [
    ("NOTEBOOK", "laptop"), ("laptop", "laptop"), ("Notebook (Laptop)", "laptop"), ("Virtual Workstation", "virtual"), ("VIRTUAL_MACHINE", "virtual"),
    ("vm", "virtual"), ("Workstation", "desktop"), ("DESKTOP", "desktop"), ("Server", "server"), ("SMARTPHONE", "phone"), ("TABLET", "tablet"),
    ("SMART_TV", "Smart tv"), ("HOLOGRAM", "Hologram"), ("  ", ""), ("", ""),
])  # fmt: skip
def test_types_of_all_vendors_have_one_name(text: str, found: str) -> None:
    assert device_type(text) == found


@pytest.mark.parametrize(
    "name",
    ["Admin Password", "Passwort lokal", "v_Keys.Recovery Key", "API-Key", "BitLocker", "PIN", "token", "Zugangsdaten", "Product key"],
)
def test_a_field_that_may_hold_a_secret_is_recognized_by_its_name(name: str) -> None:
    assert may_be_secret(name)


@pytest.mark.parametrize("name", ["Tag ID #", "Location", "Keyboard", "Shipping", "Spinning disk", "PatchGroup", "Monkey", ""])
def test_other_names_are_no_secret(name: str) -> None:
    assert not may_be_secret(name)


def test_empty_values_are_left_out_and_false_and_zero_are_kept() -> None:
    repairs = Repairs()
    found: dict[FactName, Any] = {
        FactName.OS_BUILD: "",
        FactName.DISKS: [],
        FactName.LOCATION: None,
        FactName.CONNECTED: False,
        FactName.ISSUES: 0,
    }
    assert kept(found, repairs) == {"connected": False, "issues": 0}
    assert repairs.all() == ()


def test_times_are_stored_as_text() -> None:
    found = {FactName.REGISTERED: datetime(2026, 1, 2, 3, tzinfo=UTC), FactName.LICENSE_EXPIRES: date(2027, 6, 30)}
    assert kept(found, Repairs()) == {"registered": "2026-01-02T03:00:00+00:00", "license_expires": "2027-06-30"}
    assert part(name="x", since=date(2026, 1, 2), serial="", bytes=None) == {"name": "x", "since": "2026-01-02"}


def test_the_end_of_a_long_text_is_left_out() -> None:
    found = kept({FactName.DESCRIPTION: "x" * 300}, Repairs())["description"]
    assert found == "x" * (LONGEST_FACT - 1) + "…"
    assert part(value="y" * 201)["value"] == "y" * (LONGEST_PART - 1) + "…"


def test_a_long_list_is_cut_and_reported() -> None:
    repairs = Repairs()
    assert len(kept({FactName.COMPONENTS: [part(name="x")] * (MOST_PARTS + 1)}, repairs)["components"]) == MOST_PARTS
    assert repairs.all() == (Repair("components", FieldFault.SIZE),)


def test_the_size_of_all_facts_of_a_record_is_bounded() -> None:
    repairs = Repairs()
    custom = [part(name=f"field {number}", value="ü" * LONGEST_PART) for number in range(MOST_PARTS)]
    facts = kept({FactName.LOCATION: "Berlin", FactName.CUSTOM: custom}, repairs)
    assert facts["location"] == "Berlin" and facts["custom"] == custom[: len(facts["custom"])] != custom
    assert len(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()) <= MOST_BYTES
    assert repairs.all() == (Repair("custom", FieldFault.SIZE),)
