"""The trends of the dashboard, all read from daily counts: charts of 90 days, changes since yesterday, and the most frequent issues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from devices.coverage.trend import Trend, coverage_trend, reason
from devices.dashboard.issue_counts import LONGEST_TITLE
from devices.dashboard.queries import LinkedNumber
from devices.db.messages import translated
from devices.device_list.filters import CURRENT, DeviceFilters
from devices.issues.filters import IssueFilters
from devices.trends.days import day_of
from devices.trends.measures import Measure
from devices.trends.queries import Series, SeriesKey, read_series
from devices.web.charts import Chart, ChartSeries
from vendors.patch_states import PatchStatus
from vendors.registry import VENDORS
from vendors.states import State
from vendors.stored_titles import problem_title

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ORDER = (State.CRITICAL, State.ATTENTION, State.UNKNOWN, State.OK)  # from the axis upwards, so that what needs action has a level base
SHOWN = 5  # most frequent issues
AGES: dict[str, tuple[StrOrPromise, str]] = {
    "within-1": (gettext_lazy("Less than 24 hours"), "age-1"),
    "between-1-7": (gettext_lazy("1 to 7 days"), "age-2"),
    "between-7-30": (gettext_lazy("7 to 30 days"), "age-3"),
    "over-30": (gettext_lazy("More than 30 days"), "age-4"),
}
OUTCOMES: dict[str, tuple[StrOrPromise, str]] = {
    "installed": (gettext_lazy(PatchStatus.INSTALLED.label), "ok"),
    "failed": (gettext_lazy(PatchStatus.FAILED.label), "critical"),
    "restart": (gettext_lazy(PatchStatus.RESTART.label), "attention"),
    "other": (gettext_lazy("Other"), "unknown"),
}
CHANGES: dict[str, StrOrPromise] = {
    "new": gettext_lazy("New devices"),
    "missing": gettext_lazy("Missing from a full sync"),
    "critical": gettext_lazy("Became critical"),
    "resolved": gettext_lazy("No longer critical"),
}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Devices, today and yesterday; None: that day was not counted."""

    label: StrOrPromise
    today: LinkedNumber
    yesterday: LinkedNumber | None


@dataclass(frozen=True, slots=True)
class TopIssue:
    title: str
    devices: int
    url: str


@dataclass(frozen=True, slots=True)
class Trends:
    """`counted_at`: when the numbers of today were counted last, None: not yet."""

    status: Trend
    coverage: Trend
    critical: Trend
    patching: Trend
    changes: list[ChangeRow]
    top: list[TopIssue]
    counted_at: datetime | None


def trends(vendors: Sequence[str], *, now: datetime) -> Trends:
    """Two queries. `vendors`: slugs of the vendors that have an account."""
    shown = [vendor for vendor in vendors if vendor in VENDORS]
    keys = [SeriesKey(measure) for measure in (Measure.STATUS, Measure.CRITICAL, Measure.PATCHING)]
    recent = [SeriesKey(Measure.CHANGES, days=2), SeriesKey(Measure.TOP_ISSUES, days=2)]
    coverage = [SeriesKey(Measure.COVERAGE, vendor) for vendor in shown]
    status, critical, patching, changes, top, *covered = read_series([*keys, *recent, *coverage], today=day_of(now))
    return Trends(
        status=_trend(status, _status_chart),
        coverage=coverage_trend(covered),
        critical=_trend(critical, _critical_chart),
        patching=_trend(patching, _patching_chart),
        changes=_changes(changes),
        top=_top(top),
        counted_at=status.counted_at,
    )


def _trend(found: Series, draw: Callable[[Series], Chart]) -> Trend:
    return Trend(draw(found), "") if found.drawn else Trend(None, reason(found))


def _status_chart(found: Series) -> Chart:
    devices = reverse("devices:list")
    lines = [
        ChartSeries(gettext(state.label), state.value, found.values[state], url=devices + DeviceFilters(state=state).query_string())
        for state in ORDER
    ]
    return Chart("status-trend", gettext("Devices by status per day"), gettext("Devices"), found.days, lines)


def _critical_chart(found: Series) -> Chart:
    issues = reverse("devices:issues")
    lines = [
        ChartSeries(label, look, found.values[age], url=issues + IssueFilters(severity=State.CRITICAL, age=age).query_string())
        for age, (label, look) in reversed(AGES.items())
    ]
    return Chart("critical-trend", gettext("Open critical issues by age per day"), gettext("Issues"), found.days, lines)


def _patching_chart(found: Series) -> Chart:
    attempts = reverse("patching:attempts")
    lines = [
        ChartSeries(label, look, found.values[outcome], urls=[f"{attempts}?status={outcome}&day={day.isoformat()}" for day in found.days])
        for outcome, (label, look) in OUTCOMES.items()
    ]
    urls = [f"{attempts}?day={day.isoformat()}" for day in found.days]
    return Chart("patching-trend", gettext("Patch attempts by outcome per day"), gettext("Attempts"), found.days, lines, total_urls=urls)


def _changes(found: Series) -> list[ChangeRow]:
    """Of devices that are removed or retired by now, too; new ones are active."""

    def number(status: str, back: int) -> LinkedNumber:
        filters = DeviceFilters(changed=f"{status}-{back}", life=CURRENT if status == "new" else "all")
        return LinkedNumber(filters, found.values[status][-1 - back] or 0)

    before = len(found.days) > 1
    return [ChangeRow(CHANGES[each], number(each, 0), number(each, 1) if before else None) for each in CHANGES] if found.days else []


def _top(found: Series) -> list[TopIssue]:
    """Of the day that was counted last: shortly after midnight that is yesterday."""
    issues = reverse("devices:issues")
    numbers = [(title, [each for each in of if each is not None]) for title, of in found.values.items()]
    rows = [(title, of[-1]) for title, of in numbers if of and of[-1]]
    return [
        TopIssue(translated(problem_title(title)), devices, issues + _named(title).query_string())
        for title, devices in sorted(rows, key=lambda row: (-row[1], row[0]))[:SHOWN]
    ]


def _named(title: str) -> IssueFilters:
    """Of the problems with this title; of one that was cut, those that contain it."""
    return IssueFilters(problem=title) if len(title) < LONGEST_TITLE else IssueFilters(q=title)
