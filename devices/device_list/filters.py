"""Filters and definition of the device list.

Numbers on the dashboard and rows of the list both come from `condition`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

from devices.device_list import conditions
from devices.device_list.columns import CHOSEN, COLUMNS, NAME, SORTS
from devices.device_list.conditions import ANY
from devices.device_list.facts import FACT_KINDS, FACTS, FactFilters, without_topics
from devices.device_list.fleet_filters import PART
from devices.facts.visibility import visible_topics
from devices.lists.columns import Column
from devices.lists.filters import FilterField, FilterGroup
from devices.lists.state import ListDefinition, ListState
from devices.models import Life, User
from devices.reconciliation.conflicts import FIELDS
from devices.trends.days import day_of
from vendors.facts import FactTopic
from vendors.registry import VENDORS
from vendors.states import State

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TROUBLE = "trouble"
STATES: dict[str, StrOrPromise] = {
    TROUBLE: gettext_lazy("Critical or warning"),
    **{state.value: gettext_lazy(state.label) for state in reversed(State)},
}
# Removed and retired devices are shown on request only.
CURRENT = "current"
LIVES: dict[str, StrOrPromise] = {CURRENT: gettext_lazy("Active"), **{life.value: life.label for life in Life}, "all": gettext_lazy("All")}
_LIFE_CONDITIONS = {CURRENT: Q(life__in=[Life.SEEN, Life.MISSING]), "all": Q()}
YES = "yes"
UNTOLD = "untold"
DIFFERS: dict[str, StrOrPromise] = {ANY: gettext_lazy("Any field"), **FIELDS}
_VENDORS = {slug: vendor.label for slug, vendor in VENDORS.items()}
_WITH_PATCHES = [slug for slug, vendor in VENDORS.items() if vendor.tells_patches]
SEEN = {
    "within-1": gettext_lazy("In the last 24 hours"),
    "within-7": gettext_lazy("In the last 7 days"),
    "within-14": gettext_lazy("In the last 14 days"),
    "within-30": gettext_lazy("In the last 30 days"),
    "over-1": gettext_lazy("More than 24 hours ago"),
    "over-7": gettext_lazy("More than 7 days ago"),
    "over-14": gettext_lazy("More than 14 days ago"),
    "over-30": gettext_lazy("More than 30 days ago"),
}
# Kind of the change, and how many days ago.
CHANGED = {
    "new-0": gettext_lazy("New today"),
    "new-1": gettext_lazy("New yesterday"),
    "missing-0": gettext_lazy("Missing from a full sync today"),
    "missing-1": gettext_lazy("Missing from a full sync yesterday"),
    "critical-0": gettext_lazy("Became critical today"),
    "critical-1": gettext_lazy("Became critical yesterday"),
    "resolved-0": gettext_lazy("No longer critical since today"),
    "resolved-1": gettext_lazy("No longer critical since yesterday"),
}

KINDS = {
    "q": FilterField(gettext_lazy("Search")),
    "state": FilterField(gettext_lazy("Status"), STATES, unset=gettext_lazy("Any status")),
    "vendor": FilterField(gettext_lazy("Reported by"), _VENDORS, unset=gettext_lazy("Any vendor")),
    "lacks": FilterField(gettext_lazy("Not reported by"), _VENDORS, unset=gettext_lazy("Any vendor")),
    "os": PART["os"],
    "release": FilterField(gettext_lazy("OS release")),
    "life": FilterField(gettext_lazy("Inventory status"), LIVES, CURRENT),
    "seen": FilterField(gettext_lazy("Last seen"), SEEN, unset=gettext_lazy("Any time")),
    "changed": FilterField(gettext_lazy("Change"), CHANGED),
    "stale": FilterField(gettext_lazy("Check-in"), {YES: gettext_lazy("Stale at a vendor")}),
    "silenced": FilterField(gettext_lazy("Muted"), {YES: gettext_lazy("Muted or exempt")}),
    "differs": FilterField(gettext_lazy("Data conflict"), DIFFERS),
    "repaired": FilterField(gettext_lazy("Repaired fields"), {YES: gettext_lazy("With repaired fields")}),
    "patching": FilterField(gettext_lazy("Patch data"), {UNTOLD: pgettext_lazy("patch data", "None")}),
    "account": FilterField(gettext_lazy("Vendor account"), unset=gettext_lazy("Any account"), closed=True),
    "group": PART["group"],
    "tag": PART["tag"],
    **FACT_KINDS,
}
GROUPS = (
    FilterGroup(gettext_lazy("Status"), ("state", "life", "silenced", "seen", "changed", "stale")),
    FilterGroup(gettext_lazy("Vendors"), ("vendor", "lacks", "account", "patching")),
    FilterGroup(gettext_lazy("System and place"), ("os", "release", "group", "tag")),
    FilterGroup(gettext_lazy("Reported details"), tuple(FACT_KINDS)),
    FilterGroup(gettext_lazy("Data quality"), ("differs", "repaired")),
)


@dataclass(frozen=True, slots=True)
class DeviceFilters(FactFilters):
    kinds = KINDS
    groups = GROUPS

    q: str = ""
    vendor: str = ""
    state: str = ""
    life: str = CURRENT
    release: str = ""
    lacks: str = ""
    seen: str = ""
    changed: str = ""
    stale: str = ""
    silenced: str = ""
    differs: str = ""
    repaired: str = ""
    patching: str = ""
    account: str = ""

    @property
    def summary_only(self) -> bool:
        """The columns of the device table and its last check-in are enough."""
        by_sightings = self.changed or self.stale or self.repaired or self.account or self.group or self.tag
        return not (by_sightings or self.by_facts)

    def condition(self) -> Q:
        """Condition on the columns of Device, without the text and the filters of FleetFilters."""
        condition = _LIFE_CONDITIONS[self.life] if self.life in _LIFE_CONDITIONS else Q(life=self.life)
        if self.vendor:
            condition &= Q(vendors__contains=[self.vendor])
        if self.lacks:
            condition &= ~Q(vendors__contains=[self.lacks])
        if self.state == TROUBLE:
            condition &= Q(state__in=[State.ATTENTION, State.CRITICAL])
        elif self.state:
            condition &= Q(state=self.state)
        if self.release:
            condition &= conditions.released(self.release)
        if self.silenced:
            condition &= Q(silenced=True)
        if self.differs:
            condition &= conditions.differing(self.differs)
        if self.patching:
            condition &= ~Q(vendors__overlap=_WITH_PATCHES)
        return condition

    def whole_condition(self, *, now: datetime) -> Q:
        """Everything but the text."""
        condition = self.condition() & self.devices() & self.fact_condition(now=now)
        if self.account or self.stale or self.repaired:
            condition &= conditions.listed(account=self.account, stale=bool(self.stale), vendor=self.vendor, repaired=bool(self.repaired))
        if self.seen:
            side, _, days = self.seen.partition("-")
            condition &= conditions.last_seen(within=side == "within", days=int(days), now=now)
        if self.changed:
            kind, _, back = self.changed.partition("-")
            condition &= conditions.changed(kind, day_of(now) - timedelta(days=int(back)))
        return condition


DeviceListing = ListState[DeviceFilters]
DEVICES = ListDefinition(
    name="devices",
    title=gettext_lazy("Devices"),
    counted=ngettext_lazy("%(range)s of %(total)s device", "%(range)s of %(total)s devices", "count"),
    url="devices:list",
    filters=DeviceFilters,
    columns={NAME: Column(gettext_lazy("Name"))},
    choosable=COLUMNS,
    chosen=CHOSEN,
    sorts=SORTS,
    sort=NAME,
)


def devices_for(user: User | AnonymousUser) -> ListDefinition[DeviceFilters]:
    """The list, without columns and filters of facts that the user does not see."""
    return _without(frozenset(FactTopic) - visible_topics(user))


@cache
def _without(hidden: frozenset[str]) -> ListDefinition[DeviceFilters]:
    if not hidden:
        return DEVICES
    return replace(
        DEVICES,
        filters=without_topics(DeviceFilters, hidden),
        choosable={key: each for key, each in COLUMNS.items() if key not in FACTS or FACTS[key].topic not in hidden},
    )
