"""ESET's rows about patching in our words; a row that cannot be read costs only itself."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vendors.eset import attempts, patches
from vendors.field_repairs import FieldFault, Repair
from vendors.patch_states import OPEN_PATCHES, PatchKind, PatchReason, PatchStatus, Severity
from vendors.records import Attempt, Patch, Title, Version

ROWS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "payloads/eset/patching.json").read_text())
RECENT, PACKAGE, SYSTEM, MISSING = ROWS["recent"], ROWS["package"], ROWS["system"], ROWS["missing"]
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def raw(*rows: Any) -> list[msgspec.Raw]:
    return [msgspec.Raw(json.dumps(row).encode()) for row in rows]


def recent(row: Any) -> Attempt:
    (found,), rejects = attempts.recent(raw(row), now=NOW)
    assert not rejects
    return found


def told(row: Any) -> Attempt:
    (found,), rejects = attempts.attempts(raw(row), now=NOW)
    assert not rejects
    return found


def missing(row: Any) -> Patch:
    (found,), rejects = patches.patches(raw(row))
    assert not rejects
    return found


def wanted(**more: Any) -> Patch:
    return missing({**MISSING, "applicationPatch": {**MISSING["applicationPatch"], **more}})


def test_a_recent_attempt_is_read_whole_and_names_no_device() -> None:
    assert recent(RECENT) == Attempt(
        title=Title("5f9d1c1e-0000-4000-8000-000000000001", "Mozilla Firefox", PatchKind.APPLICATION, "Mozilla Corporation"),
        status=PatchStatus.FAILED,
        raw="APPLICATION_PATCHING_STATUS_FAILED_TERMINATION_REQUIRED",
        reason=PatchReason.RUNNING,
        before=Version(2**64 - 1, "127.0.2"),
        after=Version(36028797018963968, "128.0"),
        started_at=datetime(2026, 9, 20, 9, tzinfo=UTC),
        ended_at=datetime(2026, 9, 20, 9, 1, 30, 500000, tzinfo=UTC),
    )


def test_the_same_attempt_told_with_its_device_differs_in_nothing_else() -> None:
    with_device = told({"deviceUuid": "d-9", "displayName": "Firefox", "application": RECENT})
    assert with_device == replace(recent(RECENT), device_id="d-9")


def test_packages_and_systems_are_told_apart() -> None:
    package, system = told(PACKAGE), told(SYSTEM)
    assert (package.title, package.device_id) == (Title("package:apt/openssl", "openssl", PatchKind.PACKAGE), "d-1")
    assert (package.status, package.ended_at, package.after) == (PatchStatus.INSTALLED, None, Version(0, "3.0.2-0ubuntu1.18"))
    assert system.title == Title("system:1", "Windows", PatchKind.SYSTEM)
    assert (system.status, system.started_at) == (PatchStatus.SCHEDULED, None)


@pytest.mark.parametrize("prefix", ["APPLICATION_PATCHING_STATUS_", "PATCHING_STATUS_"])
def test_both_enumerations_mean_the_same(prefix: str) -> None:
    read = {word: recent({**RECENT, "status": prefix + word}) for word in attempts.MEANINGS}
    assert {word: (each.status, each.reason) for word, each in read.items()} == attempts.MEANINGS
    assert all(each.raw == prefix + word for word, each in read.items())
    failed = [each for each in read.values() if each.status is PatchStatus.FAILED]
    assert len({each.reason for each in failed}) == len(failed) == 5


@pytest.mark.parametrize("word", ["PATCHING_STATUS_UNSPECIFIED", "PATCHING_STATUS_FAILED_SOMEHOW", "OK", ""])
def test_an_unknown_word_is_unknown_and_so_still_open(word: str) -> None:
    found = recent({**RECENT, "status": word})
    assert (found.status, found.reason, found.raw) == (PatchStatus.UNKNOWN, PatchReason.NONE, word)
    assert found.status in OPEN_PATCHES


@pytest.mark.parametrize("given", ["18446744073709551616", "-1", "1.5", "0x10", "", "9" * 39])
def test_a_version_number_that_is_no_uint64_is_not_told(given: str) -> None:
    found = recent({**RECENT, "patchedVersion": {"id": given, "name": "128.0"}})
    assert found.after == Version(None, "128.0")
    assert found.repairs == ((Repair("patchedVersion.id", FieldFault.RANGE),) if given else ())


def test_versions_compare_by_number() -> None:
    found = [recent({**RECENT, "patchedVersion": {"id": str(major << 48), "name": f"{major}.0"}}).after for major in (9, 10, 128)]
    assert [each.name for each in sorted(found, key=lambda each: each.number or 0)] == ["9.0", "10.0", "128.0"]


def test_a_missing_patch_is_read_whole() -> None:
    assert missing(MISSING) == Patch(
        key="p-1",
        title=Title(
            "catalogue:7001", "Application by Mozilla Corporation, version 128.0", PatchKind.APPLICATION, "Mozilla Corporation", "128.0"
        ),
        status=PatchStatus.AVAILABLE,
        raw="",
        device_id="d-1",
        version="128.0",
        severity=Severity.HIGH,
        security=True,
        restart=False,
        fixes=("CVE-2026-1111", "CVE-2026-1112"),
        released=date(2026, 9, 14),
        notes="https://www.mozilla.example/firefox/128.0/releasenotes/",
    )


def test_without_a_catalogue_the_title_is_what_there_is() -> None:
    assert wanted(catalogId=None).title.key == "result:Mozilla Corporation 128.0"
    bare = wanted(catalogId=0, developerDisplayName="", resultVersionName="")
    assert (bare.title.key, bare.title.name) == ("result:p-1", "Unnamed application")


def test_a_package_and_a_system_that_lack_a_patch_share_the_titles_of_their_attempts() -> None:
    package = {"reference": "apt/openssl", "name": "openssl", "displayName": "openssl", "packageManagerType": "PACKAGE_MANAGER_TYPE_APT"}
    assert missing({"uuid": "p", "deviceUuid": "d", "packagePatch": {"package": package}}).title == told(PACKAGE).title
    assert missing({"uuid": "p", "deviceUuid": "d", "osPatch": {"osFamilyId": "1"}}).title == told(SYSTEM).title


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x.example", "//x.example", "https://x.example/ y", "https://" + "x" * 1000, ""]
)
def test_only_a_web_address_becomes_a_link(url: str) -> None:
    assert wanted(releaseNotesUrl=url).notes == ""


@pytest.mark.parametrize("given", [{"year": 2026}, {"year": 2026, "month": 13, "day": 1}, {}, None])
def test_half_a_date_says_nothing(given: Any) -> None:
    assert wanted(releaseDate=given).released is None


@pytest.mark.parametrize(
    "row", [{}, {"uuid": "p"}, {"deviceUuid": "d", "applicationPatch": {}}, {**MISSING, "uuid": "x" * 101}, 7, None, []]
)
def test_a_patch_without_its_two_ids_is_rejected(row: Any) -> None:
    found, rejects = patches.patches(raw(row))
    assert (found, len(rejects)) == ((), 1)


@pytest.mark.parametrize("part", [7, None, [], "text"])
def test_a_patch_with_its_two_ids_is_kept_whatever_else_is_wrong(part: Any) -> None:
    found = missing({**MISSING, "applicationPatch": part})
    assert (found.key, found.device_id, found.title.name) == ("p-1", "d-1", "Unnamed application")


def test_ids_in_another_letter_case_are_the_same_patch_and_the_same_application() -> None:
    assert missing({**MISSING, "uuid": "P-1", "deviceUuid": "D-1"}) == missing(MISSING)
    upper = recent({**RECENT, "applicationUuid": RECENT["applicationUuid"].upper()})
    assert upper == recent(RECENT)


def test_an_attempt_of_the_future_is_reported() -> None:
    found = recent({**RECENT, "timePeriod": {"startTime": "9999-12-31T23:59:59.9999999Z", "endTime": "2026-09-20T09:01:30.5Z"}})
    assert found.repairs == (Repair("timePeriod.startTime", FieldFault.TIME),)


def test_an_attempt_whose_object_cannot_be_read_is_kept() -> None:
    found = told({"deviceUuid": "d-1", "displayName": "Firefox", "application": ["?"]})
    assert (found.device_id, found.title.name, found.status) == ("d-1", "Firefox", PatchStatus.UNKNOWN)
    assert found.repairs == (Repair("application", FieldFault.TYPE),)
    assert attempts.attempts(raw({"deviceUuid": "d-1", "displayName": "Firefox"}), now=NOW)[0] == ()
