"""Rows of JSON with wrong fields: valid records of the simulated vendors, in which values are replaced, repeated, renamed or cut.

The text is made in pieces, so that a row may hold what no JSON writer would write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fuzz.texts import text_maker
from tests.vendors.invalid_records import BAD

Path = tuple[str | int, ...]
_text = text_maker("2026-02-30T25:61:00Z", "0001-01-01T00:00:00", "SOMETHING_NEW", "10.0.0.1", "{id}", "not a number", "true")
WORDS = ("null", "0", "1", "-1", "true", '""', '"0"', "[]", "{}", "[null]", "10.0", "1e3", "-0", "2147483648", "18446744073709551616")


@dataclass(frozen=True, slots=True)
class Span:
    """A field of a row as text: its name and colon begin at `start` (list items have none), its value at `value`, and it ends at `end`."""

    path: Path
    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class Sample:
    raw: bytes
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """`touched`: the fields that were changed. `whole`: it is still one JSON value, as far as brackets and quotation marks go."""

    raw: bytes
    touched: tuple[Path, ...] = ()
    whole: bool = True


@dataclass(slots=True)
class _Writer:
    out: bytearray = field(default_factory=bytearray)
    spans: list[Span] = field(default_factory=list)

    def write(self, value: Any, path: Path) -> None:
        if isinstance(value, dict):
            self._several(b"{", [(key, json.dumps(key).encode() + b":", each) for key, each in value.items()], b"}", path)
        elif isinstance(value, list):
            self._several(b"[", [(place, b"", each) for place, each in enumerate(value)], b"]", path)
        else:
            self.out += json.dumps(value, ensure_ascii=False).encode()

    def _several(self, opened: bytes, items: Sequence[tuple[str | int, bytes, Any]], closed: bytes, path: Path) -> None:
        self.out += opened
        for number, (key, name, each) in enumerate(items):
            self.out += b"," if number else b""
            start = len(self.out)
            self.out += name
            value = len(self.out)
            self.write(each, (*path, key))
            self.spans.append(Span((*path, key), start, value, len(self.out)))
        self.out += closed


def sample(record: Any) -> Sample:
    writer = _Writer()
    writer.write(record, ())
    return Sample(bytes(writer.out), tuple(writer.spans))


def value(dice: Random) -> bytes:
    """Of another type, unreadable, huge, negative, nested, another word of a list, or any text."""
    kind = dice.random()
    if kind < 0.35:
        return dice.choice(WORDS).encode()
    if kind < 0.6:
        return dice.choice(_BAD)
    return json.dumps(_text(dice), ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")


_BAD = tuple(BAD.values())
_CHANGES: tuple[Callable[[bytes, bytes, Random], bytes], ...] = (
    *(lambda name, _old, dice: name + value(dice),) * 4,
    lambda name, old, dice: name + old + b"," + name + value(dice),
    lambda name, old, dice: name + value(dice) + b"," + name + old,
    lambda name, _old, _dice: b'"renamed":1' if name else b"1",
    lambda name, old, dice: name + b" \n\t" + old + b" " * dice.randint(0, 3),
)


def changed(of: Sample, dice: Random, *, most: int = 3) -> Row:
    """One to `most` fields are another; never one inside another."""
    raw, touched = of.raw, []
    chosen = sorted({dice.randrange(len(of.spans)) for _ in range(dice.randint(1, most))}, key=lambda number: -of.spans[number].start)
    limit = len(raw)
    for number in chosen:
        span = of.spans[number]
        if span.end > limit:
            continue
        part = dice.choice(_CHANGES)(raw[span.start : span.value], raw[span.value : span.end], dice)
        raw = raw[: span.start] + part + raw[span.end :]
        touched.append(span.path)
        limit = span.start
    return Row(raw, tuple(touched))


def broken(raw: bytes, dice: Random) -> bytes:
    """Cut, or with bytes inserted, repeated or left out anywhere."""
    at, end = sorted((dice.randint(0, len(raw)), dice.randint(0, len(raw))))
    more = dice.choice(
        (b"", b"{", b"]", b'"', b"\\", b",", b"\x00", b"\xff", b"\xef\xbb\xbf", b"<html>", b"1", raw[at:end][:50], dice.randbytes(4))
    )
    return dice.choice(
        (raw[:at], raw[at:], raw[:at] + more + raw[at:], raw[:at] + more + raw[min(end, at + 8) :], more * dice.randint(0, 40))
    )
