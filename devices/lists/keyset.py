"""Turning the pages of a list that is ordered by a key: the rows of one page, its position, and the tokens of its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.formats import number_format

from devices.lists.columns import Sort
from devices.lists.cursor import Cursor

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class SortOrder:
    """`key` names the sort with its direction, as an address does: `-issues`."""

    key: str
    sort: Sort

    @property
    def descending(self) -> bool:
        return self.key.startswith("-")


@dataclass(frozen=True, slots=True)
class Total:
    """`more`: there are more than `number`; only the counted part is known."""

    number: int
    more: bool = False

    @property
    def words(self) -> str:
        """`1,000+`"""
        return f"{number_format(self.number, force_grouping=True)}{'+' if self.more else ''}"


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    rows: list[R]
    first: int  # position of the first row, from 1
    total: int
    more: bool  # there are more than `total`; only the counted part is known
    older: str  # tokens of the neighbouring pages, "" when there is none
    newer: str

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def total_words(self) -> str:
        return Total(self.total, self.more).words


def turn(
    take: Callable[[Cursor | None, bool], list[R]], order: SortOrder, *, size: int, total: Total, after: str = "", before: str = ""
) -> Page[R]:
    """`take(place, descending)` gives the rows beyond a place in that direction: one more than `size` where there are as many.
    `after` and `before` are tokens of an earlier page."""
    back = Cursor.read(before, key=order.key, sort=order.sort)
    start = back or Cursor.read(after, key=order.key, sort=order.sort)
    rows = take(start, order.descending is (back is None))
    further, rows = len(rows) > size, rows[:size]
    if back is not None:
        rows.reverse()
        first = max(1, back.before - len(rows) + 1) if further else 1
    else:
        first = start.before + 1 if start else 1
    has_newer = further if back is not None else start is not None and bool(rows)
    has_older = bool(rows) and (back is not None or further)
    last = first + len(rows) - 1
    return Page(
        rows=rows,
        first=first,
        total=max(total.number, last) if total.more else total.number,
        more=total.more,
        older=_token(order, rows[-1], last) if has_older else "",
        newer=_token(order, rows[0], first - 1) if has_newer else "",
    )


def _token(order: SortOrder, row: object, before: int) -> str:
    return Cursor(order.key, tuple(getattr(row, name) for name in order.sort.by), before).token()
