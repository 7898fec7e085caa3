"""The list of issues: its filters, columns and sort orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

from devices.device_list.fleet_filters import PART, FleetFilters
from devices.lists.columns import Column, Sort
from devices.lists.filters import FilterField
from devices.lists.state import ListDefinition, ListState
from devices.models import IssueKind, Standing
from vendors.registry import VENDORS
from vendors.states import State

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OPEN, WOKEN, SILENCED, VENDOR, ALL = "open", "woken", "silenced", "vendor", "all"
STANDINGS: dict[str, StrOrPromise] = {
    OPEN: pgettext_lazy("issue", "Open"),
    WOKEN: gettext_lazy("Reopened"),
    **{each.value: each.label for each in Standing},
    SILENCED: gettext_lazy("Snoozed or muted"),
    VENDOR: gettext_lazy("Muted by vendor"),
    ALL: gettext_lazy("All"),
}
SEVERITIES = {each.value: gettext_lazy(each.label) for each in (State.CRITICAL, State.ATTENTION, State.UNKNOWN)}
AGES = {
    "within-1": gettext_lazy("Less than 24 hours"),
    "within-3": gettext_lazy("Less than 3 days"),
    "within-7": gettext_lazy("Less than 7 days"),
    "within-30": gettext_lazy("Less than 30 days"),
    "within-90": gettext_lazy("Less than 90 days"),
    "between-1-7": gettext_lazy("1 to 7 days"),
    "between-7-30": gettext_lazy("7 to 30 days"),
    "over-1": gettext_lazy("More than 24 hours"),
    "over-3": gettext_lazy("More than 3 days"),
    "over-7": gettext_lazy("More than 7 days"),
    "over-30": gettext_lazy("More than 30 days"),
    "over-90": gettext_lazy("More than 90 days"),
}

KINDS = {
    "q": FilterField(gettext_lazy("Search")),
    "severity": FilterField(gettext_lazy("Severity"), SEVERITIES),
    "kind": FilterField(gettext_lazy("Type"), dict(IssueKind.choices)),
    "standing": FilterField(gettext_lazy("Triage status"), STANDINGS, OPEN),
    "vendor": FilterField(gettext_lazy("Vendor"), {slug: vendor.label for slug, vendor in VENDORS.items()}),
    "account": FilterField(gettext_lazy("Vendor account")),
    "age": FilterField(gettext_lazy("Age"), AGES),
    "by": FilterField(gettext_lazy("Triaged by")),
    **PART,
}

WORST, OLDEST, NEWEST = "severity", "age", "-age"
COLUMNS = {
    "issue": Column(gettext_lazy("Issue")),
    WORST: Column(gettext_lazy("Severity")),
    "device": Column(gettext_lazy("Device")),
    "vendor": Column(gettext_lazy("Vendor")),
    OLDEST: Column(gettext_lazy("First seen")),
    "decision": Column(gettext_lazy("Triage status")),
}
_ROW = ("since", "branch", "ref", "tie")
_WHOLE = ("branch", "ref")
SORTS = {
    WORST: Sort(("rank", *_ROW), moments=("since",), whole=_WHOLE),
    OLDEST: Sort(_ROW, moments=("since",), whole=_WHOLE),
}


@dataclass(frozen=True, slots=True)
class IssueFilters(FleetFilters):
    kinds = KINDS

    q: str = ""
    severity: str = ""
    kind: str = ""
    standing: str = OPEN
    vendor: str = ""
    account: str = ""
    age: str = ""
    by: str = ""

    @property
    def ages(self) -> tuple[timedelta | None, timedelta | None]:
        """The age that an issue has passed, and the one that it has not; None: any."""
        side, *days = self.age.split("-")
        first, *last = [timedelta(days=int(each)) for each in days] or [None]
        return (None, first) if side == "within" else (first, last[0] if last else None)


UNDECIDED = IssueFilters()
IssueListing = ListState[IssueFilters]
ISSUES = ListDefinition(
    name="issues",
    title=gettext_lazy("Issues"),
    counted=ngettext_lazy("%(range)s of %(total)s issue", "%(range)s of %(total)s issues", "count"),
    url="devices:issues",
    right="view_issue",
    filters=IssueFilters,
    columns=COLUMNS,
    sorts=SORTS,
    sort=WORST,
)
