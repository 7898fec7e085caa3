"""The numbers of the dashboard. Each is counted with the very filter that its link opens, so the two cannot disagree."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Sum

from devices.device_list.filters import TROUBLE, Filters
from devices.models import Device, Life
from vendors.registry import VENDORS
from vendors.states import State

ORDER = (State.CRITICAL, State.ATTENTION, State.UNKNOWN, State.OK)


@dataclass(frozen=True, slots=True)
class Number:
    """A count and the filter that makes it up."""

    filters: Filters
    count: int
    label: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class VendorRow:
    slug: str
    label: str
    total: Number
    states: list[Number]


@dataclass(frozen=True, slots=True)
class Tiles:
    total: Number
    trouble: Number
    states: list[Number]
    missing: Number
    gone: Number
    retired: Number
    vendors: list[VendorRow]


def tiles(vendors: list[str]) -> Tiles:
    """One query. `vendors`: slugs of the vendors that have an account."""
    wanted = [Filters(), Filters(state=TROUBLE), Filters(life=Life.MISSING), Filters(life=Life.GONE), Filters(life=Life.RETIRED)]
    wanted += [Filters(state=state) for state in ORDER]
    for vendor in vendors:
        wanted += [Filters(vendor=vendor), *(Filters(vendor=vendor, state=state) for state in ORDER)]
    names = {f"n{position}": filters for position, filters in enumerate(wanted)}
    # Grouped first: what the filters ask about has a few dozen values, so each condition is put to those and not to every device.
    groups = Device.objects.order_by().values("state", "life", "vendors").annotate(devices=Count("pk"))
    counts = groups.aggregate(**{name: Sum("devices", filter=filters.condition(), default=0) for name, filters in names.items()})
    count = {filters: counts[name] for name, filters in names.items()}

    def number(filters: Filters, label: str = "") -> Number:
        return Number(filters, count[filters], label, filters.state)

    def states(vendor: str = "") -> list[Number]:
        return [number(Filters(vendor=vendor, state=state), state.label) for state in ORDER]

    return Tiles(
        total=number(Filters()),
        trouble=number(Filters(state=TROUBLE)),
        states=states(),
        missing=number(Filters(life=Life.MISSING), "Missing"),
        gone=number(Filters(life=Life.GONE), "Gone"),
        retired=number(Filters(life=Life.RETIRED), "Retired"),
        vendors=[VendorRow(slug, VENDORS[slug].label, number(Filters(vendor=slug)), states(slug)) for slug in vendors if slug in VENDORS],
    )
