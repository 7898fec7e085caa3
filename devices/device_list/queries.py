"""One page of the device list: a fixed number of queries, rows as tuples, no OFFSET."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from devices.device_list.columns import COLUMNS
from devices.device_list.facts import add_facts
from devices.device_list.filters import DEVICES, DeviceFilters, DeviceListing
from devices.lists.keyset import Page, Total
from devices.lists.rows import RowReader
from devices.lists.state import ListState
from devices.models import Device, DeviceGroup, Life, Sighting
from devices.models.device import NEVER, RANKS
from devices.reconciliation.timestamps import newest
from devices.search import queries as search
from devices.search.tags import tags_of
from vendors.facts import FactName
from vendors.states import State

MOST_COUNTED = 10_000
# With a condition on sightings each counted device costs an index lookup.
MOST_COUNTED_DEARLY = 1000
FIELDS = (
    *("id", "name", "serial", "user", "os_name", "os_family", "os_release", "os_short", "model", "state", "life", "silenced"),
    *("issue_count", "created_at", "checked_in_at"),
)


@dataclass(frozen=True, slots=True)
class SeenBy:
    """One record of a device, on a row."""

    vendor: str
    present: bool
    stale: bool
    account: str


@dataclass(frozen=True, slots=True)
class ReportingAccount:
    """The account that reports a device, with all its records of it.

    `stale`: none of the present records is recent. `shared`: several accounts of the vendor report the device.
    """

    vendor: str
    account: str
    records: int
    present: bool
    stale: bool
    shared: bool


@dataclass(slots=True)
class DeviceRow:
    id: int
    name: str
    serial: str
    user: str
    os_name: str
    model: str
    state: str
    life: str
    silenced: bool
    issue_count: int
    created_at: datetime
    os_family: str
    os_release: str = ""
    os_short: str = ""
    checked_in_at: datetime | None = None
    seen_by: list[SeenBy] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    last_seen: datetime | None = None
    facts: dict[FactName, Any] = field(default_factory=dict)

    @property
    def rank(self) -> int:
        return RANKS.get(State(self.state), RANKS[State.OK])

    @property
    def sources(self) -> list[ReportingAccount]:
        """One for each account, in the order of its first record."""
        accounts: dict[tuple[str, str], list[SeenBy]] = {}
        for each in self.seen_by:
            accounts.setdefault((each.vendor, each.account), []).append(each)
        vendors = [vendor for vendor, _ in accounts]
        return [
            ReportingAccount(
                vendor,
                account,
                records=len(records),
                present=any(each.present for each in records),
                stale=all(each.stale for each in records if each.present),
                shared=vendors.count(vendor) > 1,
            )
            for (vendor, account), records in accounts.items()
        ]


def matching(filters: DeviceFilters, *, now: datetime) -> tuple[QuerySet[Device], int, bool]:
    """The devices that match, their number, and whether there are more than that number."""
    condition = filters.whole_condition(now=now)
    if filters.q:
        ids = search.candidates(filters.q, condition)
        return Device.objects.filter(pk__in=ids), min(len(ids), search.MOST), len(ids) > search.MOST
    found = Device.objects.filter(condition)
    most = MOST_COUNTED if filters.summary_only else MOST_COUNTED_DEARLY
    counted = found.order_by().values("pk")[: most + 1].count()
    return found, min(counted, most), counted > most


def list_page(asked: DeviceListing | DeviceFilters, *, now: datetime, after: str = "", before: str = "") -> Page[DeviceRow]:
    """`after` and `before` are tokens of an earlier page. Three queries; with a text those of the search and two."""
    listing = asked if isinstance(asked, ListState) else replace(DEVICES.at_first, filters=asked)
    found, total, more = matching(listing.filters, now=now)
    return page_of(found, listing, total=Total(total, more), now=now, after=after, before=before)


def page_of(
    found: QuerySet[Device], listing: DeviceListing, *, total: Total, now: datetime, after: str = "", before: str = ""
) -> Page[DeviceRow]:
    """One page of these devices, in the order and with the columns of the list. Two queries."""
    return _reader(listing, now).page(_with_check_in(found), listing.order, size=listing.size, total=total, after=after, before=before)


def every_row(found: QuerySet[Device], listing: DeviceListing, *, now: datetime) -> Iterator[DeviceRow]:
    """All pages in the order of the list."""
    return _reader(listing, now).every(_with_check_in(found), listing.order)


def _with_check_in(found: QuerySet[Device]) -> QuerySet[Device]:
    return found.annotate(checked_in_at=F("check_in__at"))


def _reader(listing: DeviceListing, now: datetime) -> RowReader[DeviceRow]:
    return RowReader(DeviceRow, FIELDS, partial(_add_sightings, listing=listing, now=now))


def _add_sightings(rows: Sequence[DeviceRow], *, listing: DeviceListing, now: datetime) -> None:
    """One query, one for tags and one for facts, or none where no column needs it."""
    add_facts(rows, listing.columns)
    if rows and "tags" in listing.columns:
        tags = tags_of([row.id for row in rows])
        for row in rows:
            row.tags = tags.get(row.id, [])
    if not rows or not any(COLUMNS[key].sightings for key in listing.columns):
        return
    by_id = {row.id: row for row in rows}
    sightings = Sighting.objects.filter(device_id__in=list(by_id)).order_by("vendor", "id")
    columns = ["device_id", "vendor", "life", "stale", "account__name", "pulse__seen_at"]
    if "groups" in listing.columns:
        group = DeviceGroup.objects.filter(account_id=OuterRef("account_id"), external_id=OuterRef("group_id"))
        sightings = sightings.annotate(its_group=Subquery(group.values("name")[:1]))
        columns += ["group_name", "its_group"]
    found: Iterator[tuple[Any, ...]] = iter(sightings.values_list(*columns))
    for device_id, vendor, life, stale, account, seen_at, *groups in found:
        row = by_id[device_id]
        row.seen_by.append(SeenBy(vendor, present=life == Life.SEEN, stale=stale, account=account))
        row.last_seen = newest((row.last_seen, seen_at), now=now)
        row.groups += [name for name in groups if name and name not in row.groups]
    for row in rows:
        if row.checked_in_at and row.checked_in_at > NEVER:  # what the list may be sorted by, so that its order is always that of its ages
            row.last_seen = row.checked_in_at
