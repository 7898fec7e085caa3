"""The numbers of the dashboard. Each is counted with the very filter that its link opens, so the two cannot disagree."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Sum

from devices.device_list.filters import TROUBLE, DeviceFilters
from devices.models import Device, Life
from vendors.registry import VENDORS
from vendors.states import State

ORDER = (State.CRITICAL, State.ATTENTION, State.UNKNOWN, State.OK)


@dataclass(frozen=True, slots=True)
class LinkedNumber:
    """A count and the filter that makes it up."""

    filters: DeviceFilters
    count: int
    label: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class VendorCounts:
    slug: str
    label: str
    total: LinkedNumber
    states: list[LinkedNumber]


@dataclass(frozen=True, slots=True)
class Tiles:
    total: LinkedNumber
    trouble: LinkedNumber
    states: list[LinkedNumber]
    missing: LinkedNumber
    gone: LinkedNumber
    retired: LinkedNumber
    vendors: list[VendorCounts]


def tiles(vendors: list[str]) -> Tiles:
    """One query. `vendors`: slugs of the vendors that have an account."""
    wanted = [
        DeviceFilters(),
        DeviceFilters(state=TROUBLE),
        DeviceFilters(life=Life.MISSING),
        DeviceFilters(life=Life.GONE),
        DeviceFilters(life=Life.RETIRED),
    ]
    wanted += [DeviceFilters(state=state) for state in ORDER]
    for vendor in vendors:
        wanted += [DeviceFilters(vendor=vendor), *(DeviceFilters(vendor=vendor, state=state) for state in ORDER)]
    names = {f"n{position}": filters for position, filters in enumerate(wanted)}
    # Grouped first: what the filters ask about has a few dozen values, so each condition is put to those and not to every device.
    groups = Device.objects.order_by().values("state", "life", "vendors").annotate(devices=Count("pk"))
    counts = groups.aggregate(**{name: Sum("devices", filter=filters.condition(), default=0) for name, filters in names.items()})
    count = {filters: counts[name] for name, filters in names.items()}

    def number(filters: DeviceFilters, label: str = "") -> LinkedNumber:
        return LinkedNumber(filters, count[filters], label, filters.state)

    def states(vendor: str = "") -> list[LinkedNumber]:
        return [number(DeviceFilters(vendor=vendor, state=state), state.label) for state in ORDER]

    return Tiles(
        total=number(DeviceFilters()),
        trouble=number(DeviceFilters(state=TROUBLE)),
        states=states(),
        missing=number(DeviceFilters(life=Life.MISSING), "Missing"),
        gone=number(DeviceFilters(life=Life.GONE), "Gone"),
        retired=number(DeviceFilters(life=Life.RETIRED), "Retired"),
        vendors=[
            VendorCounts(slug, VENDORS[slug].label, number(DeviceFilters(vendor=slug)), states(slug)) for slug in vendors if slug in VENDORS
        ],
    )
