"""Keyset pagination: the token of a place in a list, the rows beyond it, and the pages around it. Page 2,000 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import BooleanField, F, Model, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.formats import number_format

from devices.lists.columns import WHOLE, Sort
from devices.lists.ids import read_id
from vendors.parsing.normalise import UNSTORABLE

M = TypeVar("M", bound=Model)
R = TypeVar("R")
LONGEST_TOKEN = 3000
MOST = 2**63


@dataclass(frozen=True, slots=True)
class SortOrder:
    """`key` names the sort with its direction, as in an address: `-issues`."""

    key: str
    sort: Sort

    @property
    def descending(self) -> bool:
        return self.key.startswith("-")


@dataclass(frozen=True, slots=True)
class Cursor:
    """`key`: the sort with its direction; `values`: of a row, as `Sort.by` names them; `before`: how many rows come before the page."""

    key: str
    values: tuple[str | int | datetime, ...]
    before: int

    def token(self) -> str:
        text = json.dumps([self.key, self.before, *self.values], ensure_ascii=False, separators=(",", ":"), default=str)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, token: str, *, key: str, sort: Sort) -> Cursor | None:
        """None for anything that `token` did not make for this sort: the list then begins at its beginning."""
        if not token or len(token) > LONGEST_TOKEN:
            return None
        try:
            own_key, before, *values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        except (ValueError, TypeError, binascii.Error, RecursionError):
            return None
        if own_key != key or len(values) != len(sort.by) or type(before) is not int or not 0 <= before < 2**31:
            return None
        fitting = tuple(_read(name, value, sort) for name, value in zip(sort.by, values, strict=True))
        return None if None in fitting else cls(key, fitting, before)  # type: ignore[arg-type]  # None is excluded


def _read(name: str, value: object, sort: Sort) -> str | int | datetime | None:
    """None: no row has such a value there."""
    if name in WHOLE or name in sort.whole:
        return value if type(value) is int and 0 <= value < MOST else None
    if not isinstance(value, str) or UNSTORABLE.search(value):
        return None
    return _moment(value) if name in sort.moments else value


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def ordered(found: QuerySet[M], sort: Sort, *, descending: bool) -> QuerySet[M]:
    by = (RawSQL(sort.sql[name], ()) if name in sort.sql else F(name) for name in sort.by)  # noqa: S611  # nosec B611 # columns of ours
    if sort.through:
        found = found.filter(**{f"{sort.through}__isnull": False})
    return found.order_by(*(each.desc() if descending else each.asc() for each in by))


def beyond(found: QuerySet[M], place: Cursor, sort: Sort, *, descending: bool) -> QuerySet[M]:
    """The rows after the place, or before it in the opposite order."""
    table = found.model._meta.db_table
    names = ", ".join(sort.sql.get(name, f'"{table}"."{name}"') for name in sort.by)
    marks = ", ".join("%s" for _ in sort.by)
    row = f"({names}) {'<' if descending else '>'} ({marks})"
    return found.filter(RawSQL(row, place.values, output_field=BooleanField()))  # noqa: S611  # nosec B611 # columns of ours


@dataclass(frozen=True, slots=True)
class Total:
    """`more`: there are more than `number`, which is as far as was counted."""

    number: int
    more: bool = False

    @property
    def words(self) -> str:
        """`1,000+`"""
        return f"{number_format(self.number, force_grouping=True)}{'+' if self.more else ''}"


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """`first`: position of the first row, from 1. `more`: as in `Total`. `older` and `newer`: tokens of the next and the previous page."""

    rows: list[R]
    first: int
    total: int
    more: bool
    older: str
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
    cut = _cut(take(start, order.descending is (back is None)), size=size, back=back is not None, begun=start is not None)
    rows = cut.rows
    if back is None:
        first = start.before + 1 if start else 1
    elif cut.newer:
        first = max(1, back.before - len(rows) + 1)
    else:
        first = 1
    last = first + len(rows) - 1
    return Page(
        rows=rows,
        first=first,
        total=max(total.number, last) if total.more else total.number,
        more=total.more,
        older=_token(order, rows[-1], last) if cut.older else "",
        newer=_token(order, rows[0], first - 1) if cut.newer else "",
    )


def _token(order: SortOrder, row: object, before: int) -> str:
    return Cursor(order.key, tuple(getattr(row, name) for name in order.sort.by), before).token()


@dataclass(frozen=True, slots=True)
class LogPage(Generic[M]):
    """A page of a log: no positions and no total. `older`: `before` of the next page; `newer`: `after` of the previous one."""

    rows: list[M]
    older: int | None
    newer: int | None


def newest(found: QuerySet[M], *, size: int, before: str = "", after: str = "") -> LogPage[M]:
    """Newest first, by id. `before` and `after` are ids as in an address; anything else begins at the newest."""
    above, below = read_id(after), read_id(before)
    if above is not None:
        found = found.filter(pk__gt=above).order_by("pk")
    else:
        found = (found if below is None else found.filter(pk__lt=below)).order_by("-pk")
    cut = _cut(list(found[: size + 1]), size=size, back=above is not None, begun=below is not None)
    return LogPage(cut.rows, older=cut.rows[-1].pk if cut.older else None, newer=cut.rows[0].pk if cut.newer else None)


@dataclass(frozen=True, slots=True)
class _Cut(Generic[R]):
    rows: list[R]
    older: bool
    newer: bool


def _cut(rows: list[R], *, size: int, back: bool, begun: bool) -> _Cut[R]:
    """A page of at most `size` rows, in the order of the list, and whether there are pages around it. `rows`: one more where there are
    as many, nearest first; `back`: they come before the place; `begun`: there is a place."""
    further, rows = len(rows) > size, rows[:size]
    if back:
        return _Cut(rows[::-1], older=bool(rows), newer=further)
    return _Cut(rows, older=further, newer=begun and bool(rows))
