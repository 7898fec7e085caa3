"""The filter of the list of issues, its columns and its orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import ngettext_lazy

from devices.device_list.fleet_filters import PART, FleetFilters
from devices.lists.columns import Column, Sort
from devices.lists.filters import FilterField
from devices.lists.state import ListDefinition, ListState
from devices.models import IssueKind, Standing
from vendors.registry import VENDORS
from vendors.states import State

OPEN, WOKEN, SILENCED, VENDOR, ALL = "open", "woken", "silenced", "vendor", "all"
STANDINGS = {
    OPEN: "Undecided",
    WOKEN: "Reopened",
    **{each.value: each.label for each in Standing},
    SILENCED: "Snoozed or muted",
    VENDOR: "Muted by vendor",
    ALL: "All",
}
SEVERITIES = {each.value: each.label for each in (State.CRITICAL, State.ATTENTION, State.UNKNOWN)}
_DAYS = ((1, "24 hours"), (3, "3 days"), (7, "7 days"), (30, "30 days"), (90, "90 days"))
AGES = {f"within-{days}": f"Less than {words}" for days, words in _DAYS} | {f"over-{days}": f"More than {words}" for days, words in _DAYS}

KINDS = {
    "q": FilterField("Text"),
    "severity": FilterField("Severity", SEVERITIES),
    "kind": FilterField("Kind", dict(IssueKind.choices)),
    "standing": FilterField("Decision", STANDINGS, OPEN),
    "vendor": FilterField("Vendor", {slug: vendor.label for slug, vendor in VENDORS.items()}),
    "account": FilterField("Account"),
    "age": FilterField("Age", AGES),
    "by": FilterField("Decided by"),
    **PART,
}

WORST, OLDEST, NEWEST = "severity", "age", "-age"
COLUMNS = {
    "issue": Column("Issue"),
    WORST: Column("Severity"),
    "device": Column("Device"),
    "vendor": Column("Vendor"),
    OLDEST: Column("Age"),
    "decision": Column("Decision"),
}
_ROW = ("since", "branch", "ref", "tie")
_WHOLE = ("branch", "ref")
SORTS = {
    WORST: Sort("Severity", ("rank", *_ROW), moments=("since",), whole=_WHOLE),
    OLDEST: Sort("Age", _ROW, moments=("since",), whole=_WHOLE),
}


@dataclass(frozen=True, slots=True)
class IssueFilters(FleetFilters):
    kinds = KINDS
    folded = ("vendor", "account", "age", "by", *PART)

    q: str = ""
    severity: str = ""
    kind: str = ""
    standing: str = OPEN
    vendor: str = ""
    account: str = ""
    age: str = ""
    by: str = ""

    @property
    def young(self) -> bool:
        return self.age.startswith("within")

    @property
    def span(self) -> timedelta | None:
        return timedelta(days=int(self.age.partition("-")[2])) if self.age else None


UNDECIDED = IssueFilters()
IssueListing = ListState[IssueFilters]
ISSUES = ListDefinition(
    name="issues",
    title="Issues",
    counted=ngettext_lazy("%(range)s of %(total)s issue", "%(range)s of %(total)s issues", "count"),
    url="devices:issues",
    right="view_issue",
    filters=IssueFilters,
    columns=COLUMNS,
    sorts=SORTS,
    sort=WORST,
)
