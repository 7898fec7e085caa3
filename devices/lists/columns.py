"""Columns and sort orders of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WHOLE = ("id", "rank")  # fields that are whole numbers on every list


@dataclass(frozen=True, slots=True)
class Column:
    """`sightings`: its values are in the sightings of a device, not in the row of the device itself."""

    label: StrOrPromise
    number: bool = False
    sightings: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """`by`: fields of a row, the last one unique; an index has them in this order. `descending_first`: for the first click.
    `moments` and `whole`: which of them are times, and which are whole numbers beside WHOLE. `sql`: the SQL of those that are no column of
    the model; `through`: its one-to-one relation that has such columns."""

    by: tuple[str, ...]
    descending_first: bool = False
    moments: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    sql: Mapping[str, str] = field(default_factory=dict, hash=False)
    through: str = ""
