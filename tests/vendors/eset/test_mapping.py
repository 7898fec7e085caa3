"""ESET's records in our words, and what happens to the ones that cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vendors.eset import mapping
from vendors.field_repairs import FieldFault, Repair
from vendors.parsing.pages import json_pages
from vendors.records import Device, Entry, Reject
from vendors.states import Enrolment, Family, IdKind, State

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PAGE: dict[str, Any] = json.loads((Path(__file__).parents[1] / "payloads/eset/devices.json").read_text())
LAPTOP, INVITED, PHONE, NULLS = PAGE["devices"]


def listed(*records: Any, spaced: bool = False) -> tuple[tuple[Entry, ...], tuple[Reject, ...]]:
    body = json.dumps({"devices": records}, separators=None if spaced else (",", ":")).encode()
    return mapping.entries(json_pages.page(body, type=mapping.DeviceListing, operation="list devices").devices or [], now=NOW)


def entry(record: Any, *, spaced: bool = False) -> Entry:
    (found,), rejects = listed(record, spaced=spaced)
    assert not rejects
    return found


def device(record: Any) -> Device:
    return entry(record).read()


def keys(found: Device, kind: IdKind, *, junk: bool = False) -> list[str]:
    return [each.key for each in found.identifiers if each.kind is kind and each.junk is junk]


def test_a_laptop() -> None:
    found = device(LAPTOP)
    assert (found.external_id, found.name, found.serial) == (LAPTOP["uuid"], "Reception left", "B0ZJ7S3")
    assert (found.state, found.state_raw) == (State.CRITICAL, "DEVICE_FUNCTIONALITY_STATUS_ATTENTION_REQUIRED")
    assert (found.enrolment, found.silenced, found.problem_count) == (Enrolment.MANAGED, True, 3)
    assert (found.os_name, found.os_family) == ("Microsoft Windows 11 Enterprise", Family.WINDOWS)
    assert (found.manufacturer, found.model) == ("Dell Inc.", "Latitude 5430")
    assert found.group_id == "00000000-0000-0000-7001-000000000001"
    (issue,) = found.issues
    assert (issue.title, issue.state, issue.silenced) == ("3 problems reported", State.CRITICAL, True)
    assert entry(LAPTOP).seen_at == datetime(2026, 11, 20, 9, 15, 2, 123000, tzinfo=UTC)


def test_all_profiles_and_adapters_are_read_and_each_key_once() -> None:
    found = device(LAPTOP)
    assert keys(found, IdKind.SERIAL) == ["b0zj7s3"] and len(keys(found, IdKind.SERIAL, junk=True)) == 1
    assert keys(found, IdKind.MAC) == ["a4c3f02e834c", "0014226e9a5c"]
    assert keys(found, IdKind.BIOS_UUID) == ["4c4c4544-0042-3010-8031-b7c04f4a3233"]


def test_what_could_not_be_read_properly_is_shown_and_no_evidence() -> None:
    assert keys(device(LAPTOP), IdKind.MAC, junk=True) == ["0014226e9a00"]
    assert keys(device(PHONE), IdKind.SERIAL, junk=True) == ["f2lx1"] and device(PHONE).serial == ""


def test_the_own_name_is_evidence_and_a_given_name_is_a_nickname() -> None:
    assert keys(device(LAPTOP), IdKind.HOSTNAME) == ["ham-nb-0117"] and keys(device(LAPTOP), IdKind.NICKNAME) == ["reception left"]
    assert keys(device(PHONE), IdKind.NICKNAME) == []
    assert keys(device(NULLS), IdKind.HOSTNAME) == ["srv-01"] and device(NULLS).name == "srv-01"


def test_a_placeholder_for_an_enrolment() -> None:
    found = device(INVITED)
    assert (found.external_id, found.enrolment, found.state) == ("placeholder/with?odd#signs", Enrolment.PENDING, State.UNKNOWN)
    assert entry(INVITED).seen_at is None


def test_words_that_are_not_known_are_unknown_and_kept() -> None:
    found = device(PHONE)
    assert (found.state, found.state_raw) == (State.UNKNOWN, "DEVICE_FUNCTIONALITY_STATUS_ISOLATED")
    assert (found.enrolment, found.os_family) == (Enrolment.UNKNOWN, Family.IOS)
    assert keys(found, IdKind.TAG) == ["byod"]


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("DEVICE_FUNCTIONALITY_STATUS_OK", State.OK), ("DEVICE_FUNCTIONALITY_STATUS_ATTENTION_RECOMMENDED", State.ATTENTION),
        ("DEVICE_FUNCTIONALITY_STATUS_ATTENTION_REQUIRED", State.CRITICAL), ("DEVICE_FUNCTIONALITY_STATUS_UNSPECIFIED", State.UNKNOWN),
        ("device_functionality_status_ok", State.UNKNOWN), ("OK", State.UNKNOWN), ("", State.UNKNOWN), (1, State.UNKNOWN),
        (None, State.UNKNOWN),
    ],
)  # fmt: skip
def test_states(word: Any, state: State) -> None:
    found = device({"uuid": "x", "functionalityStatus": word})
    assert (found.state, found.state_raw) == (state, "" if word is None else str(word))


@pytest.mark.parametrize(
    ("word", "state"), [("ATTENTION_REQUIRED", State.CRITICAL), ("ATTENTION_RECOMMENDED", State.ATTENTION), ("X", State.UNKNOWN)]
)
def test_a_bad_status_without_a_number_of_problems_is_an_issue(word: str, state: State) -> None:
    (issue,) = device({"uuid": "x", "functionalityStatus": f"DEVICE_FUNCTIONALITY_STATUS_{word}", "isMuted": True}).issues
    assert (issue.key, issue.state, issue.raw, issue.silenced) == ("status", state, f"DEVICE_FUNCTIONALITY_STATUS_{word}", True)
    assert not device({"uuid": "x", "functionalityStatus": "DEVICE_FUNCTIONALITY_STATUS_OK"}).issues


def test_null_and_absent_mean_the_default() -> None:
    absent, null = device({"uuid": "nulls", "originalDisplayName": "srv-01"}), device(NULLS)
    assert absent == null and not absent.issues and absent.enrolment is Enrolment.UNKNOWN


@pytest.mark.parametrize(
    ("count", "read", "fault"),
    [
        (-1, 0, FieldFault.RANGE), (2**31, 2**31 - 1, FieldFault.CLAMPED), (2**32 - 1, 2**31 - 1, FieldFault.CLAMPED), ("many", 0, FieldFault.NUMBER),
        (1.5, 0, FieldFault.NUMBER), (True, 0, FieldFault.TYPE), ([], 0, FieldFault.TYPE),
    ],
)  # fmt: skip
def test_a_count_that_cannot_be_costs_nothing_but_the_count(count: Any, read: int, fault: FieldFault) -> None:
    found = device({**LAPTOP, "functionalityProblemCount": count})
    assert (found.problem_count, found.repairs) == (read, (Repair("functionalityProblemCount", fault),))
    assert found.serial == device(LAPTOP).serial and found.identifiers == device(LAPTOP).identifiers


@pytest.mark.parametrize("number", [2**33, -9007199254740991, "string"])
def test_an_odd_number_of_a_system_is_an_unknown_family(number: Any) -> None:
    found = device({**LAPTOP, "operatingSystem": {"familyId": number, "editionId": number, "displayName": "Windows"}})
    assert (found.os_family, found.os_name, len(found.repairs)) == (Family.UNKNOWN, "Windows", 2)


@pytest.mark.parametrize(
    ("mask", "serial", "uuid"),
    [
        ("bios", True, True), ("bios.serialNumber", True, False), ("bios.serial_number", True, False), ("bios.uuid", False, True),
        ("model, bios.uuid,manufacturer", False, True), ("machineName", False, False), ("bio", False, False), ("uuids", False, False),
        ("networkAdapters", False, False), ("", False, False), ("hardwareProfiles", True, True), ("hardware_profiles.bios.uuid", False, True),
        ("bios.serialNumber,bios.uuid", True, True), ("BIOS", True, True), (" , ,", False, False), ("serial", False, False), ("profiles.bios", False, False),
        ("bios.uuid.part", False, False),
    ],
)  # fmt: skip
def test_a_malformed_path_covers_what_lies_below_it(mask: str, serial: bool, uuid: bool) -> None:
    profile: dict[str, Any] = {"malformedData": mask, "bios": {"serialNumber": "PF3XK2AB", "uuid": "4C4C4544-0042-3010-8031-B7C04F4A3233"}}
    profile["networkAdapters"] = [{"macAddress": "8C:8C:AA:00:00:01"}]
    found = device({"uuid": "x", "hardwareProfiles": [profile]})
    junk = {each.kind: each.junk for each in found.identifiers}
    assert (junk[IdKind.SERIAL], junk[IdKind.BIOS_UUID], junk[IdKind.MAC]) == (
        serial,
        uuid,
        mask in ("networkAdapters", "hardwareProfiles"),
    )
    assert found.serial == ("" if serial else "PF3XK2AB")


def test_a_malformed_or_unfilled_model_describes_nothing() -> None:
    one = {"malformedData": "model", "model": "L\ufffd\ufffd", "manufacturer": "Dell Inc."}
    other = {"model": "System Product Name", "manufacturer": "To Be Filled By O.E.M."}
    third = {"model": "Latitude 5420", "manufacturer": "Dell"}
    found = device({"uuid": "x", "hardwareProfiles": [one, other, third]})
    assert (found.model, found.manufacturer) == ("Latitude 5420", "Dell Inc.")
    assert device({"uuid": "x", "hardwareProfiles": [other]}).model == ""


@pytest.mark.parametrize(("told", "name", "release"), [
    ({"displayName": "Microsoft Windows 11 Enterprise", "familyId": 1}, "Microsoft Windows 11 Enterprise", "Windows 11"),
    ({"displayName": "Microsoft Windows 10 Pro", "familyId": 1, "version": {"name": "10.0.22631.3880"}}, "Microsoft Windows 11 Pro (by build)", "Windows 11"),
    # Both formulas of ESET's version id: the build alone, and 10.0.26100.1.
    ({"displayName": "Microsoft Windows 10 Pro", "familyId": 1, "version": {"id": str(10 << 48 | 22631)}}, "Microsoft Windows 11 Pro (by build)", "Windows 11"),
    ({"displayName": "Microsoft Windows 10 Pro", "familyId": 1, "version": {"id": str(10 << 48 | 26100 << 16 | 1)}},
     "Microsoft Windows 11 Pro (by build)", "Windows 11"),
    ({"displayName": "Microsoft Windows 10 Pro", "familyId": 1, "version": {"id": str(10 << 48 | 19045)}}, "Microsoft Windows 10 Pro", "Windows 10"),
    ({"displayName": "Microsoft Windows", "familyId": 1, "editionId": 4, "version": {"id": str(10 << 48 | 20348)}},
     "Microsoft Windows (Windows Server 2022 by build)", "Windows Server 2022"),
    ({"displayName": "macOS", "familyId": 3, "version": {"name": "26.1.0", "id": str(26 << 48)}}, "macOS", "macOS 26"),
    ({"displayName": "Ubuntu", "familyId": 2, "version": {"name": "24.04"}}, "Ubuntu", "Ubuntu 24.04"),
    ({"displayName": "Microsoft Windows 10 Pro", "familyId": 1, "version": {"id": "x", "name": None}}, "Microsoft Windows 10 Pro", "Windows 10"),
    ({"displayName": "Microsoft Windows 10 Pro", "familyId": 1, "version": {"id": True}}, "Microsoft Windows 10 Pro", "Windows 10"),
])  # fmt: skip
def test_a_release_is_named_by_name_and_version(told: dict[str, Any], name: str, release: str) -> None:
    found = device({"uuid": "x", "operatingSystem": told})
    assert (found.os_name, found.os_release) == (name, release)


@pytest.mark.parametrize(
    ("mask", "junk"), [("macAddress", True), ("mac_address", True), ("machineName", False), ("caption,macAddress", True)]
)
def test_a_mac_is_malformed_only_when_the_mask_names_it(mask: str, junk: bool) -> None:
    profile = {"networkAdapters": [{"macAddress": "8C:8C:AA:00:00:01", "malformedData": mask}]}
    (found,) = (each for each in device({"uuid": "x", "hardwareProfiles": [profile]}).identifiers if each.kind is IdKind.MAC)
    assert found.junk is junk


def test_an_id_in_another_letter_case_is_the_same_record() -> None:
    upper = {**LAPTOP, "uuid": LAPTOP["uuid"].upper(), "parentGroupUuid": "ABCDEF00-0000-0000-7001-000000000001"}
    found = device(upper)
    assert entry(upper).external_id == found.external_id == LAPTOP["uuid"]
    assert found.group_id == "abcdef00-0000-0000-7001-000000000001"
    assert keys(found, IdKind.VENDOR_ID) == [LAPTOP["uuid"]]


def test_a_repaired_identifier_is_shown_and_no_evidence() -> None:
    bios = {"serialNumber": "PF3\0K2AB", "uuid": "4C4C4544-\0"}
    adapters = [{"macAddress": "8C:8C:AA:00:00:0\0"}]
    record = {"uuid": "x", "originalDisplayName": "NB-\0", "displayName": "Front\0", "primaryLocalIpAddress": "10.0.0.\0"}
    found = device({**record, "tags": ["V\0P"], "hardwareProfiles": [{"bios": bios, "networkAdapters": adapters}]})
    own = [each for each in found.identifiers if each.kind is not IdKind.VENDOR_ID]
    assert {each.kind for each in own} == {kind for kind in IdKind if not kind.startswith("former_")} - {
        IdKind.USER,
        IdKind.VENDOR_ID,
        IdKind.CUSTOM,
    }
    assert all(each.junk and "\ufffd" in each.value and each.key for each in own)
    assert (found.name, found.serial) == ("Front\ufffd", "PF3\ufffdK2AB")


def test_groups() -> None:
    rows = [
        {"uuid": "all", "displayName": "All", "isSecurityGroup": True},
        {"uuid": "site", "displayName": " Hamburg ", "parentGroupUuid": "all"},
        {"uuid": "", "displayName": "nameless"},
        {"uuid": 5},
        {"uuid": "NUL", "displayName": "a\x00b\x1b[31m\x85\u2028c", "parentGroupUuid": ["all"], "isSecurityGroup": "perhaps"},
    ]
    found = mapping.groups([msgspec.Raw(json.dumps(row).encode()) for row in rows])
    assert [(each.external_id, each.name, each.parent_id, each.static) for each in found] == [
        ("all", "All", "", True),
        ("site", "Hamburg", "all", False),
        ("nul", "a\ufffdb [31m  c", "", False),
    ]
    assert set(found[2].repairs) == {
        Repair("displayName", FieldFault.CHARACTERS),
        Repair("parentGroupUuid", FieldFault.TYPE),
        Repair("isSecurityGroup", FieldFault.TYPE),
    }
