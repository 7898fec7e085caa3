"""Where a page of a list begins or ends: a row's values in the order of the sort. So page 2,000 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import BooleanField, F, IntegerField, Model, QuerySet
from django.db.models.expressions import RawSQL

from devices.lists.columns import WHOLE, Sort
from vendors.parsing.normalise import UNSTORABLE

M = TypeVar("M", bound=Model)
LONGEST_TOKEN = 3000
MOST = 2**63


@dataclass(frozen=True, slots=True)
class Cursor:
    """`key`: the sort, with its direction; `values`: of the row, as `Sort.by` names them; `before`: how many rows come before the page."""

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
            told, before, *values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        except (ValueError, TypeError, binascii.Error, RecursionError):
            return None
        if told != key or len(values) != len(sort.by) or type(before) is not int or not 0 <= before < 2**31:
            return None
        fitting = tuple(_read(name, value, sort) for name, value in zip(sort.by, values, strict=True))
        return None if None in fitting else cls(key, fitting, before)  # type: ignore[arg-type]  # None was looked for


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
    by = (RawSQL(sort.rank, (), output_field=IntegerField()) if name == "rank" else F(name) for name in sort.by)  # noqa: S611
    return found.order_by(*(each.desc() if descending else each.asc() for each in by))


def beyond(found: QuerySet[M], place: Cursor, sort: Sort, *, descending: bool) -> QuerySet[M]:
    """The rows that come after the place, or before it when the order is turned round."""
    table = found.model._meta.db_table
    names = ", ".join(sort.rank if name == "rank" else f'"{table}"."{name}"' for name in sort.by)
    marks = ", ".join("%s" for _ in sort.by)
    row = f"({names}) {'<' if descending else '>'} ({marks})"
    return found.filter(RawSQL(row, place.values, output_field=BooleanField()))  # noqa: S611
