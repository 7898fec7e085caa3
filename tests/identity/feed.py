"""Feed: gives generated records to the product as its syncs read them, and reads back which of them are one device.

Pages are as large as the vendor's own; the vendors' mappings parse them; the end of a run is the handler's, so that missing and removed
records, stale ones and times of contact are as in production.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction

from devices.models import Account, JobState, Sighting
from tests.identity.product import DevicePage, SyncHandler, request_run
from tests.identity.record import BETWEEN, ESET, LAST, OPSWAT, Name, Record
from tests.identity.vendor_json import CORE_ZONE
from vendors.base import Scope
from vendors.eset import mapping as eset
from vendors.five9s import mapping as five9s
from vendors.opswat import mapping as opswat

PAGE = {"eset": 1000, "opswat": 50, "five9s": 200}
Partition = frozenset[frozenset[Name]]


def feed(records: Iterable[Record], *, now: datetime, accounts: Sequence[str] = (), pages: int = 1) -> None:
    """The three syncs of every account, the last one at `now`. `accounts`: their order; `pages`: how many times smaller they are."""
    by_account: dict[str, list[Record]] = defaultdict(list)
    for each in records:
        by_account[each.account].append(each)
    for number in range(LAST + 1):
        for account in accounts or sorted(by_account):
            listed = [each for each in by_account[account] if number in each.listed]
            sync(
                by_account[account][0].vendor,
                account,
                listed,
                at=now - (LAST - number) * BETWEEN,
                before=(LAST - number) * BETWEEN,
                pages=pages,
            )


def sync(vendor: str, account: str, records: Sequence[Record], *, at: datetime, before: timedelta = timedelta(0), pages: int = 1) -> None:
    """One complete sync. `before`: how long before the time that the records' contacts are meant for."""
    row, _ = Account.objects.get_or_create(name=account, defaults={"vendor": vendor})
    run, handler = request_run(row, Scope(), now=at), SyncHandler()
    run.state, run.started_at = JobState.RUNNING, at
    size = max(1, PAGE[vendor] // pages)
    try:
        for start in range(0, max(1, len(records)), size):
            entries, rejects = parsed(vendor, [_at_time(each, at, before) for each in records[start : start + size]], at)
            assert not rejects, rejects
            with transaction.atomic():
                handler.keep(run, DevicePage(entries=tuple(entries)), at)
                run.save()
        with transaction.atomic():
            run.state, run.finished_at = JobState.DONE, at
            handler.finish(run, at)
            run.save()
    finally:
        handler.close()
    assert (run.records, run.quarantined, run.withheld) == (len(records), 0, 0)


def parsed(vendor: str, raws: Sequence[dict[str, Any]], at: datetime) -> tuple[Sequence[Any], Sequence[Any]]:
    """Entries and rejects of one page, by the vendor's mapping."""
    rows = [msgspec.Raw(msgspec.json.encode(raw)) for raw in raws]
    if vendor == ESET:
        return eset.entries(rows, now=at)
    if vendor == OPSWAT:
        return opswat.entries(rows, now=at)
    return five9s.entries(rows, zone=CORE_ZONE, now=at)


def _at_time(record: Record, at: datetime, before: timedelta) -> dict[str, Any]:
    """The record as an earlier sync saw it: a machine in use was in contact shortly before that one too."""
    return timed(record, record.contact if record.contact <= at - before else record.contact - before)


def timed(record: Record, contact: datetime) -> dict[str, Any]:
    if record.vendor == ESET:
        return record.raw | {"lastSyncTime": f"{contact:%Y-%m-%dT%H:%M:%SZ}"}
    if record.vendor == OPSWAT:
        return record.raw | {"last_seen": f"{contact:%Y-%m-%dT%H:%M:%SZ}"}
    inventory = record.raw["EpmInventory"] | {"LastUpdInvSvr": f"{contact.astimezone(CORE_ZONE):%Y-%m-%dT%H:%M:%S}"}
    return record.raw | {"EpmInventory": inventory}


def devices() -> dict[Name, int]:
    """The device of each record."""
    rows = Sighting.objects.values_list("account__name", "external_id", "device")
    return {(account, external): device for account, external, device in rows}


def partition(found: dict[Name, int] | None = None) -> Partition:
    groups: dict[int, set[Name]] = defaultdict(set)
    for name, device in (devices() if found is None else found).items():
        groups[device].add(name)
    return frozenset(frozenset(names) for names in groups.values())


def pairs(groups: Partition) -> Iterator[frozenset[Name]]:
    for names in groups:
        ordered = sorted(names)
        for nth, one in enumerate(ordered):
            for other in ordered[nth + 1 :]:
                yield frozenset((one, other))
