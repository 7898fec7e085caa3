"""Filters and definition of the coverage matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy, ngettext_lazy

from devices.account_status.status import AccountStatus
from devices.coverage.states import CoverageState
from devices.device_list.fleet_filters import PART, FleetFilters
from devices.lists.columns import Column, Sort
from devices.lists.filters import FilterField
from devices.lists.state import ListDefinition, ListState
from devices.models.coverage import MOST_GAPS
from vendors.registry import VENDORS

# The most gaps first, as a worker last counted them (devices/coverage/gaps.py).
RANK_SQL = f"coalesce((SELECT c.rank FROM devices_gapcount c WHERE c.device_id = devices_device.id), {MOST_GAPS})"
STATES = {cover.value: cover.look.word for cover in CoverageState}


@dataclass(frozen=True, slots=True)
class CoverageFilters(FleetFilters):
    """`cover`: devices with this state at one of the accounts that `account` and `vendor` leave; without it they choose the columns."""

    kinds = {
        "q": FilterField(gettext_lazy("Search")),
        "cover": FilterField(gettext_lazy("Coverage"), STATES),
        "account": FilterField(gettext_lazy("Vendor account")),
        "vendor": FilterField(gettext_lazy("Vendor"), {slug: vendor.label for slug, vendor in VENDORS.items()}),
        **PART,
    }

    q: str = ""
    cover: str = ""
    account: str = ""
    vendor: str = ""

    def chosen(self, statuses: Sequence[AccountStatus]) -> list[AccountStatus]:
        return [each for each in statuses if self.account in ("", each.name) and self.vendor in ("", each.vendor)]

    def columns(self, statuses: Sequence[AccountStatus]) -> list[AccountStatus]:
        return list(statuses) if self.cover else self.chosen(statuses)


EVERY_DEVICE = CoverageFilters()
CoverageListing = ListState[CoverageFilters]
MATRIX = ListDefinition(
    name="coverage",
    title=gettext_lazy("Coverage"),
    counted=ngettext_lazy("%(range)s of %(total)s device", "%(range)s of %(total)s devices", "count"),
    url="devices:coverage",
    filters=CoverageFilters,
    columns={"name": Column(gettext_lazy("Device")), "os": Column(gettext_lazy("OS")), "gaps": Column(gettext_lazy("Gaps"), number=True)},
    sorts={"name": Sort(("name", "id")), "gaps": Sort(("rank", "name", "id"), sql={"rank": RANK_SQL})},
    sort="name",
)
