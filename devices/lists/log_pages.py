"""One page of a log, newest first, by id: never an OFFSET, never a COUNT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
HIGHEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class LogPage(Generic[M]):
    rows: list[M]
    older: int | None  # `before` of the next page
    newer: int | None  # `after` of the previous page


def newest(found: QuerySet[M], *, size: int, before: str = "", after: str = "") -> LogPage[M]:
    """`before` and `after` are ids as an address gives them; anything else begins at the newest."""
    above, below = _id(after), _id(before)
    if above is not None:
        rows = list(found.filter(pk__gt=above).order_by("pk")[: size + 1])
        further, rows = len(rows) > size, rows[:size][::-1]
        return LogPage(rows, older=rows[-1].pk if rows else None, newer=rows[0].pk if further else None)
    if below is not None:
        found = found.filter(pk__lt=below)
    rows = list(found.order_by("-pk")[: size + 1])
    further, rows = len(rows) > size, rows[:size]
    return LogPage(rows, older=rows[-1].pk if further else None, newer=rows[0].pk if below is not None and rows else None)


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= HIGHEST else None
