"""Devices with data conflicts, and the values that their sources report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.formats import number_format

from devices.conflicts.filters import ConflictListing
from devices.device_list.filters import DEVICES, DIFFERS, DeviceFilters, DeviceListing
from devices.device_list.queries import DeviceRow, every_row, list_page, matching
from devices.lists.keyset import Page
from devices.models import Device, Life, Sighting
from devices.reconciliation.conflicts import FIELDS, display
from devices.reconciliation.precedence import outranked, rank
from devices.reconciliation.source_names import source_names

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_COUNTED = 1000
CHUNK = 500  # devices of a file whose records are read at once
COLUMNS = (
    *("name", "serial", "user", "os_name", "os_family", "os_release", "model", "manufacturer"),
    *("life", "stale", "superseded"),
)


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


def conflict_page(listing: ConflictListing, *, now: datetime, after: str = "", before: str = "") -> Page[ConflictRow]:
    """`after` and `before` are tokens of an earlier page. Four queries; with a text those of the search and one more."""
    found = list_page(devices_of(listing), now=now, after=after, before=before)
    return replace(found, rows=_with_conflicts(found.rows, listing.filters.field))  # type: ignore[arg-type,return-value]  # rows of another type


def every_conflict(listing: ConflictListing, *, now: datetime) -> Iterator[ConflictRow]:
    """All pages in the order of the list. One query for some hundred devices."""
    found, _, _ = matching(devices_of(listing).filters, now=now)
    rows = every_row(found, devices_of(listing), now=now)
    while chunk := list(islice(rows, CHUNK)):
        yield from _with_conflicts(chunk, listing.filters.field)


def devices_of(listing: ConflictListing) -> DeviceListing:
    """The list of the same devices in the same order."""
    filters = listing.filters
    wanted = DeviceFilters(q=filters.q, differs=filters.field, os=filters.os, group=filters.group, tag=filters.tag)
    return replace(DEVICES.at_first, filters=wanted, sort=listing.sort, size=listing.size, columns=())


def field_counts() -> list[FieldCount]:
    """Of all devices. One query for all fields."""
    parts = [_few(field).values("pk").query.sql_with_params() for field in DIFFERS]
    with connection.cursor() as cursor:
        columns = ", ".join(f"(SELECT count(*) FROM ({sql}) few)" for sql, _ in parts)
        cursor.execute(f"SELECT {columns}", [value for _, values in parts for value in values])
        numbers = cursor.fetchone()
    return [FieldCount(field, label, number) for (field, label), number in zip(DIFFERS.items(), numbers, strict=True)]


def count(field: str) -> FieldCount:
    """One query."""
    return FieldCount(field, DIFFERS[field], _few(field).count())


def _few(field: str) -> QuerySet[Device]:
    return Device.objects.filter(DeviceFilters(differs=field).condition()).order_by()[: MOST_COUNTED + 1]


def _with_conflicts(rows: Sequence[DeviceRow], field: str) -> list[ConflictRow]:
    records = _records(rows)
    return [ConflictRow(row, list(_conflicts(records.get(row.id, []), field))) for row in rows]


def _records(rows: Sequence[DeviceRow]) -> dict[int, list[Sighting]]:
    """Device → its recent records. One query."""
    records: dict[int, list[Sighting]] = {}
    found = Sighting.objects.filter(~Q(superseded=True), device_id__in=[row.id for row in rows], life=Life.SEEN, stale=False)
    for each in found.select_related("device", "account").only("vendor", "external_id", "account__name", "device__disagrees", *COLUMNS):
        records.setdefault(each.device_id, []).append(each)
    return records


def _conflicts(sightings: list[Sighting], chosen: str) -> Iterator[Conflict]:
    """That of the chosen field comes first."""
    fields = [field for field in sightings[0].device.disagrees if field in FIELDS] if sightings else []
    names = source_names(sightings)
    for field in sorted(fields, key=lambda field: (field != chosen, list(FIELDS).index(field))):
        ranked = sorted(sightings, key=lambda each: (outranked(field, each, sightings), rank(field, each.vendor), each.pk))
        yield Conflict(field, FIELDS[field], [(names[each.pk].short, text) for each in ranked if (text := display(each, field))])
