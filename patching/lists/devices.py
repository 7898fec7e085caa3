"""Devices by what they lack: from their tallies, in the order of an index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Min

from devices.lists.columns import Column, Sort
from devices.lists.state import Shape
from devices.models import Device
from patching.lists.counts import Number
from patching.lists.filters import DeviceFilters, PatchFilters
from patching.lists.table import Table
from patching.models import DeviceTally, Patch
from patching.models.patch import OPEN
from vendors.patch_states import PatchStatus, Severity

NUMBERS = {"open": "Open patches", "high": "High severity", "failed": "Failed", "restart": "Restart needed"}


@dataclass(slots=True, kw_only=True)
class DeviceRow:
    """`oldest`: since when its oldest open patch is."""

    device_id: int
    open: int
    high: int
    failed: int
    restart: int
    name: str = ""
    user: str = ""
    os: str = ""
    oldest: datetime | None = None

    @property
    def numbers(self) -> list[tuple[str, Number]]:
        """With the label of its column, in their order."""
        mine = PatchFilters(device=str(self.device_id))
        wanted = (
            mine,
            replace(mine, severity=Severity.HIGH),
            replace(mine, status=PatchStatus.FAILED),
            replace(mine, status=PatchStatus.RESTART),
        )
        counts = (self.open, self.high, self.failed, self.restart)
        return [(label, Number(filters, count)) for label, filters, count in zip(NUMBERS.values(), wanted, counts, strict=True)]


SHAPE = Shape(
    name="devices-by-patches",
    title="Patching by device",
    rows=("device", "devices"),
    url="patching:devices",
    filters=DeviceFilters,
    columns={
        "name": Column("Device"),
        "user": Column("User"),
        "os": Column("System"),
        **{key: Column(label, number=True) for key, label in NUMBERS.items()},
        "oldest": Column("Oldest"),
    },
    sorts={key: Sort(label, (key, "device_id"), descending_first=True, whole=(key, "device_id")) for key, label in NUMBERS.items()},
    sort="-open",
)


def naming() -> Callable[[Sequence[DeviceRow]], None]:
    return add_names


def add_names(rows: Sequence[DeviceRow]) -> None:
    """Two queries."""
    ids = [row.device_id for row in rows]
    named = {pk: rest for pk, *rest in Device.objects.filter(pk__in=ids).values_list("pk", "name", "user", "os_name")}
    standing = Patch.objects.filter(sighting__device__in=ids, counted=True, status__in=OPEN).order_by()
    oldest = dict(standing.values_list("sighting__device").annotate(at=Min("open_since")))
    for row in rows:
        row.name, row.user, row.os = named.get(row.device_id, ("", "", ""))
        row.oldest = oldest.get(row.device_id)


DEVICES = Table(SHAPE, DeviceTally, DeviceRow, ("device_id", *NUMBERS), naming)
