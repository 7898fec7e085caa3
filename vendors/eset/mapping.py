"""ESET's JSON → records. Pure.

A page is cut into records without reading them; of each only id, time and secrets are looked at. What did not change since last time is
never mapped: `Entry.read` does that for the rest. proto3 leaves out defaults, so an absent or null field is the default; new fields and
words may appear at any time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from vendors import untyped
from vendors.errors import BadRecord
from vendors.eset.device import LARGEST_RECORD, device
from vendors.normalise import UNSTORABLE
from vendors.records import Device, Entry, Group, Reject
from vendors.times import parse_time, plausible

SECRETS = ("deviceToken", "salt")
LONGEST_UUID = 100

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_EMPTY = msgspec.Raw(b"")
_SALT = re.compile(rb'"salt"\s*:\s*"[^"\\]*"\s*,\s*|,\s*"salt"\s*:\s*"[^"\\]*"')


class Listing(msgspec.Struct):
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


class _Group(msgspec.Struct):
    uuid: str | None = None
    displayName: str | None = None
    parentGroupUuid: str | None = None
    isSecurityGroup: bool | None = None


_head = msgspec.json.Decoder(_Head)


def usable_uuid(text: object) -> bool:
    """Ids are opaque text of at most 100 characters."""
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_UUID:
        return False
    return (text.isascii() and text.isprintable() and not text.isspace()) or untyped.opaque_id(text) != ""


def entries(rows: Iterable[msgspec.Raw], *, now: datetime) -> tuple[tuple[Entry, ...], tuple[Reject, ...]]:
    good: list[Entry] = []
    bad: list[Reject] = []
    for row in rows:
        raw = bytes(row)
        try:
            good.append(_entry(raw, now))
        except (BadRecord, *_UNREADABLE) as error:
            reason = str(error) if isinstance(error, BadRecord) else "The record cannot be read."
            bad.append(Reject(reason, untyped.sample(raw, hide=SECRETS)))
    return tuple(good), tuple(bad)


def _entry(raw: bytes, now: datetime) -> Entry:
    head = _head.decode(raw)
    if not head.uuid or not usable_uuid(head.uuid):
        raise BadRecord("The record has no usable uuid.")
    time = bytes(head.lastSyncTime)
    seen_at = plausible(_time(time[1:-1].decode("ascii", "replace")), now=now) if time else None
    if len(raw) > LARGEST_RECORD:
        return Entry(head.uuid, seen_at, hashlib.blake2b(raw, digest_size=16).digest(), raw, _too_large, _sample)
    # Times and etag change at every poll, and the device with them does not; a token is no reason to write it either.
    moving = ((b'"lastSyncTime":', time), (b'"etag":', bytes(head.etag)), (b'"deviceToken":', bytes(head.deviceToken)))
    return Entry(head.uuid, seen_at, _digest(raw, moving), raw, device, _scrubbed)


def _digest(raw: bytes, moving: Iterable[tuple[bytes, bytes]]) -> bytes:
    """16 bytes over the record less these members, each found by its name and value side by side, else by its value."""
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
    return digest.digest()


def _span(raw: bytes, value: bytes) -> tuple[int, int]:
    start = raw.find(value) if len(value) >= 8 else -1
    return (start, start + len(value)) if start >= 0 else (0, 0)


def _too_large(raw: bytes) -> Device:
    raise BadRecord("The record is larger than 1 MB.")


def _sample(raw: bytes) -> bytes:
    return untyped.sample(raw, hide=SECRETS).encode()


def _scrubbed(raw: bytes) -> bytes:
    """The record without its secrets; only a redacted sample of what cannot be read, which then cannot be mapped either."""
    try:
        token = bytes(_head.decode(raw).deviceToken)
        return _without_secrets(raw, token)
    except _UNREADABLE:
        return _sample(raw)


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
        try:
            each = msgspec.json.decode(row, type=_Names)
        except _UNREADABLE:
            continue
        found |= {name for name in (each.displayName, each.originalDisplayName) if name}
    return found


def groups(rows: Sequence[msgspec.Raw]) -> tuple[Group, ...]:
    """A group that cannot be read is left out: it costs a name and nothing else."""
    found: list[Group] = []
    for row in rows:
        try:
            each = msgspec.json.decode(row, type=_Group)
        except _UNREADABLE:
            continue
        if usable_uuid(each.uuid) and not UNSTORABLE.search(each.displayName or ""):
            found.append(
                Group(
                    external_id=each.uuid or "",
                    name=(each.displayName or "").strip()[:255],
                    parent_id=each.parentGroupUuid if each.parentGroupUuid and usable_uuid(each.parentGroupUuid) else "",
                    static=bool(each.isSecurityGroup),
                )
            )
    return tuple(found)
