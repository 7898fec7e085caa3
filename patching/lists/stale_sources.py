"""Stale sources of patching: accounts whose old patch data is still counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext

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
    """`read_at`: the last full sync of its patches, where the vendor lists them apart from devices."""

    account: str
    vendor: str
    fetched_at: datetime | None
    read_at: datetime | None


def aged(filters: FilterSet, known: Iterable[AccountStatus], *, now: datetime) -> list[StaleSource]:
    """Of the accounts that this list counts. `known`: the status of every account. One query."""
    return stale_sources(_sources(filters), known, now=now, meant=_meant(filters))


def ages(filters: FilterSet, known: Iterable[AccountStatus], *, now: datetime) -> dict[str, StaleSource]:
    """By name, of all accounts that provide the rows of such a list. One query."""
    return {each.account: each for each in _known(_sources(filters), known, now, Q())}


def stale_sources(
    sources: Collection[Source], known: Iterable[AccountStatus], *, now: datetime, meant: Q | None = None
) -> list[StaleSource]:
    """Of accounts that one of these sources was read completely from."""
    return [each for each in _known(sources, known, now, meant or Q()) if each.why]


def _sources(filters: FilterSet) -> Collection[Source]:
    return (Source.RECENT, Source.ATTEMPTS) if isinstance(filters, AttemptFilters) else (Source.PATCHES,)


def _known(sources: Collection[Source], known: Iterable[AccountStatus], now: datetime, meant: Q) -> Iterator[StaleSource]:
    by_name = {each.name: each for each in known}
    read_at = Max("readings__complete_at", filter=Q(readings__source__in=sources))
    accounts = Account.objects.filter(meant, vendor__in=TELLING).annotate(read_at=read_at).order_by("name")
    found = (SourceTimes(*row) for row in accounts.values_list("name", "vendor", "complete_at", "read_at"))
    return (source for each in found if each.account in by_name and (source := as_of(each, by_name[each.account], now=now)))


def as_of(times: SourceTimes, status: AccountStatus, *, now: datetime) -> StaleSource | None:
    """Its last patch data; `why` is "" where that is recent. None: there is none.

    Where patches come with the devices, the account status covers the delay.
    """
    at = times.fetched_at if times.vendor in WITH_DEVICES else times.read_at
    if at is None:
        return None
    late = times.vendor not in WITH_DEVICES and at < now - LATE
    why = gettext("had no recent full sync of patches") if status.enabled and late else "" if status.enabled else status.frozen
    return StaleSource(times.account, why, at, not status.enabled, "" if status.enabled else status.code)


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
