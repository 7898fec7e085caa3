"""Devices with data conflicts, and the values that their sources report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.formats import number_format

from devices.device_list.conditions import ANY
from devices.device_list.filters import DIFFERS, DeviceFilters
from devices.device_list.queries import DeviceRow, list_page
from devices.lists.filters import FilterField, FilterSet
from devices.lists.keyset import Page
from devices.models import Device, Life, Sighting
from devices.reconciliation.conflicts import FIELDS, display
from devices.reconciliation.precedence import outranked, rank
from devices.reconciliation.source_names import source_names

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_COUNTED = 1000
COLUMNS = (
    *("name", "serial", "user", "os_name", "os_family", "os_release", "model", "manufacturer", "state"),
    *("life", "stale", "superseded"),
)


@dataclass(frozen=True, slots=True)
class ConflictFilters(FilterSet):
    kinds = {"field": FilterField("Field", DIFFERS, ANY)}

    field: str = ANY


@dataclass(frozen=True, slots=True)
class FieldCount:
    """How many devices have a conflict in a field; `words` is "1,000+" beyond what is counted."""

    field: str
    label: StrOrPromise
    number: int

    @property
    def words(self) -> str:
        number = number_format(min(self.number, MOST_COUNTED), force_grouping=True)
        return f"{number}+" if self.number > MOST_COUNTED else number


@dataclass(frozen=True, slots=True)
class Conflict:
    """`values`: source and value, the shown one first."""

    field: str
    label: StrOrPromise
    values: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ConflictRow:
    row: DeviceRow
    conflicts: list[Conflict]


@dataclass(frozen=True, slots=True)
class ConflictPage:
    counts: list[FieldCount]
    lines: list[ConflictRow]
    page: Page[DeviceRow]


def conflict_page(field: str, *, now: datetime, after: str = "", before: str = "") -> ConflictPage:
    """One page, in five queries."""
    found = list_page(DeviceFilters(differs=field), now=now, after=after, before=before)
    records = _records(found.rows)
    lines = [ConflictRow(row, list(_conflicts(records.get(row.id, []), field))) for row in found.rows]
    return ConflictPage(_counts(), lines, found)


def count(field: str) -> FieldCount:
    """One query."""
    return FieldCount(field, DIFFERS[field], _few(field).count())


def _counts() -> list[FieldCount]:
    """One query for all fields."""
    parts = [_few(field).values("pk").query.sql_with_params() for field in DIFFERS]
    with connection.cursor() as cursor:
        columns = ", ".join(f"(SELECT count(*) FROM ({sql}) few)" for sql, _ in parts)
        cursor.execute(f"SELECT {columns}", [value for _, values in parts for value in values])
        numbers = cursor.fetchone()
    return [FieldCount(field, label, number) for (field, label), number in zip(DIFFERS.items(), numbers, strict=True)]


def _few(field: str) -> QuerySet[Device]:
    return Device.objects.filter(DeviceFilters(differs=field).condition()).order_by()[: MOST_COUNTED + 1]


def _records(rows: Sequence[DeviceRow]) -> dict[int, list[Sighting]]:
    """Device → its recent records. One query."""
    records: dict[int, list[Sighting]] = {}
    found = Sighting.objects.filter(~Q(superseded=True), device_id__in=[row.id for row in rows], life=Life.SEEN, stale=False)
    for each in found.select_related("device", "account").only("vendor", "external_id", "account__name", "device__disagrees", *COLUMNS):
        records.setdefault(each.device_id, []).append(each)
    return records


def _conflicts(sightings: list[Sighting], chosen: str) -> Iterator[Conflict]:
    """That of the chosen field comes first."""
    fields = sightings[0].device.disagrees if sightings else []
    names = source_names(sightings)
    for field in sorted(fields, key=lambda field: (field != chosen, list(FIELDS).index(field))):
        ranked = sorted(sightings, key=lambda each: (outranked(field, each, sightings), rank(field, each.vendor), each.pk))
        yield Conflict(field, FIELDS[field], [(names[each.pk].short, text) for each in ranked if (text := display(each, field))])
