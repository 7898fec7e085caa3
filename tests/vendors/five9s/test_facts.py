"""Facts of five(9)s' records: the documented fields, custom fields, and what is left out of bad ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.vendors.five9s.test_mapping import PENDING, VM, entry, read
from vendors.field_repairs import FieldFault, Repair


def with_custom(**fields: Any) -> Any:
    return VM | {"CustomInventory": fields, "DatabaseViews": {}}


def with_inventory(**fields: Any) -> Any:
    return VM | {"EpmInventory": VM["EpmInventory"] | fields}


def test_a_machine_has_all_documented_facts() -> None:
    assert read(VM).facts == {
        "os_edition": "Enterprise",
        "os_update": "24H2",
        "architecture": "64-bit",
        "device_type": "virtual",
        "chassis": "Other",
        "manufacturer": "VMware, Inc.",
        "end_of_life": "2028-03-19",
        "extended_warranty": True,
        "location": "Berlin",
        "domain": "nordwind.example",
        "org_unit": "Computers",
        "registered": "2019-02-09T21:28:57.980000+00:00",
        "custom": [
            {"name": "Tag ID #", "value": "NW-61268"},
            {"name": "v_Leasing.Contract", "value": "L-000007"},
            {"name": "v_Leasing.Rate", "value": "21.5"},
        ],
    }
    assert read(VM).os_short == "Windows 11 Enterprise 24H2"


def test_a_placeholder_has_none() -> None:
    assert read(PENDING).facts == {}


def test_the_last_start_is_outside_the_digest() -> None:
    first, later = entry(VM), entry(with_inventory(LastStartUpTime="2026-09-18T07:00:00"))
    assert first.booted_at == datetime(2026, 9, 14, 6, 22, 51, tzinfo=UTC)
    assert later.booted_at == datetime(2026, 9, 18, 5, 0, tzinfo=UTC)
    assert first.digest == later.digest


@pytest.mark.parametrize(("value", "fault"), [("2026-09-25T00:00:00", FieldFault.TIME), ("soon", FieldFault.TIME), (7, FieldFault.TYPE)])
def test_an_implausible_last_start_is_left_out_and_reported(value: Any, fault: FieldFault) -> None:
    found = entry(with_inventory(LastStartUpTime=value))
    assert found.booted_at is None
    assert found.repairs == (Repair("EpmInventory.LastStartUpTime", fault),)
    assert found.digest != entry(VM).digest


@pytest.mark.parametrize("value", [None, ""])
def test_a_last_start_that_is_not_reported_is_no_repair(value: Any) -> None:
    found = entry(with_inventory(LastStartUpTime=value))
    assert (found.booted_at, found.repairs) == (None, ())


@pytest.mark.parametrize(("path", "unit"), [
    ("CN=PC-1,OU=Sales,OU=Berlin,DC=example,DC=com", "Berlin/Sales"),
    ("CN=PC-1,OU=Sales\\, North,DC=example", "Sales, North"),
    ("CN=PC-1", ""),
    ("somewhere", ""),
    (None, ""),
])  # fmt: skip
def test_the_unit_of_a_directory_is_read_from_the_domain_down(path: str | None, unit: str) -> None:
    assert read(with_inventory(LDAPLocation=path)).facts.get("org_unit", "") == unit


def test_custom_fields_that_may_hold_a_secret_are_no_facts() -> None:
    facts = read(with_custom(**{"Local Admin Password": "hunter2", "BitLocker Key": "1-2-3", "Note": "fine"})).facts
    assert facts["custom"] == [{"name": "Note", "value": "fine"}]
    views = VM | {"CustomInventory": {}, "DatabaseViews": {"v_Passwords": [{"Value": "hunter2"}]}}
    assert "hunter2" not in json.dumps(read(views).facts)


@pytest.mark.parametrize(("fields", "facts", "repairs"), [
    ({"end of life": "2028-03-19T00:00:00"}, {"end_of_life": "2028-03-19"}, ()),
    ({"End of Life": "someday"}, {}, (Repair("CustomInventory.End of Life", FieldFault.TIME),)),
    ({"Extended Warranty": "False"}, {"extended_warranty": False}, ()),
    ({"Extended Warranty": ""}, {}, ()),
    ({"Extended Warranty": "gold"}, {}, (Repair("CustomInventory.Extended Warranty", FieldFault.TYPE),)),
    ({"Location": ["Berlin"]}, {}, (Repair("CustomInventory.Location", FieldFault.TYPE),)),
])  # fmt: skip
def test_known_custom_fields_are_facts_of_their_own(fields: dict[str, Any], facts: dict[str, Any], repairs: tuple[Repair, ...]) -> None:
    found = read(with_custom(**fields))
    names = ("end_of_life", "extended_warranty", "location", "custom")
    assert {name: found.facts[name] for name in names if name in found.facts} == facts
    assert found.repairs == repairs


def test_the_type_comes_from_custom_inventory_where_the_inventory_has_none() -> None:
    assert read(with_inventory(Type=None)).facts["device_type"] == "desktop"


@pytest.mark.parametrize(("views", "repairs"), [
    (None, ()), ({}, ()), ([], ()), ({"v": None}, ()), ({"v": []}, ()),
    ({"v": "text"}, (Repair("DatabaseViews.v", FieldFault.TYPE),)),
    ({"v": [5]}, (Repair("DatabaseViews.v", FieldFault.TYPE),)),
])  # fmt: skip
def test_views_without_rows_are_left_out(views: Any, repairs: tuple[Repair, ...]) -> None:
    found = read(VM | {"DatabaseViews": views})
    assert [each["name"] for each in found.facts["custom"]] == ["Tag ID #"]
    assert found.repairs == repairs


def test_a_huge_custom_inventory_is_bounded() -> None:
    found = read(with_custom(**{f"field {number}": "x" * 300 for number in range(1000)}))
    assert len(found.facts["custom"]) <= 100
    assert len(json.dumps(found.facts)) < 20_000
    assert Repair("custom", FieldFault.SIZE) in found.repairs
    assert found.name == "BER-VM-0007"
