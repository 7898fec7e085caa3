"""ESET's records in our words, and what happens to the ones that cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.vendors.fields import paths, replaced, without
from vendors import untyped
from vendors.errors import BadRecord
from vendors.eset import mapping
from vendors.records import Device, Entry, Reject
from vendors.states import Enrolment, Family, IdKind, State

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PAGE: dict[str, Any] = json.loads((Path(__file__).parent / "payloads/eset/devices.json").read_text())
LAPTOP, INVITED, PHONE, NULLS = PAGE["devices"]


def listed(*records: Any, spaced: bool = False) -> tuple[tuple[Entry, ...], tuple[Reject, ...]]:
    body = json.dumps({"devices": records}, separators=None if spaced else (",", ":")).encode()
    return mapping.entries(untyped.page(body, type=mapping.Listing, operation="list devices").devices or [], now=NOW)


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


@pytest.mark.parametrize("count", [-1, 2**31, "many", 1.5, True])
def test_a_count_that_cannot_be_is_a_bad_record(count: Any) -> None:
    with pytest.raises(BadRecord, match="functionalityProblemCount"):
        device({"uuid": "x", "functionalityProblemCount": count})


# -- secrets and digests --


@pytest.mark.parametrize("spaced", [False, True])
def test_secrets_never_leave_the_parser(spaced: bool) -> None:
    last = {name: LAPTOP[name] for name in LAPTOP if name != "deviceToken"} | {"deviceToken": "canary-device-token-1"}
    for record in (LAPTOP, last, {"uuid": "x", "deviceToken": "canary-1"}, {"deviceToken": "canary-1", "uuid": "x"}):
        kept = entry(record, spaced=spaced)
        assert b"canary" not in kept.raw and b"Y2FuYXJ5" not in kept.raw and b"deviceToken" not in kept.raw
        expected = {name: value for name, value in record.items() if name not in ("deviceToken", "hardwareProfiles")}
        assert json.loads(kept.raw).items() >= expected.items()


def test_a_key_in_disguise_is_still_a_secret() -> None:
    body = rb'{"devices":[{"uuid":"x","device\u0054oken":"canary-1"},{"uuid":"y","deviceToken":"canary-2","deviceToken":"canary-3"}]}'
    found, _ = mapping.entries(msgspec.json.decode(body, type=mapping.Listing).devices or [], now=NOW)
    assert len(found) == 2 and not any(b"canary" in each.raw for each in found)


@pytest.mark.parametrize("spaced", [False, True])
def test_the_digest_leaves_out_what_moves_at_every_poll(spaced: bool) -> None:
    first = entry(LAPTOP, spaced=spaced).digest
    later = LAPTOP | {"lastSyncTime": "2026-11-21T08:59:00Z", "deviceToken": "another", "etag": '"18"'}
    assert entry(later, spaced=spaced).digest == first or (spaced and entry(later | {"etag": '"17"'}, spaced=True).digest == first)


@pytest.mark.parametrize("path", [path for path in paths(LAPTOP) if path[-1] not in ("lastSyncTime", "deviceToken", "etag", "salt")])
def test_the_digest_moves_with_everything_else(path: tuple[str | int, ...]) -> None:
    assert entry(replaced(LAPTOP, path, "another" if path != ("uuid",) else "id")).digest != entry(LAPTOP).digest


# -- bad records cost only themselves --


@pytest.mark.parametrize("path", list(paths(LAPTOP)))
@pytest.mark.parametrize("by", [None, [], {}, 5, "\x00", "text", True, 10**400])
def test_any_field_may_be_anything(path: tuple[str | int, ...], by: Any) -> None:
    """One bad field costs at most its own record, and nothing else is raised."""
    found, rejects = listed(replaced(LAPTOP, path, by), PHONE)
    assert found[-1].external_id == "phone" and len(found) + len(rejects) == 2
    for each in found[:-1]:
        try:
            each.read()
        except BadRecord as error:
            assert str(error).endswith(".")


@pytest.mark.parametrize("path", list(paths(LAPTOP)))
def test_any_field_may_be_missing(path: tuple[str | int, ...]) -> None:
    found, rejects = listed(without(LAPTOP, path))
    assert (len(found), len(rejects)) == ((0, 1) if path == ("uuid",) else (1, 0))
    for each in found:
        each.read()


@pytest.mark.parametrize("value", [b'"half \\ud800 pair"', b"9" * 5000, b'"\\u0000"', b"1e400", b'"\xff\xfe"', b"[" * 900 + b"]" * 900])
@pytest.mark.parametrize("field", [b"displayName", b"fieldOfTheFuture", b"tags"])
def test_what_breaks_parsers_breaks_one_record(field: bytes, value: bytes) -> None:
    body = b'{"devices":[{"uuid":"bad","%s":%s},{"uuid":"good"}]}' % (field, value)
    found, rejects = mapping.entries(untyped.page(body, type=mapping.Listing, operation="list").devices or [], now=NOW)
    assert [each.external_id for each in found] == ["bad", "good"] and rejects == ()
    if not value.startswith(b"["):
        with pytest.raises(BadRecord):
            found[0].read()
    assert found[1].read().external_id == "good"


@pytest.mark.parametrize("uuid", ["", None, 5, "a" * 101, " ", "\x00", [], "\ud800"])
def test_a_record_without_a_usable_id_is_rejected_with_a_sample(uuid: Any) -> None:
    found, (reject,) = listed({"uuid": uuid, "deviceToken": "canary-1", "displayName": "x" * 5000})
    assert found == () and reject.reason.endswith(".")
    assert "canary" not in reject.sample and len(reject.sample.encode()) <= 2000


def test_a_giant_record_is_kept_out() -> None:
    giant = entry({"uuid": "x", "deviceToken": "canary-1", "displayName": "x" * 2_000_000})
    assert len(giant.raw) <= 2000 and b"canary" not in giant.raw
    with pytest.raises(BadRecord, match="1 MB"):
        giant.read()


def test_groups() -> None:
    rows = [
        {"uuid": "all", "displayName": "All", "isSecurityGroup": True},
        {"uuid": "site", "displayName": " Hamburg ", "parentGroupUuid": "all"},
        {"uuid": "", "displayName": "nameless"},
        {"uuid": 5},
        {"uuid": "nul", "displayName": "\x00"},
    ]
    found = mapping.groups([msgspec.Raw(json.dumps(row).encode()) for row in rows])
    assert [(each.external_id, each.name, each.parent_id, each.static) for each in found] == [
        ("all", "All", "", True),
        ("site", "Hamburg", "all", False),
    ]
