"""Patching of one device, for its page: what is open first, then what was tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from devices.models import Device, Sighting
from patching.filters import ALL, OPEN_ORDER, AttemptFilters, PatchFilters
from patching.models import Attempt, Patch
from patching.models.patch import OPEN
from patching.queries.attempts import ATTEMPTS, AttemptRow
from patching.queries.numbers import MOST_COUNTED, Number
from patching.queries.patches import PATCHES, PatchRow
from patching.queries.rows import Accounts, add_names
from vendors.registry import VENDORS

MOST = 5


@dataclass(frozen=True, slots=True)
class OnDevice:
    """`told`: vendors that tell about patching of the device. `rests`: what was open last is not counted, for the device is not in use."""

    open: Number
    states: list[Number]
    patches: Sequence[PatchRow]
    tried: Number
    attempts: Sequence[AttemptRow]
    told: list[str]
    rests: bool


def on_device(device: Device, *, now: datetime) -> OnDevice:
    """Six queries, each of one device."""
    pk = str(device.pk)
    sightings = list(Sighting.objects.filter(device=device).values_list("pk", "account_id", "account__name", "vendor"))
    here = Q(sighting_id__in=[sighting for sighting, *_ in sightings])
    standing = Patch.objects.filter(here).order_by().values_list("counted", "status").annotate(number=Count("pk"))
    counts = {(counted, status): number for counted, status, number in standing}
    by_status = {status: number for (counted, status), number in counts.items() if counted}
    patches = PATCHES.some(here & Q(counted=True, status__in=OPEN), PATCHES.first, most=MOST)
    attempts = ATTEMPTS.some(here, ATTEMPTS.first, most=MOST)
    add_names([*patches, *attempts], Accounts({account: (name, vendor) for _, account, name, vendor in sightings}), devices=False)
    tried = Attempt.objects.filter(here).order_by()[: MOST_COUNTED + 1].count()
    return OnDevice(
        open=Number(PatchFilters(device=pk), sum(by_status.get(status, 0) for status in OPEN)),
        states=[Number(PatchFilters(device=pk, status=status), by_status[status]) for status in OPEN_ORDER if status in by_status],
        patches=patches,
        tried=Number(AttemptFilters(device=pk, period=ALL), min(tried, MOST_COUNTED), tried > MOST_COUNTED),
        attempts=attempts,
        told=sorted({VENDORS[vendor].label for *_, vendor in sightings if vendor in VENDORS and VENDORS[vendor].tells_patches}),
        rests=any((False, status) in counts for status in OPEN),
    )
