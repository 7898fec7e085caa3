"""The overview of patching. It adds up tallies, never patches; only the oldest patches are read as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from devices.account_status.stale_sources import StaleSource
from devices.account_status.status import AccountStatus
from patching.lists.counts import LinkedCount, narrowed, number, numbers
from patching.lists.filters import ALL, OPEN_ORDER, AttemptFilters, PatchDeviceFilters, PatchFilters
from patching.lists.patches import PATCHES, PatchRow
from patching.lists.rows import AccountNames, add_names
from patching.lists.stale_sources import LATE, stale_sources
from patching.models import Reading
from patching.pages.chart import AttemptChart, AttemptCounts, attempt_chart, tried
from patching.pages.work_lists import WorkList, wanted, works
from vendors.patch_states import PatchStatus
from vendors.patching_api import Source

OLDEST = 5


@dataclass(frozen=True, slots=True)
class Overview:
    open: LinkedCount
    known: LinkedCount
    states: list[tuple[LinkedCount, LinkedCount | None]]  # and latest attempts with that status, where it needs action
    devices: LinkedCount  # with an open patch
    old: LinkedCount
    chart: AttemptChart
    works: list[WorkList]
    oldest: list[PatchRow]
    unread: list[Reading]  # sources without access, not read yet, or not read lately
    off: list[StaleSource]  # disabled accounts whose data is still counted

    @property
    def known_any(self) -> bool:
        """Whether there is any patch data."""
        return bool(self.known.count or self.chart.all.count)


def overview(known: Sequence[AccountStatus], *, now: datetime) -> Overview:
    """Ten queries. `known`: the status of every account."""
    asked = [PatchFilters(), PatchFilters(status=ALL), *(PatchFilters(status=status) for status in OPEN_ORDER)]
    counts, attempts = numbers([*asked, *wanted()]), tried(AttemptFilters(), now=now)
    oldest = PATCHES.some(narrowed(asked[0], now=now).condition, PATCHES.first, most=OLDEST)
    add_names(oldest, AccountNames())
    unread = Q(can=None) | Q(can=False) | Q(complete_at__lt=now - LATE)
    readings = Reading.objects.filter(unread, account__enabled=True).select_related("account")
    return Overview(
        open=counts[asked[0]],
        known=counts[asked[1]],
        states=[(counts[filters], _last(attempts, filters.status)) for filters in asked[2:]],
        devices=number(PatchDeviceFilters(), now=now),
        old=number(PatchFilters(age="over-30"), now=now),
        chart=attempt_chart(attempts, now=now),
        works=works(counts, attempts),
        oldest=oldest,
        unread=list(readings.only("source", "can", "sentence", "complete_at", "account__name").order_by("account__name", "source")),
        off=[each for each in stale_sources(list(Source), known, now=now) if each.off],
    )


def _last(attempts: AttemptCounts, status: str) -> LinkedCount | None:
    return attempts.number(status, "", last=True) if status in (PatchStatus.FAILED, PatchStatus.RESTART) else None
