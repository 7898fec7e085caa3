"""Reads the fields of a record one by one. A field that cannot be used is left out and reported; it never costs its record.

The functions are the rule; `Fields` applies it to one JSON object. What is missing or null reads as empty and is no fault.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Hashable, Iterator, Mapping
from datetime import datetime, tzinfo
from functools import cache
from typing import Any, TypeVar

import msgspec

from vendors.field_repairs import FieldFault, Repairs, touched
from vendors.parsing.normalise import LONGEST_KEY, LONGEST_VALUE, clean_text, identifier
from vendors.parsing.pages import json_pages
from vendors.parsing.times import parse_time, plausible
from vendors.records import Identifier
from vendors.states import IdKind

T = TypeVar("T")

LARGEST = 2**31 - 1  # of a number column
_DIGITS = re.compile(r"-?[0-9]{1,400}")


def text_of(value: object, field: str, repairs: Repairs, *, limit: int = LONGEST_KEY) -> str:
    if isinstance(value, str):
        if len(value) <= limit:
            return value.strip() if value.isascii() and value.isprintable() else clean_text(value, limit=limit)
        if len(value.strip()) > limit:
            repairs.add(field, FieldFault.SIZE)
        return clean_text(value, limit=limit)
    if value is not None:
        repairs.add(field, FieldFault.TYPE)
    return ""


def word_of(value: object, field: str, repairs: Repairs, *, limit: int = 60) -> str:
    """A state as the vendor wrote it, number or word, comparable: 3, 3.0 and "3" are one, and so are true and 1."""
    if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
        value = int(value)
    if isinstance(value, int | float):
        value = str(value)
    return text_of(value, field, repairs, limit=limit)


def count_of(value: object, field: str, repairs: Repairs) -> int:
    """A whole number of 0 or more; 0 when the vendor did not say. Accepts digits in a text and 10.0."""
    if value is None or value == "":
        return 0
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        repairs.add(field, FieldFault.NUMBER if isinstance(value, str | float) else FieldFault.TYPE)
        return 0
    if value < 0:
        repairs.add(field, FieldFault.RANGE)
        return 0
    if value > LARGEST:
        repairs.add(field, FieldFault.CLAMPED)
    return min(value, LARGEST)


def flag_of(value: object, field: str, repairs: Repairs) -> bool:
    """False when the vendor did not say. Accepts 0 and 1."""
    word = "" if isinstance(value, str) and value not in ("0", "1", "true", "false") else word_of(value, field, repairs).lower()
    if word not in ("1", "true", "0", "false") and value is not None and value != "":
        repairs.add(field, FieldFault.TYPE)
    return word in ("1", "true")


def time_of(value: object, field: str, repairs: Repairs, *, zone: tzinfo | None = None, now: datetime | None = None) -> datetime | None:
    """See parse_time; with `now`, also nothing that lies in the future."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        repairs.add(field, FieldFault.TYPE)
        return None
    at = parse_time(value, zone=zone)
    if at is not None and now is not None:
        at = plausible(at, now=now)
    if at is None:
        repairs.add(field, FieldFault.TIME)
    return at


def identifier_of(kind: IdKind, value: object, field: str, repairs: Repairs) -> Identifier | None:
    """Read longer than a key may be: one that is cut would be the same for two devices."""
    if isinstance(value, str) and len(value) <= LONGEST_VALUE:
        return identifier(kind, value)
    return identifier(kind, text_of(value, field, repairs, limit=LONGEST_VALUE))


def shaped(raw: bytes, type: type[T], repairs: Repairs) -> T:
    """A `readable` record as a struct, without the fields that do not fit. Raises BadRecord for what is no object."""
    if not touched(raw):
        with contextlib.suppress(*json_pages.BROKEN):
            found: T = _decoder(type).decode(raw)  # type: ignore[arg-type]  # every class can be hashed
            return found
    return msgspec.convert(fitted(json_pages.stored(raw, repairs), type, repairs), type)


@cache
def _decoder(type: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type)


