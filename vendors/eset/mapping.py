"""ESET's JSON → records. Pure.

A page is cut into records without reading them; of each only id, time and secrets are looked at. What did not change since last time is
never mapped: `Entry.read` does that for the rest. proto3 leaves out defaults, so an absent or null field is the default; new fields and
words may appear at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from vendors.errors import BadRecord
from vendors.eset.device import device
from vendors.eset.ids import canonical
from vendors.field_repairs import REPLACED, FieldFault, Repair, Repairs
from vendors.parsing.fields import Fields, shaped, time_of
from vendors.parsing.pages import json_pages
from vendors.parsing.pages.size_limits import RECORD_BYTES
from vendors.parsing.times import parse_time, plausible
from vendors.records import Entry, Group, Reject
from vendors.texts import Message, gettext_noop

SECRETS = ("deviceToken", "salt")
SEEN = "lastSyncTime"

_EMPTY = msgspec.Raw(b"")
_UNTOLD = (b"", b"null", b'""')
_SALT = re.compile(rb'"salt"\s*:\s*"[^"\\]*"\s*,\s*|,\s*"salt"\s*:\s*"[^"\\]*"')


class DeviceListing(msgspec.Struct):
    """`devices` None: the answer holds no list at all, which is not the same as an empty one."""

    devices: list[msgspec.Raw] | None = None
    nextPageToken: str | None = None


class GroupListing(msgspec.Struct):
    deviceGroups: list[msgspec.Raw] | None = None
    nextPageToken: str | None = None


class _Head(msgspec.Struct):
    uuid: str | None = None
    lastSyncTime: msgspec.Raw = _EMPTY
    deviceToken: msgspec.Raw = _EMPTY
    etag: msgspec.Raw = _EMPTY


class _Names(msgspec.Struct):
    displayName: str | None = None
    originalDisplayName: str | None = None


_head = msgspec.json.Decoder(_Head)


def entries(rows: Iterable[msgspec.Raw], *, now: datetime) -> tuple[tuple[Entry, ...], tuple[Reject, ...]]:
    good: list[Entry] = []
    bad: list[Reject] = []
    for row in rows:
        raw = bytes(row)
        try:
            good.append(_entry(raw, now))
        except BadRecord as error:
            bad.append(Reject(error.reason, json_pages.sample(raw, hide=SECRETS)))
    return tuple(good), tuple(bad)


def _entry(raw: bytes, now: datetime) -> Entry:
    try:
        head = _head.decode(raw)
    except json_pages.BROKEN:
        raw = json_pages.readable(raw)
        head = _mended_head(raw)
    uuid = canonical(head.uuid)
    if not uuid:
        raise BadRecord(Message(gettext_noop("The record has no usable uuid.")))
    time = bytes(head.lastSyncTime)
    seen_at = plausible(_time(time[1:-1].decode("ascii", "replace")), now=now) if time else None
    wrong = _wrong_time(time, now) if seen_at is None and time not in _UNTOLD else ()
    if len(raw) > RECORD_BYTES:
        digest = hashlib.blake2b(raw, digest_size=16).digest()
    else:
        # Times and etag change at every poll, and the device with them does not; a token is no reason to write it either.
        etag = bytes(head.etag)
        if not etag.isascii() or b"\\u" in etag:  # may have to be mended: what is reported of a record is a part of its digest
            etag = b""
        moving = ((b'"lastSyncTime":', time), (b'"etag":', etag), (b'"deviceToken":', bytes(head.deviceToken)))
        digest = _digest(raw, moving, wrong != ())
    return Entry(uuid, seen_at, digest, raw, device, _scrubbed, wrong)


def _mended_head(raw: bytes) -> _Head:
    """Of a record that was mended, or whose uuid is no text. Raises BadRecord."""
    try:
        return _head.decode(raw)
    except json_pages.BROKEN:
        raise BadRecord(Message(gettext_noop("The record has no usable uuid."))) from None


def _wrong_time(time: bytes, now: datetime) -> tuple[Repair, ...]:
    repairs = Repairs()
    try:
        value = msgspec.json.decode(time)
    except json_pages.BROKEN:
        value = REPLACED
    time_of(value, SEEN, repairs, now=now)
    return repairs.all()


def _digest(raw: bytes, moving: Iterable[tuple[bytes, bytes]], wrong: bool) -> bytes:
    """16 bytes over the record less these members, each found by its name and value side by side, else by its value.

    `wrong`: the time cannot be used; that is stored, and so it is part of what is stable.
    """
    spans = []
    for name, value in moving:
        if value:
            member = name + value
            start = raw.find(member)
            spans.append((start, start + len(member)) if start >= 0 else _span(raw, value))
    spans.sort()
    view, done = memoryview(raw), 0
    digest = hashlib.blake2b(digest_size=16)
    for start, end in spans:
        digest.update(view[done:start])
        done = max(done, end)
    digest.update(view[done:])
    if wrong:
        digest.update(b"wrong time")
    return digest.digest()


def _span(raw: bytes, value: bytes) -> tuple[int, int]:
    start = raw.find(value) if len(value) >= 8 else -1
    return (start, start + len(value)) if start >= 0 else (0, 0)


def _scrubbed(raw: bytes) -> bytes:
    """The record without its secrets, fit to be stored."""
    raw = json_pages.readable(raw)
    return _without_secrets(raw, bytes(_head.decode(raw).deviceToken))


def _without_secrets(raw: bytes, token: bytes) -> bytes:
    """The record without its secrets: cut out of the text where that is safe, else read and written again."""
    kept = raw.replace(b'"deviceToken":' + token + b",", b"", 1) if token else raw
    if b"salt" in kept:
        kept = _SALT.sub(b"", kept)
    if (token and len(kept) == len(raw)) or b"deviceToken" in kept or b'"salt"' in kept:
        return msgspec.json.encode(_dropped(msgspec.json.decode(raw)))
    return kept


def _time(text: str) -> datetime | None:
    """parse_time, with a shorter way for the usual form: this runs for every device at every poll."""
    if len(text) >= 20 and text[10] == "T" and text[-1] == "Z" and text[0] == "2":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None
    return parse_time(text)


def _dropped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _dropped(each) for name, each in value.items() if name not in SECRETS}
    return [_dropped(each) for each in value] if isinstance(value, list) else value


def names(rows: Iterable[msgspec.Raw]) -> set[str]:
    """Every name the listed devices go by, to tell which of the names asked for are not there."""
    found: set[str] = set()
    for row in rows:
        with contextlib.suppress(BadRecord):
            each = shaped(bytes(row), _Names, Repairs())
            found |= {name for name in (each.displayName, each.originalDisplayName) if name}
    return found


def groups(rows: Sequence[msgspec.Raw]) -> tuple[Group, ...]:
    """A group without a usable id is left out: it costs a name and nothing else."""
    return tuple(group for row in rows if (group := _group(bytes(row))) is not None)


def _group(raw: bytes) -> Group | None:
    repairs = Repairs()
    try:
        record = Fields(json_pages.checked(raw, repairs), repairs)
    except BadRecord:
        return None
    uuid, parent = canonical(record.get("uuid")), record.text("parentGroupUuid")
    if not uuid:
        return None
    if parent and not canonical(parent):
        record.wrong("parentGroupUuid", FieldFault.ID)
    name, static = record.text("displayName"), record.flag("isSecurityGroup")
    return Group(uuid, name, canonical(parent), static, repairs.all())
