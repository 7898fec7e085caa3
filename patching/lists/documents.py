"""Attempts and open patches as commands print them. Times are in UTC; keys may be added, never renamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from devices.account_status.status import statuses
from devices.search.documents import moment
from patching.lists.attempts import ATTEMPTS, AttemptRow
from patching.lists.filters import ALL, OPEN
from patching.lists.patches import PATCHES, PatchRow
from patching.lists.rows import NamedRow
from patching.lists.stale_sources import ages
from patching.lists.table import Table

Document = dict[str, Any]


def attempts(account: str, *, now: datetime) -> Iterator[Document]:
    """All that are kept, newest first; `account` "": of every account."""
    return _dated(_attempt, ATTEMPTS, {"account": account, "period": ALL}, now)


def open_patches(account: str, *, now: datetime) -> Iterator[Document]:
    """The oldest first."""
    return _dated(_patch, PATCHES, {"account": account, "status": OPEN}, now)


WHAT: Mapping[str, Callable[..., Iterator[Document]]] = {"attempts": attempts, "open": open_patches}


def _dated(document: Callable[[Any], Document], table: Table[Any, Any, Any], query: Mapping[str, str], now: datetime) -> Iterator[Document]:
    """Each with the last full sync of its account, and why that is old; null where it is not."""
    listing = table.shape.read(query)
    known = ages(listing.filters, statuses(now), now=now)
    for row in table.every(listing, now=now):
        age = known.get(row.account)
        yield {**document(row), "as_of": moment(age.at) if age else None, "old_because": age.because or None if age else None}


def _attempt(row: AttemptRow) -> Document:
    return {
        "application": row.title,
        "developer": row.developer,
        "from": row.before or None,
        "to": row.after or None,
        "status": row.status,
        "reason": row.reason or None,
        "raw_status": row.raw,
        "start": moment(row.started_at),
        "end": moment(row.ended_at),
        "last": row.last if row.device_ref else None,
        **_where(row),
    }


def _patch(row: PatchRow) -> Document:
    return {
        "application": row.title,
        "developer": row.developer,
        "to": row.version or None,
        "status": row.status,
        "reason": row.reason or None,
        "next_step": row.work.step if row.work else None,
        "raw_status": row.raw,
        "severity": row.severity,
        "open_since": moment(row.open_since),
        "probably": row.probably or None,
        **_where(row),
    }


def _where(row: NamedRow) -> Document:
    """`device` null: not reported; `device_id` null beside a name: the device was not synced yet."""
    return {"device": row.device_name or row.device_ref or None, "device_id": row.device, "account": row.account}
