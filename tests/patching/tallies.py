"""What triggers keep, counted again from the rows themselves."""

from __future__ import annotations

from collections import Counter

from django.db.models import Count, Q

from patching.models import Attempt, AttemptTally, DeviceTally, Patch, PatchTally
from patching.models.patch import OPEN

STANDING = ("account", "title", "status", "reason")
ON_DAY = ("account", "day", "title", "status", "reason", "last")
NUMBERS = {
    "open": Q(status__in=OPEN),
    "high": Q(status__in=OPEN, severity="high"),
    "failed": Q(status="failed"),
    "restart": Q(status="restart"),
}


def by_device() -> dict[int, tuple[int, ...]]:
    """Of devices that have an open patch: how many are open, of high severity, failed, and wait for a restart."""
    rows = Patch.objects.filter(counted=True, sighting__isnull=False).order_by().values_list("sighting__device")
    numbers = rows.annotate(**{f"n_{name}": Count("pk", filter=which) for name, which in NUMBERS.items()})
    return {device: tuple(found) for device, *found in numbers if any(found)}


def last_on_their_devices() -> set[int]:
    """The newest attempt of each application on each device."""
    newest: dict[tuple[object, ...], int] = {}
    told = Attempt.objects.exclude(device_ref="").order_by("at", "pk")
    for pk, *key in told.values_list("pk", "account", "device_ref", "title"):
        newest[tuple(key)] = pk
    return set(newest.values())


def assert_tallies_are_true() -> None:
    assert dict(Counter(Patch.objects.filter(counted=True).values_list(*STANDING))) == {
        tuple(key): number for *key, number in PatchTally.objects.exclude(number=0).values_list(*STANDING, "number")
    }
    assert dict(Counter(Attempt.objects.values_list(*ON_DAY))) == {
        tuple(key): number for *key, number in AttemptTally.objects.exclude(number=0).values_list(*ON_DAY, "number")
    }
    tallies = {device: tuple(numbers) for device, *numbers in DeviceTally.objects.values_list("device", *NUMBERS)}
    assert by_device() == {device: numbers for device, numbers in tallies.items() if numbers != (0, 0, 0, 0)}
