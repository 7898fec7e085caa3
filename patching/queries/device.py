"""Patching of one device, for its page: what is open first, then what was tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Q

from devices.models import Device, Sighting
from patching.filters import ALL, AttemptFilters, PatchFilters
from patching.models import Patch
from patching.queries.attempts import ATTEMPTS, AttemptRow
from patching.queries.numbers import Number
from patching.queries.overview import OPEN_ORDER
from patching.queries.patches import PATCHES, PatchRow
from vendors.registry import VENDORS

MOST = 5


@dataclass(frozen=True, slots=True)
class OnDevice:
    """`told`: vendors that list the device and tell about patching."""

    open: Number
    states: list[Number]
    patches: Sequence[PatchRow]
    tried: Number
    attempts: Sequence[AttemptRow]
    told: list[str]


def on_device(device: Device, *, now: datetime) -> OnDevice:
    """Fourteen queries, each of one device."""
    pk = str(device.pk)
    listed = list(Sighting.objects.filter(device=device).order_by("vendor").values_list("pk", "vendor"))
    counts = _by_status([sighting for sighting, _ in listed])
    wanted = AttemptFilters(device=pk, period=ALL)
    patches = PATCHES.page(replace(PATCHES.shape.read({"device": pk}), size=MOST), now=now)
    attempts = ATTEMPTS.page(replace(ATTEMPTS.shape.read(wanted.pairs()), size=MOST), now=now)
    return OnDevice(
        open=Number(PatchFilters(device=pk), patches.total, patches.more),
        states=[Number(PatchFilters(device=pk, status=status), counts[status]) for status in OPEN_ORDER if counts.get(status)],
        patches=patches.rows,
        tried=Number(wanted, attempts.total, attempts.more),
        attempts=attempts.rows,
        told=sorted({VENDORS[vendor].label for _, vendor in listed if vendor in VENDORS and VENDORS[vendor].tells_patches}),
    )


def _by_status(sightings: list[int]) -> dict[str, int]:
    found = Patch.objects.filter(Q(counted=True), sighting_id__in=sightings).order_by()
    return dict(found.values_list("status").annotate(number=Count("pk")))
