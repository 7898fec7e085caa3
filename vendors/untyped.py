"""Vendor JSON before it is trusted: a page is split so that one bad record costs only itself, and fields are read one by one."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from vendors.errors import BadAnswer, BadRecord
from vendors.normalise import LONGEST_KEY, UNSTORABLE, clean_text
from vendors.records import Reject

T = TypeVar("T")
Record = dict[str, Any]

SAMPLE_BYTES = 2000
LONGEST_ID = 128  # characters of the columns that hold ids
RECORD_BYTES = 4 * 2**20  # a device with thousands of vulnerabilities stays below a quarter of it
# Every escape is read as a whole, so that an escaped backslash before "ud800" is not taken for one.
ESCAPE = re.compile(rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.S)
LONE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
BROKEN = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def page(body: bytes, *, type: type[T], operation: str, request_id: str = "") -> T:
    """The outer shape of an answer. Raises BadAnswer when it is not what the vendor documents."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    with contextlib.suppress(*BROKEN):
        return msgspec.json.decode(body, type=type)
    with contextlib.suppress(*BROKEN):
        return msgspec.json.decode(ESCAPE.sub(_mark, body), type=type)
    if not body.strip():
        reason = "the answer is empty"
    elif body.lstrip()[:1] == b"<":
        reason = "a web page came instead of data"
    else:
        reason = "the answer is cut or of another shape than documented"
    raise BadAnswer(f"Could not {operation}: {reason}.", status=200, request_id=request_id) from None


def _mark(escape: re.Match[bytes]) -> bytes:
    """A lone surrogate breaks the whole page; NUL, as good a sign of a broken record, breaks only its own."""
    return rb"\u0000" if LONE.fullmatch(escape[0]) else escape[0]


def records(rows: list[msgspec.Raw], *, hide: Collection[str] = ()) -> tuple[list[tuple[bytes, Record]], list[Reject]]:
    """Each row with its bytes; a row that is no object or cannot be read is a Reject. Values of `hide` are kept out of samples."""
    good: list[tuple[bytes, Record]] = []
    bad: list[Reject] = []
    for row in rows:
        raw = bytes(row)
        try:
            good.append((raw, msgspec.json.decode(raw, type=Record)))
        except BROKEN:
            bad.append(Reject("The record is not an object that can be read.", sample(raw, hide=hide)))
    return good, bad


def sample(raw: bytes, *, hide: Collection[str] = ()) -> str:
    """At most 2 kB of a record, storable, with the values of `hide` masked."""
    text = raw.decode("utf-8", "replace")
    for name in hide:
        text = re.sub(rf'("{re.escape(name)}"\s*:\s*)"(?:[^"\\]|\\.)*"?', r'\1"…"', text)
    cut = clean_text(UNSTORABLE.sub("\ufffd", text), field="sample", limit=SAMPLE_BYTES)
    return cut.encode()[:SAMPLE_BYTES].decode("utf-8", "ignore")


def opaque_id(value: object) -> str:
    """A vendor's id as text, unchanged; "" when it cannot serve as a key."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    unusable = not text.strip() or len(text) > LONGEST_ID or UNSTORABLE.search(text)
    return "" if unusable else text


def digest(stable: Any) -> bytes:
    """16 bytes that do not depend on the order of keys."""
    return hashlib.blake2b(msgspec.json.encode(stable, order="deterministic"), digest_size=16).digest()


def parse(raw: bytes) -> Record:
    """The record of an entry, sure to be storable. Raises BadRecord."""
    if len(raw) > RECORD_BYTES:
        raise BadRecord(f"The record is larger than {RECORD_BYTES // 2**20} MB.")
    try:
        record = msgspec.json.decode(raw, type=Record)
        require_storable(record)
    except RecursionError:
        raise BadRecord("The record is nested too deeply.") from None
    return record


def require_storable(value: object, *, path: str = "record") -> None:
    """Raise BadRecord for a NUL anywhere in the record: PostgreSQL stores it in neither text nor jsonb."""
    if isinstance(value, str):
        if UNSTORABLE.search(value):
            raise BadRecord(f"{path} contains a character that cannot be stored.")
    elif isinstance(value, dict):
        for name, each in value.items():
            if UNSTORABLE.search(name):
                raise BadRecord(f"A name in {path} contains a character that cannot be stored.")
            require_storable(each, path=name)
    elif isinstance(value, list):
        for each in value:
            require_storable(each, path=path)


class Fields:
    """One object of a record. What is missing or null reads as empty; what has another type than documented is BadRecord."""

    def __init__(self, data: Mapping[str, Any], *, path: str = "", unsaid: Collection[str] = ()) -> None:
        self._data = data
        self._path = path
        self._unsaid = unsaid

    def __contains__(self, name: str) -> bool:
        return self._data.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def text(self, name: str, *, limit: int = LONGEST_KEY) -> str:
        value = self._data.get(name)
        if isinstance(value, str):
            shown = clean_text(value, field=self._path + name, limit=limit)
            return "" if shown in self._unsaid else shown
        if value is None:
            return ""
        if isinstance(value, dict | list):
            raise BadRecord(f"{self._path}{name} is not text.")
        return str(value)[:limit]

    def number(self, name: str) -> int:
        """A count; 0 when the vendor did not say. Accepts digits in a string and 10.0."""
        value = self._data.get(name)
        if value is None or value == "":
            return 0
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
            value = int(value)
        if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
            return max(-(2**31), min(int(value), 2**31 - 1))
        raise BadRecord(f"{self._path}{name} is not a number.")

    def word(self, name: str) -> str:
        """A state as the vendor wrote it, number or word, comparable: 3, 3.0 and "3" are one."""
        value = self._data.get(name)
        if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
            value = int(value)
        return "" if value is None else Fields({name: value}, path=self._path).text(name, limit=60)

    def texts(self, name: str, *, limit: int = LONGEST_KEY) -> list[str]:
        value = self._data.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise BadRecord(f"{self._path}{name} is not a list of words.")
        return [clean_text(each, field=self._path + name, limit=limit) for each in value]

    def section(self, name: str) -> Fields:
        value = self._data.get(name)
        if value is None or value == []:  # some servers write an empty object as an empty list
            value = {}
        if not isinstance(value, dict):
            raise BadRecord(f"{self._path}{name} is not an object.")
        return Fields(value, path=f"{self._path}{name}.", unsaid=self._unsaid)

    def rows(self, name: str) -> list[Fields]:
        value = self._data.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(each is None or isinstance(each, dict) for each in value):
            raise BadRecord(f"{self._path}{name} is not a list of objects.")
        return [Fields(each, path=f"{self._path}{name}.", unsaid=self._unsaid) for each in value if each is not None]