def fitted(value: Any, type: Any, repairs: Repairs, *, path: str = "") -> Any:
    """As much of a JSON value as fits to a type made of structs, lists and plain values; None: nothing of it."""
    try:
        msgspec.convert(value, type)
    except msgspec.ValidationError:
        pass
    else:
        return value
    kinds = msgspec.inspect.type_info(type)
    for kind in kinds.types if isinstance(kinds, msgspec.inspect.UnionType) else (kinds,):
        if isinstance(kind, msgspec.inspect.StructType) and isinstance(value, dict):
            types = msgspec.structs.fields(kind.cls)
            inner = {each.encode_name: each.type for each in types if each.encode_name in value}
            return {name: fitted(value[name], of, repairs, path=f"{path}.{name}" if path else name) for name, of in inner.items()}
        if isinstance(kind, msgspec.inspect.ListType) and isinstance(value, list):
            (item,) = _items_of(type)
            found = (fitted(each, item, repairs, path=path) for each in value if each is not None)
            return [each for each in found if each is not None]
    repairs.add(path, FieldFault.TYPE)
    return None


def _items_of(type: Any) -> tuple[Any, ...]:
    """Of `list[X] | None` X."""
    parts = getattr(type, "__args__", ())
    lists = [part for part in parts if getattr(part, "__origin__", None) is list]
    return lists[0].__args__ if lists else parts


class Fields:
    """One object of a record. `unsaid`: texts by which the vendor says that it does not tell."""

    __slots__ = ("_data", "_path", "_unsaid", "repairs")

    def __init__(self, data: Mapping[str, Any], repairs: Repairs, *, path: str = "", unsaid: Collection[str] = ()) -> None:
        self._data = data
        self.repairs = repairs
        self._path = path
        self._unsaid = unsaid

    def __contains__(self, name: str) -> bool:
        return self._data.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def get(self, name: str) -> Any:
        """The value as it came."""
        return self._data.get(name)

    def text(self, name: str, *, limit: int = LONGEST_KEY) -> str:
        shown = text_of(self._data.get(name), self._path + name, self.repairs, limit=limit)
        return "" if shown in self._unsaid else shown

    def shortened(self, name: str, *, limit: int) -> bool:
        """Whether `text` is only the beginning of the value."""
        value = self._data.get(name)
        return isinstance(value, str) and len(value.strip()) > limit

    def word(self, name: str, *, limit: int = 60) -> str:
        return word_of(self._data.get(name), self._path + name, self.repairs, limit=limit)

    def number(self, name: str) -> int:
        return count_of(self._data.get(name), self._path + name, self.repairs)

    def flag(self, name: str) -> bool:
        return flag_of(self._data.get(name), self._path + name, self.repairs)

    def time(self, name: str, *, zone: tzinfo | None = None, now: datetime | None = None) -> datetime | None:
        return time_of(self._data.get(name), self._path + name, self.repairs, zone=zone, now=now)

    def identifier(self, kind: IdKind, name: str) -> Identifier | None:
        value = self._data.get(name)
        return None if value in self._unsaid else identifier_of(kind, value, self._path + name, self.repairs)

    def texts(self, name: str, *, limit: int = LONGEST_KEY) -> list[str]:
        found = (text_of(each, self._path + name, self.repairs, limit=limit) for each in self._list(name))
        return [each for each in found if each]

    def section(self, name: str) -> Fields:
        value = self._data.get(name)
        if value is None or value == []:  # some servers write an empty object as an empty list
            value = {}
        if not isinstance(value, dict):
            self.wrong(name, FieldFault.TYPE)
            value = {}
        return Fields(value, self.repairs, path=f"{self._path}{name}.", unsaid=self._unsaid)

    def rows(self, name: str) -> list[Fields]:
        found = []
        for each in self._list(name):
            if isinstance(each, dict):
                found.append(Fields(each, self.repairs, path=f"{self._path}{name}.", unsaid=self._unsaid))
            elif each is not None:
                self.wrong(name, FieldFault.TYPE)
        return found

    def left_out(self, name: str) -> bool:
        """The vendor sent a value that could not be read."""
        return any(each.field == self._path + name for each in self.repairs.all())

    def wrong(self, name: str, fault: FieldFault) -> None:
        """`name` empty: the whole object."""
        self.repairs.add((self._path + name).rstrip("."), fault)

    def _list(self, name: str) -> list[Any]:
        value = self._data.get(name)
        if value is not None and not isinstance(value, list):
            self.wrong(name, FieldFault.TYPE)
        return value if isinstance(value, list) else []
