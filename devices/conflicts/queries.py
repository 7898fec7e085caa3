"""The devices on which fresh vendors contradict each other, with what each of them says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import QuerySet

from devices.device_list.conditions import ANY
from devices.device_list.filters import DIFFERS, DeviceFilters
from devices.device_list.queries import DeviceRow, list_page
from devices.lists.filters import FilterField, FilterSet
from devices.lists.keyset import Page
from devices.models import Device, Life, Sighting
from devices.reconciliation.conflicts import FIELDS, shown
from devices.reconciliation.precedence import rank
from devices.reconciliation.source_names import source_names

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_COUNTED = 1000
TOLD = ("name", "serial", "user", "os_name", "os_family", "model", "state")


@dataclass(frozen=True, slots=True)
class ConflictFilters(FilterSet):
    kinds = {"field": FilterField("Field", DIFFERS, ANY)}

    field: str = ANY


@dataclass(frozen=True, slots=True)
class FieldCount:
    """How many devices differ on a field; `words` is "1,000+" beyond what is counted."""

    field: str
    label: StrOrPromise
    number: int

    @property
    def words(self) -> str:
        return f"{MOST_COUNTED:,}+" if self.number > MOST_COUNTED else f"{self.number:,}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """`told`: who says what, whose word is shown first."""

    field: str
    label: str
    told: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ConflictRow:
    row: DeviceRow
    contradictions: list[Conflict]


@dataclass(frozen=True, slots=True)
class ConflictPage:
    counts: list[FieldCount]
    lines: list[ConflictRow]
    page: Page[DeviceRow]


def disagreements(field: str, *, now: datetime, after: str = "", before: str = "") -> ConflictPage:
    """One page of them. Five queries, however many there are."""
    found = list_page(DeviceFilters(differs=field), now=now, after=after, before=before)
    told = _told(found.rows)
    lines = [ConflictRow(row, list(_contradictions(told.get(row.id, []), field))) for row in found.rows]
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


def _told(rows: Sequence[DeviceRow]) -> dict[int, list[Sighting]]:
    """Device → what counts of it. One query."""
    told: dict[int, list[Sighting]] = {}
    found = Sighting.objects.filter(device_id__in=[row.id for row in rows], life=Life.SEEN, stale=False)
    for each in found.select_related("device", "account").only("vendor", "external_id", "account__name", "device__disagrees", *TOLD):
        told.setdefault(each.device_id, []).append(each)
    return told


def _contradictions(sightings: list[Sighting], asked: str) -> Iterator[Conflict]:
    """Those on the field that was asked about come first."""
    fields = sightings[0].device.disagrees if sightings else []
    names = source_names(sightings)
    for field in sorted(fields, key=lambda field: (field != asked, list(FIELDS).index(field))):
        heard = sorted(sightings, key=lambda each: (rank(field, each.vendor), each.pk))
        yield Conflict(field, FIELDS[field], [(names[each.pk].short, text) for each in heard if (text := shown(each, field))])
