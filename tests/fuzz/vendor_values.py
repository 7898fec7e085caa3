"""Parsers of single fields of a record, which may have any type."""

from __future__ import annotations

from datetime import UTC
from random import Random
from typing import Any

import msgspec

from tests.fuzz.parser import Parser
from tests.fuzz.texts import made, text_maker
from tests.fuzz.vendor_texts import NOW, storable
from vendors import field_repairs
from vendors.parsing import fields, times
from vendors.states import IdKind

_scalar = text_maker("2026-08-01T10:00:24Z", "10", "true", "NOTEBOOK", "name", "count", "parts")


def json_value(dice: Random, levels: int = 3) -> Any:
    """As a decoder gives it: every text is one."""
    if levels and dice.random() < 0.4:
        inner = [json_value(dice, levels - 1) for _ in range(dice.randint(0, 3))]
        return inner if dice.random() < 0.5 else {json_text(dice): each for each in inner}
    number = dice.choice((0, 1, -1, 1.0, 0.5, 1e308, -0.0, 2**31, 2**64, -(2**63), 10**300))
    return dice.choice((None, True, False, number, number, json_text(dice), json_text(dice)))


def json_text(dice: Random) -> str:
    return _scalar(dice).encode("utf-8", "replace").decode()


class _Shape(msgspec.Struct):
    name: str | None = None
    count: int | None = None
    parts: list[_Shape] | None = None


def _value(value: object) -> None:
    repairs = field_repairs.Repairs()
    text = fields.text_of(value, "field", repairs, limit=50)
    assert len(text) <= 50 and storable(text)
    assert len(fields.word_of(value, "field", repairs)) <= 60
    assert 0 <= fields.count_of(value, "field", repairs) <= fields.LARGEST
    assert fields.flag_of(value, "field", repairs) in (True, False)
    at = fields.time_of(value, "field", repairs, zone=UTC, now=NOW)
    assert at is None or at <= NOW + times.SKEW
    fields.identifier_of(IdKind.SERIAL, value, "field", repairs)
    read = field_repairs.examined(value, repairs)
    shape = fields.fitted(read, _Shape, repairs)
    assert shape is None or isinstance(msgspec.convert(shape, _Shape), _Shape)
    assert len(repairs.all()) <= field_repairs.MOST


PARSERS: list[Parser[Any]] = [
    Parser((fields.text_of, fields.word_of, fields.count_of, fields.flag_of, fields.time_of, fields.identifier_of, fields.fitted, field_repairs.examined),
           made(json_value), _value),
]  # fmt: skip
