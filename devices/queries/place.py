"""Where a page of the list begins or ends: a row's values in the order of the sort. So page 2,000 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from django.db.models import BooleanField, IntegerField, QuerySet
from django.db.models.expressions import RawSQL

from devices.models import Device
from devices.queries.columns import RANK_SQL, WHOLE, Sort

LONGEST_TOKEN = 3000
MOST = 2**63


@dataclass(frozen=True, slots=True)
class Place:
    """`key`: the sort, with its direction; `values`: of the row, as `Sort.by` names them; `before`: how many rows come before the page."""

    key: str
    values: tuple[str | int, ...]
    before: int

    def token(self) -> str:
        text = json.dumps([self.key, self.before, *self.values], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, token: str, *, key: str, sort: Sort) -> Place | None:
        """None for anything that `token` did not make for this sort: the list then begins at its beginning."""
        if not token or len(token) > LONGEST_TOKEN:
            return None
        try:
            told, before, *values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        except (ValueError, TypeError, binascii.Error, RecursionError):
            return None
        fitting = len(values) == len(sort.by) and all(map(_fits, sort.by, values))
        if told != key or not fitting or type(before) is not int or not 0 <= before < 2**31:
            return None
        return cls(key, tuple(values), before)


def _fits(name: str, value: object) -> bool:
    if name in WHOLE:
        return type(value) is int and 0 <= value < MOST
    return isinstance(value, str) and value.replace(" ", "x").isprintable()


def ordered(found: QuerySet[Device], sort: Sort, *, descending: bool) -> QuerySet[Device]:
    if "rank" in sort.by:
        found = found.annotate(rank=RawSQL(RANK_SQL, (), output_field=IntegerField()))  # noqa: S611
    return found.order_by(*(f"-{name}" if descending else name for name in sort.by))


def beyond(found: QuerySet[Device], place: Place, sort: Sort, *, descending: bool) -> QuerySet[Device]:
    """The rows that come after the place, or before it when the order is turned round."""
    names = ", ".join(RANK_SQL if name == "rank" else f'"devices_device"."{name}"' for name in sort.by)
    marks = ", ".join("%s" for _ in sort.by)
    row = f"({names}) {'<' if descending else '>'} ({marks})"
    return found.filter(RawSQL(row, place.values, output_field=BooleanField()))  # noqa: S611
