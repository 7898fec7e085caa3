"""One thing wrong with one record: the variants of the fault `poison`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

Record = dict[str, Any]


class VendorPaths(NamedTuple):
    """Where a vendor keeps the values that poison spoils, as dotted paths."""

    identity: str
    text: str
    date: str
    word: str  # from a closed list
    number: str


FIELDS = {
    "eset": VendorPaths("uuid", "displayName", "lastSyncTime", "functionalityStatus", "functionalityProblemCount"),
    "opswat": VendorPaths("hwid", "hostname", "last_seen", "machine_type", "total_issue"),
    "five9s": VendorPaths("Computer_Idn", "DeviceName", "EpmInventory.LastUpdInvSvr", "EpmInventory.Type", "Computer_Idn"),
}
_HUGE, _INFINITE, _TWICE = "@@huge@@", "@@infinite@@", "@@twice@@"


def put(record: Record, path: str, value: Any) -> Record:
    inside, last = _inside(record, path)
    inside[last] = value
    return record


def remove(record: Record, path: str) -> Record:
    inside, last = _inside(record, path)
    inside.pop(last, None)
    return record


def _inside(record: Record, path: str) -> tuple[Record, str]:
    *outer, last = path.split(".")
    for name in outer:
        record = record.setdefault(name, {})
    return record, last


def _text(value: Any) -> Callable[[Record, VendorPaths], Any]:
    return lambda record, fields: put(record, fields.text, value)


def _identity(value: Any) -> Callable[[Record, VendorPaths], Any]:
    return lambda record, fields: put(record, fields.identity, value)


def _date(value: Any) -> Callable[[Record, VendorPaths], Any]:
    return lambda record, fields: put(record, fields.date, value)


def _word(value: Any) -> Callable[[Record, VendorPaths], Any]:
    return lambda record, fields: put(record, fields.word, value)


def _number(value: Any) -> Callable[[Record, VendorPaths], Any]:
    return lambda record, fields: put(record, fields.number, value)


VARIANTS: dict[str, Callable[[Record, VendorPaths], Any]] = {
    "nul": _text("NUL\x00inside"),
    "surrogate": _text("half \ud800 pair"),
    "long-string": _text("x" * 10_000_000),
    "number-name": _text(17),
    "object-name": _text({"name": "inside"}),
    "empty-name": _text(""),
    "long-name": _text("n" * 65_536),
    "null-name": _text(None),
    "huge-integer": _number(_HUGE),
    "big-integer": _number(2**64 - 1),
    "negative": _number(-1),
    "float": _number(10.0),
    "infinite": _number(_INFINITE),
    "text-number": _number("ten"),
    "bad-date": _date("2026-02-30T25:61:00Z"),
    "text-date": _date("string"),
    "empty-date": _date(""),
    "null-date": _date(None),
    "old-date": _date("0001-01-01T00:00:00"),
    "future-date": _date("2099-12-31T23:59:59Z"),
    "long-fraction": _date("2026-08-01T10:00:24.683000123Z"),
    "offset-date": _date("2026-08-01T10:00:24+25:00"),
    "number-date": _date(1_754_042_424_000),
    "microsoft-date": _date("/Date(1754042424000)/"),
    "arabic-date": _date("٢٠٢٦-٠٨-٠١T١٠:٠٠:٠٠Z"),
    "missing-id": lambda record, fields: remove(record, fields.identity),
    "null-id": _identity(None),
    "empty-id": _identity(""),
    "wild-id": _identity("../%2e%2e/ {x}'\"?#\U0001f600"),
    "long-id": _identity("a" * 300),
    "unknown-enum": _word("SOMETHING_NEW"),
    "empty-enum": _word(""),
    "number-enum": _word(3),
    "array": lambda record, fields: [record],
    "null": lambda record, fields: None,
    "string": lambda record, fields: "record",
    "empty": lambda record, fields: {},
    "nulls": lambda record, fields: dict.fromkeys(record) | {fields.identity: record.get(fields.identity)},
    "unknown-field": lambda record, fields: put(record, "fieldOfTheFuture", {"deep": [1, None]}),
    "twice-key": lambda record, fields: put(record, _TWICE, "second value of the same key"),
    "many-keys": lambda record, fields: record | {f"key{n}": n for n in range(1_000_000)},
    "deep": lambda record, fields: put(record, "deep", json.loads("[" * 400 + "]" * 400)),
}


def known(value: str) -> bool:
    """Whether this can be the value of a poison fault: a variant, `without.<field>` or `null.<field>`, with `:row`."""
    variant = value.partition(":")[0]
    return variant in VARIANTS or variant.startswith(("without.", "null."))


def poisoned(record: Record, vendor: str, variant: str) -> Any:
    """The record with one thing wrong in it; the record itself may be changed."""
    how, _, path = variant.partition(".")
    if how == "without":
        return remove(record, path)
    if how == "null" and path:
        return put(record, path, None)
    return VARIANTS[variant](record, FIELDS[vendor])


def encode(data: Any, vendor: str) -> bytes:
    """JSON, with the values that Python would not write."""
    text = json.dumps(data, separators=(",", ":"))
    for mark, raw in ((_HUGE, "9" * 5000), (_INFINITE, "1e400")):
        text = text.replace(f'"{mark}"', raw)
    return text.replace(f'"{_TWICE}":', f'"{FIELDS[vendor].text}":').encode()
