"""ESET's JSON about attempts to patch → records. Pure.

Two enumerations of states are in use, APPLICATION_PATCHING_STATUS_* and the newer PATCHING_STATUS_*; after the prefix they are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from vendors.errors import BadRecord
from vendors.eset import titles
from vendors.eset.titles import LONGEST, device_of
from vendors.patch_states import PatchStatus, Reason
from vendors.records import Attempt, Reject, Title, Version
from vendors.times import parse_time
from vendors.untyped import Fields

PREFIXES = ("APPLICATION_PATCHING_STATUS_", "PATCHING_STATUS_")
FAILED = PatchStatus.FAILED
MEANINGS = {
    "OK_INSTALLED": (PatchStatus.INSTALLED, Reason.NONE),
    "OK_RESTART_REQUIRED": (PatchStatus.RESTART, Reason.NONE),
    "FAILED_TERMINATION_REQUIRED": (FAILED, Reason.RUNNING),
    "FAILED_UNINSTALL_REQUIRED": (FAILED, Reason.UNINSTALL),
    "FAILED_DOWNLOAD_ERROR": (FAILED, Reason.DOWNLOAD),
    "FAILED_INSTALLER_CORRUPTED": (FAILED, Reason.CORRUPT),
    "FAILED_PREPARE_ERROR": (FAILED, Reason.PREPARE),
    "NOT_APPLICABLE": (PatchStatus.NOT_APPLICABLE, Reason.NONE),
    "AVAILABLE": (PatchStatus.AVAILABLE, Reason.NONE),
    "SCHEDULED": (PatchStatus.SCHEDULED, Reason.NONE),
}


class AttemptListing(msgspec.Struct):
    """`patchingDetails` None: the answer holds no list at all, which is not the same as an empty one."""

    patchingDetails: list[msgspec.Raw] | None = None
    nextPageToken: str | None = None


def recent(rows: Iterable[msgspec.Raw]) -> tuple[tuple[Attempt, ...], tuple[Reject, ...]]:
    """Rows without a device."""
    return titles.read(rows, lambda record: _attempt(record, titles.application(record)))


def attempts(rows: Iterable[msgspec.Raw]) -> tuple[tuple[Attempt, ...], tuple[Reject, ...]]:
    return titles.read(rows, _told_attempt)


def _told_attempt(record: Fields) -> Attempt:
    """Exactly one of the three objects is there."""
    name, device = record.text("displayName", limit=LONGEST), device_of(record)
    if "application" in record:
        part = record.section("application")
        return _attempt(part, titles.application(part, name), device)
    if "package" in record:
        part = record.section("package")
        reference = part.text("packageReference", limit=LONGEST)
        return _attempt(part, titles.package(reference, name), device)
    if "operatingSystem" in record:
        part = record.section("operatingSystem")
        return _attempt(part, titles.system(part), device)
    raise BadRecord("The record tells neither an application, a package nor a system.")


def _attempt(part: Fields, title: Title, device: str = "") -> Attempt:
    word = part.text("status", limit=100)
    status, reason = _meaning(word)
    period = part.section("timePeriod")
    return Attempt(
        title=title,
        status=status,
        raw=word,
        reason=reason,
        device_id=device,
        before=_version(part.section("unpatchedVersion")),
        after=_version(part.section("patchedVersion")),
        started_at=parse_time(period.text("startTime", limit=60)),
        ended_at=parse_time(period.text("endTime", limit=60)),
    )


def _meaning(word: str) -> tuple[PatchStatus, Reason]:
    suffix = next((word.removeprefix(prefix) for prefix in PREFIXES if word.startswith(prefix)), word)
    return MEANINGS.get(suffix, (PatchStatus.UNKNOWN, Reason.NONE))


def _version(part: Fields) -> Version:
    digits = part.text("id", limit=40)
    number = int(digits) if re.fullmatch("[0-9]{1,20}", digits) else None
    return Version(number if number is not None and number < 2**64 else None, part.text("name", limit=LONGEST))
