"""Whose word about patching still counts although it is old."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, Q

from devices.account_status.stale_sources import StaleSource
from devices.account_status.status import AccountStatus
from devices.lists.filters import FilterSet
from devices.models import Account, Sighting
from patching.lists.filters import TELLING, AttemptFilters, PatchingFilters, TitleFilters
from patching.models import Title
from patching.sync.scheduling import EVERY
from vendors.patching_api import Source
from vendors.registry import VENDORS

LATE = 2 * EVERY
WITH_DEVICES = [slug for slug, vendor in VENDORS.items() if vendor.patches_with_devices]


class SourceTimes(NamedTuple):
    """`read_at`: when its list of patches was last read to the end, where the vendor has one beside its devices."""

    account: str
    vendor: str
    fetched_at: datetime | None
    read_at: datetime | None


def aged(filters: FilterSet, known: Iterable[AccountStatus], *, now: datetime) -> list[StaleSource]:
    """Of the accounts that this list counts. `known`: the status of every account. One query."""
    return stale_sources(_sources(filters), known, now=now, meant=_meant(filters))


def ages(filters: FilterSet, known: Iterable[AccountStatus], *, now: datetime) -> dict[str, StaleSource]:
    """By name, of all accounts that told what such a list is made of. One query."""
    return {each.account: each for each in _told(_sources(filters), known, now, Q())}


def stale_sources(
    sources: Collection[Source], known: Iterable[AccountStatus], *, now: datetime, meant: Q | None = None
) -> list[StaleSource]:
    """Of accounts that told one of these sources to its end once."""
    return [each for each in _told(sources, known, now, meant or Q()) if each.why]


def _sources(filters: FilterSet) -> Collection[Source]:
    return (Source.RECENT, Source.ATTEMPTS) if isinstance(filters, AttemptFilters) else (Source.PATCHES,)


def _told(sources: Collection[Source], known: Iterable[AccountStatus], now: datetime, meant: Q) -> Iterator[StaleSource]:
    by_name = {each.name: each for each in known}
    read_at = Max("readings__complete_at", filter=Q(readings__source__in=sources))
    accounts = Account.objects.filter(meant, vendor__in=TELLING).annotate(read_at=read_at).order_by("name")
    told = (SourceTimes(*row) for row in accounts.values_list("name", "vendor", "complete_at", "read_at"))
    return (found for each in told if each.account in by_name and (found := as_of(each, by_name[each.account], now=now)))


def as_of(told: SourceTimes, status: AccountStatus, *, now: datetime) -> StaleSource | None:
    """When it last told of patches; `why` is "" where that is lately. None: it never did.

    Who tells them with its devices is late with those too, and every page says so by itself.
    """
    at = told.fetched_at if told.vendor in WITH_DEVICES else told.read_at
    if at is None:
        return None
    late = told.vendor not in WITH_DEVICES and at < now - LATE
    why = "has not told its whole list lately" if status.enabled and late else "" if status.enabled else status.frozen
    return StaleSource(told.account, why, at, not status.enabled, "" if status.enabled else status.code)


def _meant(filters: FilterSet) -> Q:
    found = Q()
    if isinstance(filters, PatchingFilters | TitleFilters) and filters.vendor:
        found &= Q(vendor=filters.vendor)
    if isinstance(filters, PatchingFilters) and filters.account:
        found &= Q(name=filters.account)
    if isinstance(filters, PatchingFilters) and filters.title:
        found &= Q(vendor__in=Title.objects.filter(pk=int(filters.title)).values("vendor"))
    if isinstance(filters, PatchingFilters) and filters.device:
        found &= Q(Exists(Sighting.objects.filter(account=OuterRef("pk"), device_id=int(filters.device))))
    return found
