"""OPSWAT's device becomes ours, or is refused by itself; nothing else on its page is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.vendors import invalid_fields
from vendors.errors import BadAnswer
from vendors.field_repairs import FieldFault, Repair
from vendors.opswat.mapping import entries
from vendors.parsing.pages.json_pages import page
from vendors.records import Device, Entry, Reject
from vendors.secret import Secret
from vendors.states import Enrolment, Family, IdKind, State

PAYLOAD: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "payloads/opswat/devices.json").read_text())
NOW = datetime(2026, 9, 21, tzinfo=UTC)
LAPTOP, MAC, PHONE = PAYLOAD
SPOILS = [None, "", "x", 7, -1, 2**63, 1.5, 1e300, True, [], {}, [1], {"a": 1}, "\n", "<script>alert(1)</script>"]


def listed(body: bytes) -> tuple[list[Entry], list[Reject]]:
    return entries(page(body, type=list[msgspec.Raw], operation="list"), now=NOW)


def entry(record: Any) -> Entry:
    (found,), rejects = listed(json.dumps([record]).encode())
    assert not rejects
    return found


def read(record: Any) -> Device:
    return entry(record).read()


def keys(device: Device, kind: IdKind) -> dict[str, bool]:
    return {each.key: each.junk for each in device.identifiers if each.kind is kind}


def test_a_laptop_is_read_whole() -> None:
    device = read(LAPTOP)
    assert (device.external_id, device.name, device.user) == ("K7Q2M9XW4TB1ZP80", "BER-NB-0042", "NORDWIND\\Anna.Berg")
    assert (device.state, device.state_raw) == (State.ATTENTION, "1 (not compliant)")
    assert (device.os_name, device.os_family) == ("Windows 11 Pro 10.0.26100", Family.WINDOWS)
    assert (device.group_name, device.silenced, device.problem_count) == ("Reception", False, 3)
    assert [(issue.key, issue.title, issue.state) for issue in device.issues] == [("issues", "3 issues", State.ATTENTION)]
    assert keys(device, IdKind.MAC) == {"dc215ce227c7": False, "00059a3c7a00": True}
    assert keys(device, IdKind.IP) == {"10.20.1.17": False, "fe80::1cae:2ddf:7e44:78": True, "169.254.3.9": True}
    assert keys(device, IdKind.USER) == {"anna.berg": False}
    assert keys(device, IdKind.NICKNAME) == {"front desk": False}
    assert entry(LAPTOP).seen_at == datetime(2026, 9, 20, 8, 15, tzinfo=UTC)


def test_private_means_not_said_and_exempt_means_silenced() -> None:
    device = read(MAC)
    assert (device.name, device.user) == ("k7Q2m9Xw4tB1zp80", "")
    assert {each.kind for each in device.identifiers} == {IdKind.VENDOR_ID}
    assert (device.state, device.silenced, device.os_family) == (State.CRITICAL, True, Family.MACOS)
    assert [(issue.title, issue.state, issue.silenced) for issue in device.issues] == [
        ("2 critical issues", State.CRITICAL, True),
        ("3 other issues", State.ATTENTION, True),
    ]


def test_a_phone_says_less_and_is_read() -> None:
    device = read(PHONE)
    assert (device.state, device.os_family, device.silenced, device.issues) == (State.OK, Family.ANDROID, False, ())
    assert keys(device, IdKind.IP) == {"10.20.9.1": False, "2001:db8::a1": False}


@pytest.mark.parametrize(("info", "name", "release", "family"), [
    ({"name": "Windows 10 Pro", "version": "10.0.22631", "family": "windows"}, "Windows 11 Pro 10.0.22631 (by build)", "Windows 11", Family.WINDOWS),
    ({"name": "Windows 10 Pro", "version": "10.0.19045"}, "Windows 10 Pro 10.0.19045", "Windows 10", Family.WINDOWS),
    ({"name": "macOS", "version": "16.1", "family": "Mac OSX"}, "macOS 16.1 (macOS 26 by version)", "macOS 26", Family.MACOS),
    ({"name": "iPadOS", "version": "26.1", "family": "iPadOS"}, "iPadOS 26.1", "iPadOS 26", Family.IOS),
    ({"name": "Chrome OS", "version": "130", "family": "ChromeOS"}, "Chrome OS 130", "", Family.UNKNOWN),
    ({"family": "linux"}, "", "", Family.LINUX), ({}, "", "", Family.UNKNOWN),
])  # fmt: skip
def test_a_system_is_named_by_its_release(info: dict[str, Any], name: str, release: str, family: Family) -> None:
    device = read({**LAPTOP, "os_info": info})
    assert (device.os_name, device.os_release, device.os_family) == (name, release, family)


def test_hwids_differ_by_case() -> None:
    first, second, _ = listed(json.dumps(PAYLOAD).encode())[0]
    assert first.external_id.casefold() == second.external_id.casefold()
    assert first.external_id != second.external_id


@pytest.mark.parametrize(
    ("status", "state", "enrolment"),
    [
        (0, State.OK, Enrolment.MANAGED),
        ("0", State.OK, Enrolment.MANAGED),
        (1, State.ATTENTION, Enrolment.MANAGED),
        (1.0, State.ATTENTION, Enrolment.MANAGED),
        (2, State.UNKNOWN, Enrolment.UNKNOWN),
        (3, State.UNKNOWN, Enrolment.PENDING),
        (7, State.UNKNOWN, Enrolment.MANAGED),
        ("in_grace", State.UNKNOWN, Enrolment.MANAGED),
        (None, State.UNKNOWN, Enrolment.MANAGED),
    ],
)
def test_states_by_table_and_unknown_words_stay_visible(status: Any, state: State, enrolment: Enrolment) -> None:
    device = read({**LAPTOP, "status": status})
    assert (device.state, device.enrolment) == (state, enrolment)
    assert str(status if status is not None else "")[:1] in device.state_raw


@pytest.mark.parametrize(
    ("told", "issues"),
    [
        ({"status": 1}, [("Status 1 (not compliant), and no issue is counted", State.ATTENTION)]),
        ({"status": 1, "critical_status": 1}, [("Status 1 (not compliant), critical, and no issue is counted", State.CRITICAL)]),
        ({"status": 2}, [("Status 2 (not found or agent uninstalled), and no issue is counted", State.UNKNOWN)]),
        ({"status": 0}, []),
        ({"status": 3}, []),
    ],
)
def test_a_bad_status_without_a_count_is_an_issue(told: dict[str, int], issues: list[tuple[str, State]]) -> None:
    found = read({**LAPTOP, "critical_status": 0, "total_issue": 0, "total_critical_issue": 0, **told}).issues
    assert [(issue.title, issue.state) for issue in found] == issues


@pytest.mark.parametrize("status", [2, 3, 7])
def test_critical_issues_do_not_make_an_unknown_state_known(status: int) -> None:
    assert read({**MAC, "status": status}).state is State.UNKNOWN


@pytest.mark.parametrize("path", list(invalid_fields.paths(PAYLOAD)), ids=lambda path: ".".join(map(str, path)))
def test_a_missing_or_null_field_never_breaks_the_page(path: invalid_fields.Path) -> None:
    for spoiled in (invalid_fields.without(PAYLOAD, path), invalid_fields.replaced(PAYLOAD, path, None)):
        found, rejects = listed(json.dumps(spoiled).encode())
        lost = len(spoiled) - len(found)
        assert lost == len(rejects) == int(path[1:] in ((), ("hwid",)) and len(spoiled) == 3)
        for each in found:
            each.read()


@pytest.mark.parametrize("path", list(invalid_fields.paths(PAYLOAD[0])), ids=lambda path: ".".join(map(str, path)))
def test_a_field_of_another_type_costs_itself(path: invalid_fields.Path) -> None:
    for by in SPOILS:
        found, rejects = listed(json.dumps([invalid_fields.replaced(LAPTOP, path, by), PHONE]).encode())
        assert len(found) + len(rejects) == 2
        assert [each.read().external_id for each in found][-1] == PHONE["hwid"]


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "\\udc00", "\\ud800\\u0041"])
@pytest.mark.parametrize("name", ["nickname", "country"])
def test_text_that_cannot_be_stored_is_mended(escape: str, name: str) -> None:
    body = json.dumps([{**LAPTOP, name: "MARK"}, PHONE]).replace("MARK", escape).encode()
    broken, fine = listed(body)[0]
    assert fine.read().external_id == PHONE["hwid"]
    assert broken.read().repairs == (Repair(name, FieldFault.CHARACTERS),)
    assert "\ufffd" in json.loads(broken.raw)[name]


def test_an_escaped_backslash_and_a_true_pair_are_left_alone() -> None:
    body = json.dumps([{**LAPTOP, "nickname": "MARK"}, {**PHONE, "hostname": "LONE"}]).encode()
    found, _ = listed(body.replace(b"MARK", rb"\\ud800 \ud83d\ude00").replace(b"LONE", rb"\udfff"))
    assert [each.value for each in found[0].read().identifiers if each.kind is IdKind.NICKNAME] == ["\\ud800 \U0001f600"]


@pytest.mark.parametrize("hwid", [None, "", "  ", [], 1.5, True, "x" * 256, "a\x00b"])
def test_a_record_without_a_usable_hwid_is_rejected_with_its_reason(hwid: Any) -> None:
    (fine,), (reject,) = listed(json.dumps([{**LAPTOP, "hwid": hwid}, PHONE]).encode())
    assert fine.external_id == PHONE["hwid"]
    assert "hwid" in reject.reason and "capability" not in reject.sample and len(reject.sample.encode()) <= 2000


def test_the_remediation_link_is_nowhere_but_in_a_secret() -> None:
    found, _ = listed(json.dumps(PAYLOAD).encode())
    for each in found:
        assert b"capability" not in each.raw and "capability" not in repr(each.read()) + repr(each) + repr(each.mapper)
        assert each.read().remediation == Secret(next(one["remediation_link"] for one in PAYLOAD if one["hwid"] == each.external_id))


def test_a_new_remediation_link_is_a_change() -> None:
    other = entry({**LAPTOP, "remediation_link": "https://other.example/"})
    assert other.digest != entry(LAPTOP).digest and other.raw == entry(LAPTOP).raw
    assert other.read().remediation == Secret("https://other.example/")


@pytest.mark.parametrize(
    "link",
    [
        *(None, "", 5, [], "javascript:alert(1)", "//evil.example/", "http://gears.opswat.com/x", "https://evil.example@gears.opswat.com/"),
        *(
            "https://gears.opswat.com\\@evil.example/",
            "https://a.example/x\r\nSet-Cookie: a",
            "https://a.example/ x",
            "https://a/" + "x" * 2000,
        ),
    ],
)
def test_what_no_browser_should_open_is_no_remediation_link(link: Any) -> None:
    assert read({**LAPTOP, "remediation_link": link}).remediation == Secret("")


def test_the_digest_covers_what_is_stable() -> None:
    first = entry(LAPTOP)
    assert entry({**LAPTOP, "last_seen": "2026-09-20T09:15:00Z"}).digest == first.digest
    assert entry(dict(reversed(LAPTOP.items()))).digest == first.digest
    for name in LAPTOP.keys() - {"last_seen"}:
        assert entry({**LAPTOP, name: "other"}).digest != first.digest
    assert len(first.digest) == 16


@pytest.mark.parametrize("seen", ["2026-09-25T00:00:00Z", "0001-01-01T00:00:00Z", "yesterday", "", None, 5])
def test_an_implausible_last_seen_is_unknown(seen: Any) -> None:
    found = entry({**LAPTOP, "last_seen": seen})
    assert found.seen_at is None
    assert [each.field for each in found.read().repairs] == ([] if seen in ("", None) else ["last_seen"])


def test_a_time_that_turns_bad_is_a_change_and_one_that_stays_bad_is_none() -> None:
    bad, worse = entry({**LAPTOP, "last_seen": "2099-01-01T00:00:00Z"}), entry({**LAPTOP, "last_seen": "2099-01-02T00:00:00Z"})
    assert bad.digest == worse.digest != entry(LAPTOP).digest


def test_records_are_frozen() -> None:
    with pytest.raises(AttributeError):
        read(LAPTOP).name = "other"  # type: ignore[misc]
    assert replace(read(LAPTOP), name="other").name == "other"


BODIES = [b"", b" ", b"null", b"{}", b'""', b"<html>login</html>", b'[{"hwid": "a"', b'[{"hwid":"a"},]', b"[] []", b"[" * 50_000]


@pytest.mark.parametrize("body", [*BODIES, b'{"data":[]}', b"\xff\xfe[\x00]\x00", b"\x00[\x00]", "\u00ef\u00bb\u00bf[]".encode()])
def test_another_outer_shape_is_a_bad_answer(body: bytes) -> None:
    with pytest.raises(BadAnswer, match="list"):
        listed(body)


def test_a_byte_order_mark_is_not_an_error() -> None:
    assert len(listed(b"\xef\xbb\xbf" + json.dumps(PAYLOAD).encode())[0]) == 3


def test_a_record_of_endless_size_loses_what_is_endless_in_it() -> None:
    found = entry({**LAPTOP, "country": "x" * 2**22})
    assert len(found.raw) < 2**22 and found.read().repairs == (Repair("country", FieldFault.SIZE),)
    assert found.read().name == read(LAPTOP).name
