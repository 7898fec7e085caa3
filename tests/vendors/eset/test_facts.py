"""Facts of ESET's records: the documented fields, and what is left out of bad ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.vendors.eset.test_mapping import LAPTOP, PHONE, device
from vendors.field_repairs import FieldFault, Repair

DISK = LAPTOP["hardwareProfiles"][1]["hardDrives"][0]
PROCESSOR = LAPTOP["hardwareProfiles"][1]["processors"][0]
PRODUCT = LAPTOP["activeProducts"][0]


def with_hardware(**values: Any) -> Any:
    return LAPTOP | {"hardwareProfiles": [values]}


def test_a_laptop_has_all_documented_facts() -> None:
    assert device(LAPTOP).facts == {
        "os_edition": "Enterprise",
        "os_update": "23H2",
        "os_build": "22631",
        "os_version": "10.0.22631",
        "architecture": "64-bit",
        "device_type": "laptop",
        "manufacturer": "Dell Inc.",
        "processors": [{"name": "12th Gen Intel(R) Core(TM) i5-1245U", "architecture": "X64"}],
        "disks": [
            {"name": "PM9A1 NVMe", "maker": "Samsung", "type": "SSD", "bytes": 549755813888, "serial": "0025_8F40_9A1C", "encryption": True}
        ],
        "adapters": [
            {"name": "Wi-Fi", "mac": "A4:C3:F0:2E:83:4C"},
            {"name": "Dock"},
            {"name": "LAN", "mac": "00:14:22:6E:9A:5C"},
            {"name": "Broken"},
        ],
        "local_ip": "10.60.84.175",
        "public_ip": "203.0.113.60",
        "products": [{"name": "ESET Endpoint Security", "since": "2024-10-03", "until": "2027-06-30"}],
        "components": [{"name": "ENGINE"}, {"name": "Management Agent", "version": "12.1.2039.0"}],
        "license_expires": "2027-06-30",
        "description": "Reception, ground floor",
    }
    assert device(LAPTOP).os_short == "Windows 11 Enterprise 23H2"


def test_secrets_and_ids_of_subscriptions_are_no_facts() -> None:
    text = json.dumps(device(LAPTOP).facts)
    assert "canary" not in text and PRODUCT["subscriptionUuid"] not in text and "salt" not in text


def test_a_phone_has_few() -> None:
    assert device(PHONE).facts == {}


@pytest.mark.parametrize(("day", "until"), [
    ({"year": 2027, "month": 2, "day": 0}, "2027-02-28"),
    ({"year": 2027, "month": 0, "day": 0}, "2027-12-31"),
    ({"year": "2027", "month": 6, "day": 30.0}, "2027-06-30"),
    ({"year": 0, "month": 6, "day": 3}, None),
    ({}, None),
    (None, None),
])  # fmt: skip
def test_a_license_ends_with_the_last_day_that_its_date_can_mean(day: Any, until: str | None) -> None:
    found = device(LAPTOP | {"activeProducts": [PRODUCT | {"validityDate": day}]})
    assert found.facts.get("license_expires") == until
    assert found.repairs == ()


@pytest.mark.parametrize(
    "day", [{"year": 2027, "month": 13, "day": 1}, {"year": 2027, "month": 2, "day": 30}, {"year": 10**9}, {"year": 1601}]
)
def test_an_impossible_date_is_left_out_and_reported(day: Any) -> None:
    found = device(LAPTOP | {"activeProducts": [PRODUCT | {"validityDate": day}]})
    assert found.facts["products"] == [{"name": "ESET Endpoint Security", "since": "2024-10-03"}]
    assert found.repairs == (Repair("activeProducts.validityDate", FieldFault.TIME),)


def test_of_several_products_the_first_end_counts() -> None:
    later = {"name": "ESET Full Disk Encryption", "validityDate": {"year": 2029, "month": 1, "day": 1}}
    found = device(LAPTOP | {"activeProducts": [later, PRODUCT, {"name": "Free product"}]})
    assert found.facts["license_expires"] == "2027-06-30"
    assert [each["name"] for each in found.facts["products"]] == ["ESET Full Disk Encryption", "ESET Endpoint Security", "Free product"]


@pytest.mark.parametrize(("value", "size", "faults"), [
    ("1099511627776", 1099511627776, []), (1099511627776, 1099511627776, []), ("0", None, []), ("", None, []), (None, None, []),
    ("many", None, [FieldFault.NUMBER]), (True, None, [FieldFault.NUMBER]), (-1, None, [FieldFault.RANGE]), (2**63, None, [FieldFault.RANGE]),
    ("1" * 400, None, [FieldFault.NUMBER]), ({}, None, [FieldFault.NUMBER]),
])  # fmt: skip
def test_a_capacity_is_a_number_of_64_bits(value: Any, size: int | None, faults: list[FieldFault]) -> None:
    found = device(with_hardware(hardDrives=[DISK | {"capacityBytes": value}]))
    assert found.facts["disks"][0].get("bytes") == size
    assert [each.fault for each in found.repairs] == faults


@pytest.mark.parametrize(("hardware", "name", "parts"), [
    ({"hardDrives": [DISK | {"malformedData": "serialNumber"}]}, "disks", None),
    ({"hardDrives": [DISK], "malformedData": "hardDrives"}, "disks", None),
    ({"hardDrives": [DISK | {"serialNumber": "a" * 64}]}, "disks", None),
])  # fmt: skip
def test_what_eset_could_not_read_or_made_anonymous_is_left_out(hardware: dict[str, Any], name: str, parts: None) -> None:
    (disk,) = device(with_hardware(**hardware)).facts[name]
    assert "serial" not in disk and disk["name"] == "PM9A1 NVMe"


def test_malformed_processors_are_left_out() -> None:
    found = device(with_hardware(processors=[PROCESSOR | {"malformedData": "caption"}, PROCESSOR])).facts
    assert found["processors"] == [{"name": "12th Gen Intel(R) Core(TM) i5-1245U", "architecture": "X64"}]


def test_one_bad_part_of_a_list_costs_itself() -> None:
    found = device(with_hardware(hardDrives=[5, "x", DISK, {"displayName": ["deep", {"er": []}]}, None]))
    assert [each.get("name") for each in found.facts["disks"]] == ["PM9A1 NVMe"]
    assert {(each.field, each.fault) for each in found.repairs} == {
        ("hardwareProfiles.hardDrives", FieldFault.TYPE),
        ("hardwareProfiles.hardDrives.displayName", FieldFault.TYPE),
    }


def test_a_huge_list_is_bounded() -> None:
    found = device(LAPTOP | {"deployedComponents": [{"name": f"component {number}"} for number in range(5000)]})
    assert len(found.facts["components"]) == 100
    assert found.repairs == (Repair("components", FieldFault.SIZE),)
    assert found.name == "Reception left"


@pytest.mark.parametrize(
    ("word", "found"), [("DEVICE_TYPE_UNSPECIFIED", None), ("DEVICE_TYPE_SMART_TV", "Smart tv"), (None, None), (7, "7")]
)
def test_unknown_types_are_shown_as_they_are(word: Any, found: str | None) -> None:
    assert device(LAPTOP | {"deviceType": word}).facts.get("device_type") == found
