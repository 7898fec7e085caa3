"""five(9)s' device becomes ours, or is refused by itself; nothing else on its page is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.vendors import invalid_fields
from vendors.field_repairs import FieldFault, Repair
from vendors.five9s.client import Data
from vendors.five9s.mapping import VOLATILE, entries
from vendors.parsing.pages.json_pages import page
from vendors.patch_states import OPEN_PATCHES, PatchReason, PatchStatus
from vendors.records import Device, Entry, Reject
from vendors.states import Enrolment, Family, IdKind, State

PAGE: dict[str, Any] = json.loads((Path(__file__).parents[1] / "payloads/five9s/page.json").read_text())
VM, PENDING = PAGE["Results"]
NOW = datetime(2026, 9, 21, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SPOILS = [None, "", "x", 7, -1, 2**63, 1.5, True, [], {}, [1], {"a": 1}, "\n", "<script>alert(1)</script>"]


def listed(records: Any, *, zone: ZoneInfo = BERLIN) -> tuple[list[Entry], list[Reject]]:
    rows = page(json.dumps(records).encode(), type=list[msgspec.Raw], operation="fetch")
    return entries(rows, zone=zone, now=NOW)


def entry(record: Any) -> Entry:
    (found,), rejects = listed([record])
    assert not rejects
    return found


def read(record: Any) -> Device:
    return entry(record).read()


def inventory(**more: Any) -> dict[str, Any]:
    return {**VM, "EpmInventory": {**VM["EpmInventory"], **more}}


def security(*statuses: Any) -> dict[str, Any]:
    found = [{"Vul_ID": f"V-{nth}", "Status": status} for nth, status in enumerate(statuses)]
    return {**VM, "SecurityInfo": found}


def values(device: Device, kind: IdKind) -> list[tuple[str, str]]:
    return [(each.value, each.key) for each in device.identifiers if each.kind is kind]


def test_a_device_is_read_whole() -> None:
    device = read(VM)
    assert (device.external_id, device.name, device.user) == ("4711", "BER-VM-0007", "A.BERG")
    assert (device.model, device.manufacturer, device.os_family) == ("VMware Virtual Platform", "VMware, Inc.", Family.WINDOWS)
    assert (device.state, device.state_raw, device.problem_count) == (State.ATTENTION, "1 Autofix, 1 InstallSuccess", 1)
    assert device.produced_at == datetime(2026, 8, 1, 10, 0, 24, 683000, UTC)
    assert entry(VM).seen_at == datetime(2026, 9, 19, 13, 15, 42, tzinfo=UTC)
    (issue,) = device.issues
    assert (issue.key, issue.state, issue.raw) == ("LDMS1100.RC.1", State.ATTENTION, "Autofix")
    assert issue.since == datetime(2025, 7, 4, 13, 32, 8, 783000, UTC)


def test_every_clue_can_be_found() -> None:
    device = read(VM)
    assert [key for _, key in values(device, IdKind.SERIAL)] == ["vmware564daa01e02367d98b8507b3bad94a20"]
    assert [key for _, key in values(device, IdKind.VENDOR_ID)] == ["4711", "{0C7F3C2E-6E5B-4C0E-9E0B-6A4C3B1F2D55}"]
    assert values(device, IdKind.HOSTNAME) == [("BER-VM-0007", "ber-vm-0007")]
    assert values(device, IdKind.NICKNAME) == [("Build server", "build server")]
    tags = [key for _, key in values(device, IdKind.TAG)]
    assert tags == ["all win devices", "ems - berlin - autofix", "nw-61268"]
    assert ("Location: Berlin", "berlin") in values(device, IdKind.CUSTOM)
    assert not any("UpdatedAt" in value for value, _ in values(device, IdKind.CUSTOM))
    assert {each.value for each in device.identifiers if each.junk} == {"Extended Warranty: True"}


@pytest.mark.parametrize(("os_type", "release_id", "name", "release", "family"), [
    ("Microsoft Windows 10 Enterprise Edition, 64-bit", "24H2", "Microsoft Windows 11 Enterprise Edition, 64-bit (by release)", "Windows 11", Family.WINDOWS),
    ("Microsoft Windows 10 Enterprise Edition, 64-bit", "2009", "Microsoft Windows 10 Enterprise Edition, 64-bit", "Windows 10", Family.WINDOWS),
    ("Microsoft Windows 10 Enterprise Edition, 64-bit", 2009, "Microsoft Windows 10 Enterprise Edition, 64-bit", "Windows 10", Family.WINDOWS),
    ("CentOS x86_64", None, "CentOS x86_64", "", Family.LINUX), ("Chrome OS x86_64", None, "Chrome OS x86_64", "", Family.UNKNOWN),
    ("Cisco IOS XE", "", "Cisco IOS XE", "", Family.UNKNOWN), ("iPadOS 26.1", None, "iPadOS 26.1", "iPadOS 26", Family.IOS),
])  # fmt: skip
def test_a_system_is_named_by_its_release(os_type: str, release_id: Any, name: str, release: str, family: Family) -> None:
    device = read(inventory(OsType=os_type, ReleaseID=release_id))
    assert (device.os_name, device.os_release, device.os_family) == (name, release, family)


def test_no_placeholder_is_shown() -> None:
    spoiled = {**VM, "SerialNumber": "Default string"}
    spoiled["EpmInventory"] = {
        **VM["EpmInventory"],
        "SerialNum": "PF3XK2AB",
        "Model": "System Product Name",
        "Manufacturer": "System manufacturer",
    }
    device = read(spoiled)
    assert (device.serial, device.model, device.manufacturer) == ("PF3XK2AB", "", "")
    del spoiled["EpmInventory"]["SerialNum"]
    assert read(spoiled).serial == ""


def test_a_placeholder_row_waits_for_its_agent_and_says_nothing_about_health() -> None:
    device = read(PENDING)
    assert (device.enrolment, device.state, device.state_raw) == (Enrolment.PENDING, State.UNKNOWN, "no SecurityInfo")
    assert values(device, IdKind.VENDOR_ID) == [("4712", "4712")]


@pytest.mark.parametrize(
    ("statuses", "state", "issues"),
    [
        ((), State.OK, 0),
        ((6, 6), State.OK, 0),
        ((1, 6), State.OK, 1),
        ((2,), State.OK, 0),
        (("Planned", "planned"), State.OK, 0),
        ((2, 6, 1), State.OK, 1),
        ((2, 3), State.ATTENTION, 1),
        ((4,), State.ATTENTION, 1),
        ((4, 5, 6), State.CRITICAL, 2),
        (("InstallFailure",), State.CRITICAL, 1),
        (("install failure", "AUTOFIX"), State.CRITICAL, 2),
        (("4",), State.ATTENTION, 1),
        ((9,), State.UNKNOWN, 1),
        ((9, 6, 2), State.UNKNOWN, 1),
        ((9, 4), State.ATTENTION, 2),
        ((None,), State.UNKNOWN, 1),
    ],
)
def test_the_verdict_by_table(statuses: tuple[Any, ...], state: State, issues: int) -> None:
    device = read(security(*statuses))
    assert (device.state, len(device.issues)) == (state, issues)


def test_what_is_scheduled_is_told_as_a_patch_and_is_no_warning() -> None:
    device = read({**VM, "SecurityInfo": [{"Vul_ID": "MS24-11-W11_INTL", "Status": 2, "FirstDetectionDate": "2019-07-04T13:32:08"}]})
    assert (device.state, device.problem_count, device.issues) == (State.OK, 0, ())
    assert [(patch.key, patch.status) for patch in device.patches or ()] == [("MS24-11-W11_INTL", PatchStatus.SCHEDULED)]


def test_a_vulnerability_that_is_scheduled_and_due_is_due() -> None:
    for statuses in ((2, 3), (3, 2)):
        (issue,) = read({**VM, "SecurityInfo": [{"Vul_ID": "V", "Status": status} for status in statuses]}).issues
        assert (issue.state, issue.raw) == (State.ATTENTION, "3")


def test_an_unknown_state_keeps_the_vendors_word() -> None:
    device = read({**VM, "SecurityInfo": [{"Vul_ID": "V", "Status": 9, "StatusText": "Quarantined"}]})
    assert device.state_raw == "1 Quarantined (9)"
    assert (device.issues[0].state, device.issues[0].raw) == (State.UNKNOWN, "Quarantined (9)")


def test_what_a_rule_excludes_is_silenced_and_not_counted() -> None:
    device = read(security(1, 4))
    assert [(issue.silenced, issue.state) for issue in device.issues] == [(True, State.ATTENTION), (False, State.ATTENTION)]
    assert device.problem_count == 1


def test_a_vulnerability_listed_twice_counts_once_and_as_the_worst() -> None:
    rows = [{"Vul_ID": "V", "Status": status} for status in (1, 5, 4)]
    (issue,) = read({**VM, "SecurityInfo": rows}).issues
    assert (issue.state, issue.silenced) == (State.CRITICAL, False)


@pytest.mark.fault("F38")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-29T02:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # an hour that the clocks leave out
        ("2025-10-26T02:30:00", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),  # an hour that comes twice: the first
        ("2026-01-10T12:00:00", datetime(2026, 1, 10, 11, 0, tzinfo=UTC)),
        ("2026-07-10T12:00:00", datetime(2026, 7, 10, 10, 0, tzinfo=UTC)),
        ("/Date(1754042424000)/", datetime(2025, 8, 1, 10, 0, 24, tzinfo=UTC)),
    ],
)
def test_times_without_a_zone_are_the_cores_own(written: str, meant: datetime) -> None:
    assert entry(inventory(LastUpdInvSvr=written)).seen_at == meant


def test_without_a_last_contact_the_newest_scan_counts() -> None:
    assert entry(inventory(LastUpdInvSvr=None)).seen_at == datetime(2026, 9, 19, 13, 19, 59, 720000, UTC)
    assert entry(inventory(LastUpdInvSvr="2027-01-01T00:00:00")).seen_at == datetime(2026, 9, 19, 13, 19, 59, 720000, UTC)
    assert entry(PENDING).seen_at is None


def test_the_digest_leaves_out_what_moves_at_every_scan() -> None:
    first = entry(VM).digest
    for name in VOLATILE:
        assert entry(inventory(**{name: "2026-09-20T01:00:00"})).digest == first
    for name in VM["EpmInventory"].keys() - set(VOLATILE):
        assert entry(inventory(**{name: "other"})).digest != first
    assert entry(security(4)).digest != first


@pytest.mark.parametrize("path", list(invalid_fields.paths(PAGE["Results"])), ids=lambda path: ".".join(map(str, path)))
def test_a_missing_or_null_field_never_breaks_the_page(path: invalid_fields.Path) -> None:
    for spoiled in (invalid_fields.without(PAGE["Results"], path), invalid_fields.replaced(PAGE["Results"], path, None)):
        found, rejects = listed(spoiled)
        no_id = path == (1, "Computer_Idn") or (len(path) == 1 and len(spoiled) == 2)
        assert (len(found), len(rejects)) == (len(spoiled) - no_id, int(no_id))
        for each in found:
            assert each.read().external_id == each.external_id


@pytest.mark.parametrize("path", list(invalid_fields.paths(VM)), ids=lambda path: ".".join(map(str, path)))
def test_a_field_of_another_type_costs_itself(path: invalid_fields.Path) -> None:
    for by in SPOILS:
        found, rejects = listed([invalid_fields.replaced(VM, path, by), PENDING])
        assert [each.read().external_id for each in found] == ["4711", "4712"] or path == ("Computer_Idn",)
        assert rejects == []


@pytest.mark.parametrize("number", [None, "", "x", 0, -4, True, 1.5, [], "\u0663", "9" * 300])
def test_a_record_without_a_usable_id_is_rejected(number: Any) -> None:
    (fine,), (reject,) = listed([{**VM, "Computer_Idn": number, "EpmInventory": None}, PENDING])
    assert fine.external_id == "4712" and "Computer_Idn" in reject.reason


@pytest.mark.parametrize("number", [4711, "4711", 4711.0, " 4711"])
def test_one_id_in_every_spelling(number: Any) -> None:
    assert entry({**VM, "Computer_Idn": number}).external_id == "4711"


def test_text_that_cannot_be_stored_is_found_even_where_it_is_not_mapped() -> None:
    contract = entry({**VM, "DatabaseViews": {"v_Leasing": [{"Contract": "a\x00b"}]}})
    assert contract.read().repairs == (Repair("DatabaseViews.v_Leasing.Contract", FieldFault.CHARACTERS),)
    assert json.loads(contract.raw)["DatabaseViews"] == {"v_Leasing": [{"Contract": "a\ufffdb"}]}
    assert read({**VM, "DatabaseViews": {"a\x00b": []}}).repairs == (Repair("DatabaseViews.a\ufffdb", FieldFault.CHARACTERS),)


def test_custom_fields_of_any_number_and_kind_are_read() -> None:
    custom = {f"Field {number}": f"value {number}" for number in range(1000)}
    assert len(values(read({**VM, "CustomInventory": custom}), IdKind.CUSTOM)) == 200
    odd = read({**VM, "CustomInventory": {"Nested": {"a": 1}, "Floor": 3, "Leased": True, "Rate": 21.5}})
    assert odd.repairs == (Repair("CustomInventory.Nested", FieldFault.TYPE),)
    assert [value for value, _ in values(odd, IdKind.CUSTOM)] == ["Floor: 3", "Leased: 1", "Rate: 21.5"]


def test_the_page_is_what_the_vendor_documents() -> None:
    data = page(json.dumps(PAGE).encode(), type=Data, operation="fetch")
    assert (data.TotalCount, len(data.Results or [])) == (2, 2)


def test_a_record_of_endless_size_loses_what_is_endless_in_it() -> None:
    found = entry({**VM, "DatabaseViews": {"v": "x" * 2**22}})
    assert len(found.raw) < 2**22 and found.read().repairs == (Repair("DatabaseViews.v", FieldFault.SIZE),)
    assert found.read().issues == read(VM).issues


def test_every_vulnerability_is_a_patch_as_it_stands() -> None:
    read_as = {each.key: each for each in read(security(1, 2, 3, 4, 5, 6, 9)).patches or ()}
    assert [read_as[f"V-{nth}"].status.value for nth in range(7)] == [
        "excluded",
        "scheduled",
        "available",
        "scheduled",  # Autofix: released, not done
        "failed",
        "installed",
        "unknown",
    ]
    assert [each.key for each in read_as.values() if each.status not in OPEN_PATCHES] == ["V-0", "V-5"]
    assert (read_as["V-4"].reason, read_as["V-6"].raw) == (PatchReason.UNTOLD, "9")


def test_patches_that_are_not_told_are_not_an_empty_set() -> None:
    assert read({**VM, "SecurityInfo": None}).patches is None
    assert read({**VM, "SecurityInfo": []}).patches == ()


def test_a_vulnerability_listed_twice_is_as_little_done_as_the_worse_row_says() -> None:
    twice = {**VM, "SecurityInfo": [{"Vul_ID": "V", "Status": 6}, {"Vul_ID": "V", "Status": 5}, {"Vul_ID": "V", "Status": 1}]}
    assert [each.status for each in read(twice).patches or ()] == [PatchStatus.FAILED]
