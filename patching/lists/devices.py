"""The list of devices by open patches: from their tallies, in the order of an index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Min
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy

from devices.lists.columns import Column, Sort
from devices.lists.state import ListDefinition
from devices.models import Device
from patching.lists.counts import LinkedCount
from patching.lists.filters import PatchDeviceFilters, PatchFilters
from patching.lists.table import Table
from patching.models import DeviceTally, Patch
from patching.models.patch import OPEN
from vendors.patch_states import PatchStatus, Severity

NUMBERS = {
    "open": gettext_lazy("Open patches"),
    "high": gettext_lazy("High severity"),
    "failed": gettext_lazy("Failed"),
    "restart": gettext_lazy("Restart required"),
}


@dataclass(slots=True, kw_only=True)
class PatchDeviceRow:
    """`oldest`: when its oldest open patch was first detected."""

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
    def numbers(self) -> list[tuple[str | Promise, LinkedCount]]:
        """With the label of its column, in their order."""
        mine = PatchFilters(device=str(self.device_id))
        wanted = (
            mine,
            replace(mine, severity=Severity.HIGH),
            replace(mine, status=PatchStatus.FAILED),
            replace(mine, status=PatchStatus.RESTART),
        )
        counts = (self.open, self.high, self.failed, self.restart)
        return [(label, LinkedCount(filters, count)) for label, filters, count in zip(NUMBERS.values(), wanted, counts, strict=True)]


SHAPE = ListDefinition(
    name="devices-by-patches",
    title=gettext_lazy("Patches by device"),
    counted=ngettext_lazy("%(range)s of %(total)s device", "%(range)s of %(total)s devices", "count"),
    url="patching:devices",
    filters=PatchDeviceFilters,
    columns={
        "name": Column(gettext_lazy("Device")),
        "user": Column(gettext_lazy("User")),
        "os": Column(gettext_lazy("OS")),
        **{key: Column(label, number=True) for key, label in NUMBERS.items()},
        "oldest": Column(gettext_lazy("Oldest patch")),
    },
    sorts={key: Sort((key, "device_id"), descending_first=True, whole=(key, "device_id")) for key in NUMBERS},
    sort="-open",
)


def naming() -> Callable[[Sequence[PatchDeviceRow]], None]:
    return add_names


def add_names(rows: Sequence[PatchDeviceRow]) -> None:
    """Two queries."""
    ids = [row.device_id for row in rows]
    named = {pk: rest for pk, *rest in Device.objects.filter(pk__in=ids).values_list("pk", "name", "user", "os_name")}
    standing = Patch.objects.filter(sighting__device__in=ids, counted=True, status__in=OPEN).order_by()
    oldest = dict(standing.values_list("sighting__device").annotate(at=Min("open_since")))
    for row in rows:
        row.name, row.user, row.os = named.get(row.device_id, ("", "", ""))
        row.oldest = oldest.get(row.device_id)


DEVICES = Table(SHAPE, DeviceTally, PatchDeviceRow, ("device_id", *NUMBERS), naming)
