"""The filter of the device list, and what else it has.

Numbers on the dashboard and rows in the list come from `condition` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from devices.device_list import conditions
from devices.device_list.columns import CHOSEN, COLUMNS, NAME, SORTS
from devices.device_list.conditions import ANY
from devices.device_list.fleet_filters import PART, FleetFilters
from devices.lists.columns import Column
from devices.lists.filters import FilterField
from devices.lists.state import ListDefinition, ListState
from devices.models import Life
from devices.reconciliation.conflicts import FIELDS
from vendors.registry import VENDORS
from vendors.states import State

TROUBLE = "trouble"
STATES = {TROUBLE: "Critical or attention", **{state.value: state.label for state in reversed(State)}}
# The list leaves out what is gone, unless asked: it is about machines that somebody may be calling about.
CURRENT = "current"
LIVES = {CURRENT: "Active", **{life.value: life.label for life in Life}, "all": "All"}
_LIFE_CONDITIONS = {CURRENT: Q(life__in=[Life.SEEN, Life.MISSING]), "all": Q()}
YES = "yes"
UNTOLD = "untold"
DIFFERS = {ANY: "On any field", **FIELDS}
_VENDORS = {slug: vendor.label for slug, vendor in VENDORS.items()}
_TELLING = [slug for slug, vendor in VENDORS.items() if vendor.tells_patches]
_DAYS = ((1, "24 hours"), (7, "7 days"), (14, "14 days"), (30, "30 days"))
SEEN = {f"within-{days}": f"In the last {words}" for days, words in _DAYS}
SEEN |= {f"over-{days}": f"More than {words} ago" for days, words in _DAYS}

KINDS = {
    "q": FilterField("Text"),
    "state": FilterField("State", STATES),
    "vendor": FilterField("Seen by", _VENDORS),
    "lacks": FilterField("Not seen by", _VENDORS),
    "os": PART["os"],
    "life": FilterField("Inventory status", LIVES, CURRENT),
    "seen": FilterField("Last seen", SEEN),
    "stale": FilterField("Contact", {YES: "Stale at a vendor"}),
    "silenced": FilterField("Muted", {YES: "Muted or exempt"}),
    "differs": FilterField("Data conflict", DIFFERS),
    "repaired": FilterField("Repaired fields", {YES: "With repaired fields"}),
    "patching": FilterField("Patching", {UNTOLD: "No vendor tells"}),
    "account": FilterField("Account"),
    "group": PART["group"],
    "tag": PART["tag"],
}


@dataclass(frozen=True, slots=True)
class DeviceFilters(FleetFilters):
    kinds = KINDS

    q: str = ""
    vendor: str = ""
    state: str = ""
    life: str = CURRENT
    lacks: str = ""
    seen: str = ""
    stale: str = ""
    silenced: str = ""
    differs: str = ""
    repaired: str = ""
    patching: str = ""
    account: str = ""

    @property
    def hidden(self) -> bool:
        """A filter is on that the first row of the form does not show."""
        names = ("lacks", "seen", "stale", "silenced", "differs", "repaired", "patching", "account", "group", "tag")
        return any(getattr(self, name) for name in names)

    @property
    def summary_only(self) -> bool:
        """The device's own columns answer it."""
        return not (self.seen or self.stale or self.repaired or self.account or self.group or self.tag)

    def condition(self) -> Q:
        """What the device's own columns answer, as a condition on Device; not the text, and not the part of the fleet."""
        condition = _LIFE_CONDITIONS[self.life] if self.life in _LIFE_CONDITIONS else Q(life=self.life)
        if self.vendor:
            condition &= Q(vendors__contains=[self.vendor])
        if self.lacks:
            condition &= ~Q(vendors__contains=[self.lacks])
        if self.state == TROUBLE:
            condition &= Q(state__in=[State.ATTENTION, State.CRITICAL])
        elif self.state:
            condition &= Q(state=self.state)
        if self.silenced:
            condition &= Q(silenced=True)
        if self.differs:
            condition &= conditions.differing(self.differs)
        if self.patching:
            condition &= ~Q(vendors__overlap=_TELLING)
        return condition

    def whole_condition(self, *, now: datetime) -> Q:
        """Everything but the text."""
        condition = self.condition() & self.devices()
        if self.account or self.stale or self.repaired:
            condition &= conditions.listed(account=self.account, stale=bool(self.stale), vendor=self.vendor, repaired=bool(self.repaired))
        if self.seen:
            side, _, days = self.seen.partition("-")
            condition &= conditions.last_seen(within=side == "within", days=int(days), now=now)
        return condition


DeviceListing = ListState[DeviceFilters]
DEVICES = ListDefinition(
    name="devices",
    title="Devices",
    rows=("device", "devices"),
    url="devices:list",
    filters=DeviceFilters,
    columns={NAME: Column("Name")},
    choosable=COLUMNS,
    chosen=CHOSEN,
    sorts=SORTS,
    sort=NAME,
)
