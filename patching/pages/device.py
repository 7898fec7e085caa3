"""Patching of one device, for its page: open patches, then the latest attempt of each application."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, OuterRef, Q, Subquery

from devices.account_status.stale_sources import StaleSource
from devices.account_status.status import AccountStatus
from devices.models import Sighting
from patching.lists.attempts import ATTEMPTS, AttemptRow
from patching.lists.counts import MOST_COUNTED, LinkedCount
from patching.lists.filters import ALL, OPEN_ORDER, AttemptFilters, PatchFilters
from patching.lists.patches import PATCHES, PatchRow
from patching.lists.rows import AccountNames, add_names
from patching.lists.stale_sources import SourceTimes, as_of
from patching.models import Attempt, Patch, Reading
from patching.models.patch import OPEN
from patching.pages.latest_attempts import LatestAttempt, last_of_each
from vendors.patching_api import Source
from vendors.registry import VENDORS

MOST = 5
MOST_LASTS = 8
MOST_READ = 200
_READ = Reading.objects.filter(account=OuterRef("account"), source=Source.PATCHES).values("complete_at")
# As SourceTimes has them.
_SOURCE_TIMES = ("account__name", "vendor", "pulse__fetched_at", Subquery(_READ))


@dataclass(frozen=True, slots=True)
class DevicePatching:
    """`vendors`: those of the device that provide patch data; `as_of`: when each of their accounts last did.

    `rests`: open patches are not counted because the device is not active.
    """

    open: LinkedCount
    states: list[LinkedCount]
    patches: Sequence[PatchRow]
    tried: LinkedCount
    lasts: Sequence[LatestAttempt]
    vendors: list[str]
    as_of: list[StaleSource]
    rests: bool


def on_device(pk: int, known: Mapping[int, AccountStatus], *, now: datetime) -> DevicePatching | None:
    """Four queries, each of one device; None: it has no sighting. `known`: the status of every account."""
    sightings = list(Sighting.objects.filter(device_id=pk).order_by("account__name").values_list("pk", "account_id", *_SOURCE_TIMES))
    if not sightings:
        return None
    here, wanted = Q(sighting_id__in=[sighting for sighting, *_ in sightings]), PatchFilters(device=str(pk))
    told = {account: SourceTimes(*times) for _, account, *times in sightings}
    patches = PATCHES.some(here, PATCHES.first, most=MOST_READ)
    attempts = ATTEMPTS.some(here, ATTEMPTS.first, most=MOST_READ)
    by_status = _by_status(here, patches)
    opened, lasts = _opened(here, patches), last_of_each(attempts)[:MOST_LASTS]
    accounts = AccountNames({account: (each.account, each.vendor) for account, each in told.items()})
    add_names([*opened, *(each.attempt for each in lasts)], accounts, devices=False)
    return DevicePatching(
        open=LinkedCount(wanted, sum(by_status.get((True, status), 0) for status in OPEN)),
        states=[
            LinkedCount(replace(wanted, status=status), by_status[True, status]) for status in OPEN_ORDER if (True, status) in by_status
        ],
        patches=opened,
        tried=_tried(here, attempts, AttemptFilters(device=str(pk), period=ALL)),
        lasts=lasts,
        vendors=sorted({VENDORS[vendor].label for _, vendor, *_ in told.values() if vendor in VENDORS and VENDORS[vendor].tells_patches}),
        as_of=[each for pk, times in told.items() if pk in known and (each := as_of(times, known[pk], now=now))],
        rests=any((False, status) in by_status for status in OPEN),
    )


def _opened(here: Q, rows: list[PatchRow]) -> list[PatchRow]:
    """The oldest few; read again only where there are more patches than were read."""
    if len(rows) < MOST_READ:
        return [row for row in rows if row.counted and row.status in OPEN][:MOST]
    return PATCHES.some(here & Q(counted=True, status__in=OPEN), PATCHES.first, most=MOST)


def _by_status(here: Q, rows: list[PatchRow]) -> Mapping[tuple[bool, str], int]:
    if len(rows) < MOST_READ:
        return Counter((row.counted, row.status) for row in rows)
    rows_by_status = Patch.objects.filter(here).order_by().values_list("counted", "status").annotate(number=Count("pk"))
    return {(counted, status): number for counted, status, number in rows_by_status}


def _tried(here: Q, rows: list[AttemptRow], wanted: AttemptFilters) -> LinkedCount:
    number = len(rows) if len(rows) < MOST_READ else Attempt.objects.filter(here).order_by()[: MOST_COUNTED + 1].count()
    return LinkedCount(wanted, min(number, MOST_COUNTED), number > MOST_COUNTED)
