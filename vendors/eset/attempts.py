"""ESET's JSON about attempts to patch → records. Pure.

Two enumerations of states are in use, APPLICATION_PATCHING_STATUS_* and the newer PATCHING_STATUS_*; after the prefix they are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

import msgspec

from vendors.errors import BadRecord
from vendors.eset import titles
from vendors.eset.titles import LONGEST, device_of
from vendors.field_repairs import FieldFault
from vendors.parsing.fields import Fields
from vendors.parsing.times import plausible
from vendors.patch_states import PatchReason, PatchStatus
from vendors.records import Attempt, Reject, Title, Version
from vendors.texts import Message, gettext_noop

PREFIXES = ("APPLICATION_PATCHING_STATUS_", "PATCHING_STATUS_")
FAILED = PatchStatus.FAILED
MEANINGS = {
    "OK_INSTALLED": (PatchStatus.INSTALLED, PatchReason.NONE),
    "OK_RESTART_REQUIRED": (PatchStatus.RESTART, PatchReason.NONE),
    "FAILED_TERMINATION_REQUIRED": (FAILED, PatchReason.RUNNING),
    "FAILED_UNINSTALL_REQUIRED": (FAILED, PatchReason.UNINSTALL),
    "FAILED_DOWNLOAD_ERROR": (FAILED, PatchReason.DOWNLOAD),
    "FAILED_INSTALLER_CORRUPTED": (FAILED, PatchReason.CORRUPT),
    "FAILED_PREPARE_ERROR": (FAILED, PatchReason.PREPARE),
    "NOT_APPLICABLE": (PatchStatus.NOT_APPLICABLE, PatchReason.NONE),
    "AVAILABLE": (PatchStatus.AVAILABLE, PatchReason.NONE),
    "SCHEDULED": (PatchStatus.SCHEDULED, PatchReason.NONE),
}


class AttemptListing(msgspec.Struct):
    """`patchingDetails` None: the answer holds no list at all, which is not the same as an empty one."""

    patchingDetails: list[msgspec.Raw] | None = None
    nextPageToken: str | None = None


def recent(rows: Iterable[msgspec.Raw], *, now: datetime) -> tuple[tuple[Attempt, ...], tuple[Reject, ...]]:
    """Rows without a device."""
    return titles.read(rows, lambda record: _attempt(record, titles.application(record), now=now))


def attempts(rows: Iterable[msgspec.Raw], *, now: datetime) -> tuple[tuple[Attempt, ...], tuple[Reject, ...]]:
    return titles.read(rows, lambda record: _told_attempt(record, now=now))


def _told_attempt(record: Fields, *, now: datetime) -> Attempt:
    """Exactly one of the three objects is there; one that cannot be read still says what kind of attempt it was."""
    name, device = record.text("displayName", limit=LONGEST), device_of(record)
    kind = next((kind for kind in ("application", "package", "operatingSystem") if kind in record or record.left_out(kind)), "")
    part = record.section(kind)
    if kind == "application":
        return _attempt(part, titles.application(part, name), device, now=now)
    if kind == "package":
        return _attempt(part, titles.package(part.text("packageReference", limit=LONGEST), name), device, now=now)
    if kind == "operatingSystem":
        return _attempt(part, titles.system(part), device, now=now)
    raise BadRecord(Message(gettext_noop("The record names no application, package or system.")))


def _attempt(part: Fields, title: Title, device: str = "", *, now: datetime) -> Attempt:
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
        started_at=_time(period, "startTime", now),
        ended_at=_time(period, "endTime", now),
    )


def _time(period: Fields, name: str, now: datetime) -> datetime | None:
    """A time in the future is reported, and kept: it is part of how the attempt is known again (patching/sync/attempt_writer.py)."""
    at = period.time(name)
    if at is not None and plausible(at, now=now) is None:
        period.wrong(name, FieldFault.TIME)
    return at


def _meaning(word: str) -> tuple[PatchStatus, PatchReason]:
    suffix = next((word.removeprefix(prefix) for prefix in PREFIXES if word.startswith(prefix)), word)
    return MEANINGS.get(suffix, (PatchStatus.UNKNOWN, PatchReason.NONE))


def _version(part: Fields) -> Version:
    """The id is a uint64, which is a text in proto3 JSON."""
    digits = part.word("id", limit=400)
    number = int(digits) if re.fullmatch("[0-9]{1,20}", digits) else None
    if digits and (number is None or number >= 2**64):
        part.wrong("id", FieldFault.RANGE)
        number = None
    return Version(number, part.text("name", limit=LONGEST))
