"""The overview of patching. It adds up tallies, never patches; only the oldest few are looked at one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from devices.models import Account
from devices.queries.filters import UNTOLD as NO_VENDOR
from devices.queries.filters import Filters as DeviceFilters
from devices.queries.list import matching
from patching.filters import ALL, OPEN_ORDER, TELLING, AttemptFilters, PatchFilters
from patching.models import Reading
from patching.queries.chart import Chart, chart, tried
from patching.queries.numbers import Number, narrowed, number, numbers
from patching.queries.patches import PATCHES, PatchRow
from patching.queries.rows import Accounts, add_names
from patching.queries.works import WorkRow, works
from vendors.registry import VENDORS

OLDEST = 5


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """What the success rate and the open patches cannot tell. `devices`: those that only silent vendors see."""

    devices: int
    more: bool
    devices_query: str
    silent: list[str]  # vendors that tell nothing about patching
    readings: list[Reading]  # what a credential may not read, or has not yet

    @property
    def words(self) -> str:
        return f"{self.devices:,}+" if self.more else f"{self.devices:,}"


@dataclass(frozen=True, slots=True)
class Overview:
    open: Number
    known: Number
    states: list[Number]
    old: Number
    chart: Chart
    works: list[WorkRow]
    oldest: list[PatchRow]
    unmeasured: Unmeasured

    @property
    def told(self) -> bool:
        """Anything at all is known about patching."""
        return bool(self.known.count or self.chart.all.count)


def overview(*, now: datetime) -> Overview:
    """Thirteen queries."""
    asked = [PatchFilters(), PatchFilters(status=ALL), *(PatchFilters(status=status) for status in OPEN_ORDER)]
    counts, attempts = numbers(asked, now=now), tried(AttemptFilters(), now=now)
    oldest = PATCHES.some(narrowed(asked[0], now=now).condition, PATCHES.first, most=OLDEST)
    add_names(oldest, Accounts())
    return Overview(
        open=counts[asked[0]],
        known=counts[asked[1]],
        states=[counts[filters] for filters in asked[2:]],
        old=number(PatchFilters(age="over-30"), now=now),
        chart=chart(attempts, now=now),
        works=works(attempts, now=now),
        oldest=oldest,
        unmeasured=unmeasured(now=now),
    )


def unmeasured(*, now: datetime) -> Unmeasured:
    silent = DeviceFilters(patching=NO_VENDOR)
    _, devices, more = matching(silent, now=now)
    accounts = Account.objects.filter(enabled=True).order_by("name")
    vendors = sorted({each.vendor for each in accounts if each.vendor not in TELLING})
    readings = list(
        Reading.objects.filter(account__enabled=True).exclude(can=True).select_related("account").order_by("account__name", "source")
    )
    return Unmeasured(devices, more, silent.query_string(), [VENDORS[slug].label for slug in vendors if slug in VENDORS], readings)
