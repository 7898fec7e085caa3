"""Every field of a record, spoiled in every way: the record as JSON bytes, because some of it no JSON writer would write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.vendors.invalid_fields import Path, paths, replaced, without

_HERE = "@@here@@"
LONG = 10_000

# What a parser cannot read, or PostgreSQL cannot store: reported wherever it stands, also in fields that nobody maps.
UNREADABLE: dict[str, bytes] = {
    "NUL": rb'"a\u0000b"',
    "lone high surrogate": rb'"half \ud800 pair"',
    "lone low surrogate": rb'"\udc00"',
    "surrogate before a letter": rb'"\ud800\u0041"',
    "bytes that are no UTF-8": b'"\xff\xfe"',
    "a surrogate as bytes": b'"\xed\xa0\x80"',
    "NUL as a byte": b'"a\x00b"',
    "a bare backslash": rb'"C:\Users"',
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "-Infinity": b"-Infinity",
    "1e400": b"1e400",
    "5000 digits": b"9" * 5000,
    "a number with a leading zero": b"007",
    "undefined": b"undefined",
    "nested too deeply": b"[" * 5000 + b"]" * 5000,
    "nested rather deeply": b'{"a":' * 400 + b"1" + b"}" * 400,
}
# What is JSON and something else than the vendor documents.
WRONG: dict[str, bytes] = {
    "null": b"null",
    "empty text": b'""',
    "text": b'"text"',
    "blank": b'" "',
    "control character": rb'"a\u0001b"',
    "a byte below 32": b'"a\tb"',
    "number": b"7",
    "negative": b"-1",
    "2^31": b"2147483648",
    "2^64": b"18446744073709551616",
    "fraction": b"1.5",
    "whole float": b"10.0",
    "1e-99999": b"1e-99999",
    "20000 decimals": b"0." + b"1" * 20_000,
    "true": b"true",
    "false": b"false",
    "list": b"[1]",
    "empty list": b"[]",
    "list of null": b"[null]",
    "object": b'{"a":1}',
    "empty object": b"{}",
    "year 1": b'"0001-01-01T00:00:00Z"',
    "far future": b'"9999-12-31T23:59:59.9999999Z"',
    "very long": b'"' + b"x" * LONG + b'"',
    "very many": b"[" + b",".join([b'"x"'] * 1000) + b"]",
}
BAD = {**UNREADABLE, **WRONG}
PROBES = (b'"text"', b"0", b"1", b"2", b"7", b"true", b'["x"]', b'{"a":"x"}')  # what a field may hold, of any type
EMPTY = ("null", "empty text", "blank", "empty list", "list of null", "empty object")


def spoiled(record: Any, path: Path, bad: bytes) -> bytes:
    return json.dumps(replaced(record, path, _HERE), ensure_ascii=False).encode().replace(f'"{_HERE}"'.encode(), bad, 1)


def missing(record: Any, path: Path) -> bytes:
    return json.dumps(without(record, path), ensure_ascii=False).encode()


def plausible(record: Any, path: Path, bad: str) -> bool:
    """Whether the value says nothing, or is of the type that is documented, so that there is nothing to report."""
    documented = record
    for key in path:
        documented = documented[key]
    value = None if bad in UNREADABLE else json.loads(WRONG[bad], strict=False)
    if bad in EMPTY or (isinstance(documented, dict) and isinstance(value, dict)):
        return True
    if isinstance(documented, str) and not documented[:1].isdigit():
        number_for_a_word = isinstance(value, int | float) and str(path[-1]).endswith("Status")
        return number_for_a_word or (isinstance(value, str) and (bad != "very long" or path[-1] == "malformedData"))
    number = isinstance(value, int | float) and value >= 0
    return (number and not isinstance(documented, str | dict | list)) or (number and str(documented).isdigit())


def every(record: Any) -> Iterator[Path]:
    yield from paths(record)


def name_of(path: Path) -> str:
    """As repairs name fields: without positions in lists."""
    return ".".join(each for each in path if isinstance(each, str))


# Texts of which the schema does not say how they look.
TEXTS = {"startTime": "2026-03-01T10:00:00Z", "endTime": "2026-03-01T10:01:00Z", "id": "3", "releaseNotesUrl": "https://notes.example/1"}


def _is_text(schema: dict[str, Any], name: str) -> bool:
    return schema.get("type") == "string" and name in TEXTS


def example(schemas: dict[str, Any], name: str, *, seen: tuple[str, ...] = ()) -> Any:
    """A record with every field that a schema of `$defs` names."""
    return _example(schemas, {"$ref": f"#/$defs/{name}"}, seen)


def _example(schemas: dict[str, Any], schema: dict[str, Any], seen: tuple[str, ...]) -> Any:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {} if name in seen else _example(schemas, schemas["$defs"][name], (*seen, name))
    kind = schema.get("type", "object")
    if "enum" in schema:
        return schema["enum"][-1]
    if kind == "object":
        return {
            name: TEXTS.get(name) if _is_text(each, name) else _example(schemas, each, seen)
            for name, each in schema.get("properties", {}).items()
        }
    if kind == "array":
        return [_example(schemas, schema["items"], seen)]
    if schema.get("format") == "date-time":
        return "2026-03-01T10:00:00Z"
    return {"integer": 3, "boolean": True}.get(kind, "some text")
