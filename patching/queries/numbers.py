"""Numbers that open the list that makes them up. A number and its list are counted by the same function, so they cannot disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Q, Sum
from django.urls import reverse

from devices.queries.turning import Total
from patching.filters import AttemptFilters, PatchFilters
from patching.models import Attempt, AttemptTally, Patch, PatchTally
from patching.queries import narrowing
from patching.queries.narrowing import Narrowed

MOST_COUNTED = 10_000
FEW = 1000
Filters = PatchFilters | AttemptFilters
F = TypeVar("F", PatchFilters, AttemptFilters)
_LISTS = {PatchFilters: "patching:patches", AttemptFilters: "patching:attempts"}


@dataclass(frozen=True, slots=True)
class Number:
    """A count and the filter that makes it up. `more`: there are more, and the list says so in the same words."""

    filters: Filters
    count: int
    more: bool = False

    @property
    def label(self) -> str:
        """Of its status."""
        return self.filters.kinds["status"].words(self.filters.status)

    @property
    def words(self) -> str:
        return f"{self.count:,}+" if self.more else f"{self.count:,}"

    @property
    def url(self) -> str:
        return reverse(_LISTS[type(self.filters)]) + self.filters.query_string()


def number(filters: Filters, *, now: datetime) -> Number:
    total, _ = counted(filters, narrowed(filters, now=now), now=now)
    return Number(filters, total.number, total.more)


def numbers(wanted: Sequence[F], *, now: datetime) -> dict[F, Number]:
    """Of filters of one kind that the tallies can answer; one query."""
    conditions = {f"n{place}": _told(filters, now=now) for place, filters in enumerate(wanted)}
    tallies = (PatchTally if isinstance(wanted[0], PatchFilters) else AttemptTally).objects.all()
    sums = tallies.aggregate(**{name: Sum("number", filter=condition, default=0) for name, condition in conditions.items()})
    return {filters: Number(filters, sums[f"n{place}"]) for place, filters in enumerate(wanted)}


def narrowed(filters: Filters, *, now: datetime) -> Narrowed:
    return narrowing.patches(filters, now=now) if isinstance(filters, PatchFilters) else narrowing.attempts(filters, now=now)


def counted(filters: Filters, found: Narrowed, *, now: datetime) -> tuple[Total, Q]:
    """How many, and the condition that finds them best; `found` is what `narrowed` made of the filters.

    From the tallies where they know, else counted up to MOST_COUNTED. Few that are scattered are named one by one: asked for them in
    the order of time, PostgreSQL would walk through a million others.
    """
    patches = isinstance(filters, PatchFilters)
    if filters.tallied:
        tallies = PatchTally.objects if patches else AttemptTally.objects
        number = tallies.filter(_told(filters, now=now)).aggregate(sum=Sum("number", default=0))["sum"]
        return Total(number), found.condition if number else Q(pk__in=[])
    rows = Patch.objects if patches else Attempt.objects
    ids = list(rows.filter(found.condition).order_by().values_list("pk", flat=True)[: MOST_COUNTED + 1])
    total = Total(min(len(ids), MOST_COUNTED), len(ids) > MOST_COUNTED or found.wide)
    return total, Q(pk__in=ids) if len(ids) <= FEW else found.condition


def _told(filters: Filters, *, now: datetime) -> Q:
    return narrowing.patches_told(filters) if isinstance(filters, PatchFilters) else narrowing.attempts_told(filters, now=now)
