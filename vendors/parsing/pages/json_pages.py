"""Vendor JSON before it is trusted: a page is split so that one bad record costs only itself, and one bad field only the field."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Collection
from typing import Any, TypeVar

import msgspec

from vendors.errors import BadAnswer, BadRecord, could_not
from vendors.field_repairs import REPLACED, Repairs, examined, touched
from vendors.parsing.normalise import UNSTORABLE, clean_text
from vendors.parsing.pages.json_repair import mended, storable
from vendors.parsing.pages.size_limits import RECORD_BYTES, shrunk
from vendors.records import Reject
from vendors.texts import Message, gettext_noop

T = TypeVar("T")
Record = dict[str, Any]

SAMPLE_BYTES = 2000
LONGEST_ID = 128  # characters of the columns that hold ids
_record = msgspec.json.Decoder(Record)
BROKEN = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def page(body: bytes, *, type: type[T], operation: str, request_id: str = "") -> T:
    """The outer shape of an answer. Raises BadAnswer when it is not what the vendor documents."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    with contextlib.suppress(*BROKEN):
        return msgspec.json.decode(body, type=type)
    with contextlib.suppress(*BROKEN):
        return msgspec.json.decode(mended(body), type=type)
    if not body.strip():
        reason = Message(gettext_noop("the answer is empty"))
    elif body.lstrip()[:1] == b"<":
        reason = Message(gettext_noop("the answer is a web page instead of data"))
    else:
        reason = Message(gettext_noop("the answer is cut or not in the documented format"))
    raise BadAnswer(could_not(operation, reason), status=200, request_id=request_id) from None


def readable(raw: bytes) -> bytes:
    """The record as every parser reads it, and PostgreSQL too; the same bytes where nothing is wrong. Raises BadRecord."""
    return keepable(_read(raw)[0])


def keepable(raw: bytes) -> bytes:
    """`readable` for what a parser has read already."""
    raw = storable(raw)
    return raw if len(raw) <= RECORD_BYTES else shrunk(raw)


def checked(raw: bytes, repairs: Repairs) -> Record:
    """A record as it came, without what could not be read in it: that is in `repairs`. Raises BadRecord."""
    return stored(readable(raw), repairs)


def stored(raw: bytes, repairs: Repairs) -> Record:
    """`checked` for what is `readable` already, as records are when they are stored."""
    raw, found = _read(raw)
    return examined(found, repairs) if touched(raw) else found


def records(rows: list[msgspec.Raw], *, hide: Collection[str] = ()) -> tuple[list[tuple[bytes, Record]], list[Reject]]:
    """Each row with its bytes; a row that is no object or cannot be read is a Reject. Values of `hide` are kept out of samples."""
    good: list[tuple[bytes, Record]] = []
    bad: list[Reject] = []
    for row in rows:
        raw = bytes(row)
        try:
            good.append(_read(raw))
        except BadRecord as error:
            bad.append(Reject(error.reason, sample(raw, hide=hide)))
    return good, bad


def _read(raw: bytes) -> tuple[bytes, Record]:
    """The bytes that could be read, and what they say."""
    with contextlib.suppress(*BROKEN):
        return raw, _record.decode(raw)
    raw = mended(raw)
    with contextlib.suppress(*BROKEN):
        return raw, _record.decode(raw)
    raise BadRecord(Message(gettext_noop("The record is not a readable JSON object."))) from None


def sample(raw: bytes, *, hide: Collection[str] = ()) -> str:
    """At most 2 kB of a record, storable, with the values of `hide` masked."""
    text = raw.decode("utf-8", "replace")
    for name in hide:
        text = re.sub(rf'("{re.escape(name)}"\s*:\s*)"(?:[^"\\]|\\.)*"?', r'\1"…"', text)
    return clean_text(text, limit=SAMPLE_BYTES).encode()[:SAMPLE_BYTES].decode("utf-8", "ignore")


def opaque_id(value: object) -> str:
    """A vendor's id as text, unchanged; "" when it cannot serve as a key, also because characters of it were lost."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    unusable = not text.strip() or len(text) > LONGEST_ID or UNSTORABLE.search(text) or REPLACED in text
    return "" if unusable else text


def digest(stable: Any) -> bytes:
    """16 bytes that do not depend on the order of keys."""
    return hashlib.blake2b(msgspec.json.encode(stable, order="deterministic"), digest_size=16).digest()
