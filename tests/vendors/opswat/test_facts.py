"""Facts of OPSWAT's records: the documented fields, and what is left out of bad ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.vendors.opswat.test_mapping import LAPTOP, MAC, PHONE, read
from vendors.field_repairs import FieldFault, Repair


def test_a_laptop_has_all_documented_facts() -> None:
    assert read(LAPTOP).facts == {
        "os_edition": "Pro",
        "os_update": "24H2",
        "os_build": "26100",
        "os_version": "10.0.26100",
        "architecture": "64-bit",
        "device_type": "laptop",
        "adapters": [
            {"mac": "DC:21:5C:E2:27:C7", "ips": ["10.20.1.17", "fe80::1cae:2ddf:7e44:78"]},
            {"mac": "00:05:9a:3c:7a:00", "ips": ["169.254.3.9"]},
        ],
        "agent_version": "7.6.201.0",
        "agent_type": "managed",
        "country": "Germany",
        "connected": True,
        "issues": 3,
        "critical_issues": 0,
    }
    assert read(LAPTOP).os_short == "Windows 11 Pro 24H2"


def test_what_the_customer_keeps_private_and_the_link_are_no_facts() -> None:
    facts = read(MAC | {"country": "<private>", "agent_version": "<private>"}).facts
    assert facts == {
        "os_version": "15.1",
        "device_type": "virtual",
        "agent_type": "managed",
        "connected": False,
        "exempt": True,
        "issues": 5,
        "critical_issues": 2,
    }
    assert "capability" not in json.dumps([read(each).facts for each in (LAPTOP, MAC, PHONE)])


@pytest.mark.parametrize(("value", "found", "faults"), [
    ("1", True, ()), (1, True, ()), ("0", False, ()), ("-1", None, ()), ("", None, ()), (None, None, ()), (True, True, ()),
    ("maybe", None, (FieldFault.TYPE,)), ({"a": 1}, None, (FieldFault.TYPE,)), (2, None, (FieldFault.TYPE,)),
])  # fmt: skip
def test_a_flag_that_is_not_known_is_neither_yes_nor_no(value: Any, found: bool | None, faults: tuple[FieldFault, ...]) -> None:
    device = read(LAPTOP | {"os_info": LAPTOP["os_info"] | {"user_password_set": value}})
    assert device.facts.get("password_set") is found
    assert device.repairs == tuple(Repair("os_info.user_password_set", fault) for fault in faults)


@pytest.mark.parametrize(("info", "facts"), [
    ({"service_pack_version": "0.0"}, {}),
    ({"service_pack_version": "Service Pack 1"}, {"service_pack": "Service Pack 1"}),
    ({"os_language": "20"}, {}),
    ({"os_language": "German"}, {"os_language": "German"}),
])  # fmt: skip
def test_values_that_say_nothing_are_left_out(info: dict[str, str], facts: dict[str, str]) -> None:
    assert read({"hwid": "x", "os_info": info}).facts == facts


def test_an_unknown_country_is_left_out() -> None:
    assert "country" not in read(LAPTOP | {"country": "Unknown"}).facts


def test_empty_adapters_are_left_out() -> None:
    assert read(LAPTOP | {"network_info": [{"mac_addr": "", "ipv4_addr": "", "ipv6_addr": None}, 7]}).facts.get("adapters") is None
