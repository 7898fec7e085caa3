"""Records of which each has one bad field: over a fleet every field of every kind of record, each time in another way.

The fault `corrupt` changes the real answers. Which field of a record it is stays the same however often the record is listed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LISTS = ("devices", "deviceGroups", "patchingDetails", "installers", "Results")
VALUES = (
    rb'"a\u0000b"',
    rb'"half \ud800 pair"',
    rb'"\udc00"',
    b'"\xff\xfe bytes"',
    b'"a\x01b"',
    rb'"C:\Users"',
    b"NaN",
    b"-Infinity",
    b"1e400",
    b"9" * 5000,
    b"-1",
    b"[" * 3000 + b"]" * 3000,
    b"[1]",
    b'{"a":{"b":1}}',
    b"true",
    b'""',
    b"null",
    b'"' + b"x" * 20_000 + b'"',
    b"1.5",
    b'"9999-12-31T23:59:59Z"',
    b"undefined",
)
_HERE = "@@corrupt-{}@@"
Path = tuple[str | int, ...]
IDS: tuple[Path, ...] = (("uuid",), ("hwid",), ("Computer_Idn",))


@dataclass(slots=True)
class Corruption:
    """The changes that were made. `fields` counts changed fields by list; `done` is by list and record as it was listed."""

    fields: Counter[tuple[str, str]] = field(default_factory=Counter)
    done: dict[tuple[str, str], tuple[Path, int]] = field(default_factory=dict)

    def spoil(self, body: bytes) -> bytes:
        """A JSON answer with a list of records; any other answer as it is."""
        data = json.loads(body)
        name = next((each for each in LISTS if isinstance(data, dict) and isinstance(data.get(each), list)), "")
        rows = data if isinstance(data, list) else data.get(name, [])
        for record in rows:
            self._spoil(name, record)
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        for number, value in enumerate(VALUES):
            text = text.replace(f'"{_HERE.format(number)}"'.encode(), value)
        return text

    def _spoil(self, name: str, record: dict[str, Any]) -> None:
        known = (name, str(record.get("uuid") or record.get("hwid") or record.get("Computer_Idn") or json.dumps(record, sort_keys=True)))
        if known not in self.done:
            path = min(paths(record), key=lambda each: self.fields[name, called(each)])
            number = self.fields[name, called(path)] + len(self.done)
            self.fields[name, called(path)] += 1
            # A bad id is one with a NUL: another text, or a number, would be another id.
            self.done[known] = path, 0 if path in IDS else number % len(VALUES)
        path, number = self.done[known]
        holder: Any = record
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = _HERE.format(number)


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every field of a record, however deep."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield (*at, key)
        yield from paths(each, (*at, key))


def called(path: Path) -> str:
    """Without positions in lists."""
    return ".".join(each if isinstance(each, str) else "[]" for each in path)
