"""File of the coverage matrix: each device with its state at every account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from devices.account_status.status import AccountStatus
from devices.coverage.filters import CoverageListing
from devices.coverage.queries import CoverageQuery
from devices.coverage.rows import matching
from devices.coverage.states import CoverageState
from devices.lists.csv import CHUNK
from devices.lists.file_table import FileTable
from devices.lists.keyset import ordered
from devices.models import Device

COLUMNS = ("Device id", "Device", "Serial", "User", "OS")


def file_table(listing: CoverageListing, statuses: Sequence[AccountStatus]) -> FileTable:
    """All pages of the list. All ids are read first, so that a device whose name or state changes during the export is neither repeated
    nor left out; then two queries for a chunk of devices."""
    columns = listing.filters.columns(statuses)
    return FileTable((*COLUMNS, *(each.name for each in columns)), _rows(listing, columns, statuses))


def _rows(listing: CoverageListing, columns: Sequence[AccountStatus], statuses: Sequence[AccountStatus]) -> Iterator[tuple[Any, ...]]:
    filters, order = listing.filters, listing.order
    ids = list(ordered(matching(filters), order.sort, descending=order.descending).values_list("pk", flat=True))
    chosen = {each.pk for each in filters.chosen(statuses)} if filters.cover else set()
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        placed = _placed(chunk, statuses)
        values = {row[0]: row for row in _values(Device.objects.filter(pk__in=chunk))}
        for pk in chunk:
            states = placed.get(pk, {})
            wanted = not filters.cover or any(states.get(account) == filters.cover for account in chosen)
            if wanted and pk in values:
                yield (*values[pk], *(states[each.pk].look.word if each.pk in states else "" for each in columns))


def _values(found: QuerySet[Device]) -> Iterator[tuple[Any, ...]]:
    yield from found.values_list("pk", "name", "serial", "user", "os_name")


def _placed(devices: Sequence[int], statuses: Sequence[AccountStatus]) -> dict[int, dict[int, CoverageState]]:
    placed: dict[int, dict[int, CoverageState]] = {}
    for device, account, cover in CoverageQuery(statuses, devices=devices).rows():
        placed.setdefault(device, {})[account] = cover
    return placed
