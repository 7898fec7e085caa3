"""Numbers with a link to the list that they count. Both are counted by the same function, so they are always equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import formats

from devices.lists.keyset import Total
from patching.lists import conditions as narrowing
from patching.lists.conditions import FilterResult
from patching.lists.filters import ALL, REASONS, STATUSES, AttemptFilters, PatchDeviceFilters, PatchFilters
from patching.models import Attempt, AttemptTally, DeviceTally, Patch, PatchTally

MOST_COUNTED = 10_000
FEW = 1000
Filters = PatchFilters | AttemptFilters | PatchDeviceFilters
_LISTS = {PatchFilters: "patching:patches", AttemptFilters: "patching:attempts", PatchDeviceFilters: "patching:devices"}
_ROWS: dict[type[Filters], type[Model]] = {PatchFilters: Patch, AttemptFilters: Attempt, PatchDeviceFilters: DeviceTally}


def number_text(count: int, *, more: bool) -> str:
    """`1,234`, `1,234+`; grouped as the language does."""
    return formats.number_format(count, force_grouping=True) + ("+" if more else "")


@dataclass(frozen=True, slots=True)
class LinkedCount:
    """A count and its filter. `more`: it is a lower limit, and the list shows it in the same way."""

    filters: Filters
    count: int
    more: bool = False

    @property
    def status(self) -> str:
        """Filters of devices have none."""
        return "" if isinstance(self.filters, PatchDeviceFilters) else self.filters.status

    @property
    def label(self) -> str:
        """Of its status."""
        return str(self.filters.kinds["status"].words(self.status))

    @property
    def words(self) -> str:
        return number_text(self.count, more=self.more)

    @property
    def url(self) -> str:
        return reverse(_LISTS[type(self.filters)]) + self.filters.query_string()


def number(filters: Filters, *, now: datetime) -> LinkedCount:
    if not isinstance(filters, PatchDeviceFilters) and filters.tallied:
        return LinkedCount(filters, _tallied(filters, now=now))
    found = narrowed(filters, now=now)
    counted = _rows(filters, found).values("pk")[: MOST_COUNTED + 1].count()
    return LinkedCount(filters, min(counted, MOST_COUNTED), counted > MOST_COUNTED or found.wide)


def numbers(wanted: Sequence[PatchFilters]) -> dict[PatchFilters, LinkedCount]:
    """Of filters that differ in status and reason alone, and that the tallies can answer; one query."""
    told = narrowing.patches_told(replace(wanted[0], status=ALL, reason=""))
    rows = list(PatchTally.objects.filter(told).order_by().values_list("status", "reason").annotate(sum=Sum("number")))

    def count(filters: PatchFilters) -> int:
        statuses, reasons = filters.statuses or STATUSES, (filters.reason,) if filters.reason else REASONS | {"": ""}
        return sum(number for status, reason, number in rows if status in statuses and reason in reasons)

    return {filters: LinkedCount(filters, count(filters)) for filters in wanted}


def narrowed(filters: Filters, *, now: datetime) -> FilterResult:
    if isinstance(filters, PatchDeviceFilters):
        return narrowing.devices(filters)
    return narrowing.patches(filters, now=now) if isinstance(filters, PatchFilters) else narrowing.attempts(filters, now=now)


def counted(filters: Filters, found: FilterResult, *, now: datetime) -> tuple[Total, Q]:
    """How many, and the condition that finds them best; `found` is what `narrowed` made of the filters.

    From the tallies where they know, else counted up to MOST_COUNTED. Few that are scattered are named one by one: asked for them in
    the order of time, PostgreSQL would walk through a million others.
    """
    if not isinstance(filters, PatchDeviceFilters) and filters.tallied:
        number = _tallied(filters, now=now)
        return Total(number), found.condition if number else Q(pk__in=[])
    ids = list(_rows(filters, found).values_list("pk", flat=True)[: MOST_COUNTED + 1])
    total = Total(min(len(ids), MOST_COUNTED), len(ids) > MOST_COUNTED or found.wide)
    few = MOST_COUNTED if filters.partial else FEW  # a group that was added yesterday is as a whole at one end of the order
    return total, Q(pk__in=ids) if len(ids) <= few else found.condition


def _rows(filters: Filters, found: FilterResult) -> QuerySet[Any]:
    return _ROWS[type(filters)]._default_manager.filter(found.condition).order_by()


def _tallied(filters: PatchFilters | AttemptFilters, *, now: datetime) -> int:
    if isinstance(filters, PatchFilters):
        found = PatchTally.objects.filter(narrowing.patches_told(filters)).aggregate(sum=Sum("number", default=0))
    else:
        found = AttemptTally.objects.filter(narrowing.attempts_told(filters, now=now)).aggregate(sum=Sum("number", default=0))
    return int(found["sum"])
