"""Filters and definition of the coverage matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext_lazy, ngettext_lazy

from devices.account_status.status import AccountStatus
from devices.coverage.states import CoverageState
from devices.device_list.facts import FACT_KINDS, with_fact, without_topics
from devices.device_list.fleet_filters import PART, FleetFilters
from devices.facts.visibility import visible_topics
from devices.lists.columns import Column, Sort
from devices.lists.filters import FilterField
from devices.lists.state import ListDefinition, ListState
from devices.models import User
from devices.models.coverage import MOST_GAPS
from vendors.facts import FactName, FactTopic
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
        "location": FACT_KINDS["location"],
    }

    q: str = ""
    cover: str = ""
    account: str = ""
    vendor: str = ""
    location: str = ""

    def condition(self) -> Q:
        """Everything but the text and the state at an account. With a location one query."""
        return self.devices() & with_fact(FactName.LOCATION, self.location) if self.location else self.devices()

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
_WITHOUT_PLACES = replace(MATRIX, filters=without_topics(CoverageFilters, frozenset([FactTopic.PLACE])))


def matrix_for(user: User | AnonymousUser) -> ListDefinition[CoverageFilters]:
    """The list, without the filter of a fact that the user does not see."""
    return MATRIX if FactTopic.PLACE in visible_topics(user) else _WITHOUT_PLACES
