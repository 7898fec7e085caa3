"""The list of issues: its filters, columns and sort orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

from devices.device_list.fleet_filters import PART, FleetFilters
from devices.lists.columns import Column, Sort
from devices.lists.filters import FilterField
from devices.lists.state import ListDefinition, ListState
from devices.models import IssueKind, Standing
from vendors.parsing.normalise import UNSTORABLE
from vendors.registry import VENDORS
from vendors.states import State
from vendors.stored_titles import problem_title

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

# The forms of the list. One problem: its page, with the issues of its devices.
PROBLEMS, SINGLE, ONE_PROBLEM = "problems", "issues", "problem"
FORMS = {PROBLEMS: gettext_lazy("By problem"), SINGLE: gettext_lazy("Single issues"), ONE_PROBLEM: gettext_lazy("One problem")}
ME, NO_USER, USER = "me", "none", "@"  # a user is named as `@anna`
LONGEST_TITLE = 512


class HiddenField(FilterField):
    """A filter that is set by links, not in the form."""

    in_form = False


class TitleField(HiddenField):
    """The exact title of a problem, as `problem_of` of vendors/stored_titles.py gives it."""

    def read(self, text: str) -> str | None:
        return None if len(text) > LONGEST_TITLE or UNSTORABLE.search(text) else text

    def words(self, value: str) -> StrOrPromise:
        return problem_title(value)


class AssigneeField(FilterField):
    def words(self, value: str) -> StrOrPromise:
        return {ME: gettext_lazy("Me"), NO_USER: gettext_lazy("Unassigned")}.get(value, value.removeprefix(USER))


KINDS = {
    "rows": HiddenField(gettext_lazy("Rows"), FORMS, PROBLEMS),
    "problem": TitleField(gettext_lazy("Problem")),
    "q": FilterField(gettext_lazy("Search")),
    "severity": FilterField(gettext_lazy("Severity"), SEVERITIES),
    "kind": FilterField(gettext_lazy("Type"), dict(IssueKind.choices)),
    "standing": FilterField(gettext_lazy("Triage status"), STANDINGS, OPEN),
    "vendor": FilterField(gettext_lazy("Vendor"), {slug: vendor.label for slug, vendor in VENDORS.items()}),
    "account": FilterField(gettext_lazy("Vendor account")),
    "age": FilterField(gettext_lazy("Age"), AGES),
    "assignee": AssigneeField(gettext_lazy("Assignee")),
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
    "assignee": Column(gettext_lazy("Assignee")),
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

    rows: str = PROBLEMS
    problem: str = ""
    q: str = ""
    severity: str = ""
    kind: str = ""
    standing: str = OPEN
    vendor: str = ""
    account: str = ""
    age: str = ""
    assignee: str = ""
    by: str = ""

    @property
    def cleared(self) -> Self:
        if self.rows != ONE_PROBLEM:
            return replace(type(self)(), rows=self.rows)
        own = ("rows", "problem", "kind", "severity", "standing", "vendor" if self.kind == IssueKind.ISSUE else "account")
        return replace(type(self)(), **{name: getattr(self, name) for name in own})

    @property
    def narrowed(self) -> bool:
        return self != self.cleared

    @property
    def ages(self) -> tuple[timedelta | None, timedelta | None]:
        """The age that an issue has passed, and the one that it has not; None: any."""
        side, *days = self.age.split("-")
        first, last, *_ = [*(timedelta(days=int(each)) for each in days), None, None]
        return (None, first) if side == "within" else (first, last)


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
DEVICES, LATEST = "devices", "newest"
PROBLEM_LIST = replace(
    ISSUES,
    counted=ngettext_lazy("%(range)s of %(total)s problem", "%(range)s of %(total)s problems", "count"),
    columns={
        "issue": Column(gettext_lazy("Issue")),
        WORST: Column(gettext_lazy("Severity")),
        DEVICES: Column(gettext_lazy("Devices"), number=True),
        "vendor": Column(gettext_lazy("Vendor")),
        OLDEST: Column(gettext_lazy("First seen")),
        LATEST: Column(gettext_lazy("Newest")),
        "assignee": Column(gettext_lazy("Assignee")),
        "decision": Column(gettext_lazy("Triage status")),
    },
    sorts={
        WORST: Sort(("rank", "less", "tie"), whole=("less",)),
        DEVICES: Sort(("devices", "tie"), descending_first=True, whole=("devices",)),
        OLDEST: Sort(("oldest", "tie"), moments=("oldest",)),
        LATEST: Sort(("newest", "tie"), descending_first=True, moments=("newest",)),
    },
)
# As the page of one problem lists it: all have one severity.
ISSUES_OF_PROBLEM = replace(
    ISSUES,
    columns={name: column for name, column in COLUMNS.items() if name not in (WORST, "vendor")},
    sorts={OLDEST: SORTS[OLDEST]},
    sort=OLDEST,
)


def shape_of(filters: IssueFilters) -> ListDefinition[IssueFilters]:
    """The list in the form that its address asks for."""
    return {PROBLEMS: PROBLEM_LIST, SINGLE: ISSUES}.get(filters.rows, ISSUES_OF_PROBLEM)
