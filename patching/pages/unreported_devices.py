"""Devices without patch data: no number of patching includes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from devices.device_list.filters import UNTOLD, DeviceFilters
from devices.device_list.queries import matching
from devices.models import Account
from patching.lists.counts import number_text
from patching.lists.filters import TELLING
from vendors.registry import VENDORS


@dataclass(frozen=True, slots=True)
class UnreportedDevices:
    """`query`: the filter of the device list that shows them; `vendors`: those that provide no patch data."""

    devices: int
    more: bool
    query: str
    vendors: list[str]

    @property
    def words(self) -> str:
        return number_text(self.devices, more=self.more)


def silent(*, now: datetime) -> UnreportedDevices:
    """Counted by the device list itself. Two queries."""
    filters = DeviceFilters(patching=UNTOLD)
    _, devices, more = matching(filters, now=now)
    slugs = set(Account.objects.filter(enabled=True).order_by().values_list("vendor", flat=True)) - set(TELLING)
    return UnreportedDevices(devices, more, filters.query_string(), sorted(VENDORS[slug].label for slug in slugs if slug in VENDORS))
