"""Attempts per day by outcome: the numbers, and the chart of the last 30 days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from devices.trends.days import day_of, days_from
from devices.web.charts import Chart, ChartSeries
from patching.lists import conditions as narrowing
from patching.lists.counts import LinkedCount
from patching.lists.filters import ENDED, MONTH, OTHER, OUTCOMES, AttemptFilters
from patching.models import AttemptTally
from vendors.patch_states import PatchStatus

OUTCOME_LABELS: dict[str, str | Promise] = {
    **{status.value: gettext_lazy(status.label) for status in OUTCOMES},
    OTHER: gettext_lazy("Other"),
}
LOOKS = {PatchStatus.INSTALLED: "ok", PatchStatus.RESTART: "attention", PatchStatus.FAILED: "critical", OTHER: "unknown"}


@dataclass(frozen=True, slots=True)
class AttemptChart:
    """`totals`: of each outcome, in the order of OUTCOME_LABELS; `chart`: the same per day."""

    totals: list[tuple[str, str | Promise, LinkedCount]]  # outcome, its label, its number
    all: LinkedCount
    ended: LinkedCount
    chart: Chart

    @property
    def rate(self) -> int | None:
        """Percent of the attempts that ended; None: none did. Only all of them are rounded to 100, only none to 0."""
        installed, ended = self.totals[0][2].count, self.ended.count
        return min(max(round(100 * installed / ended), int(installed > 0)), 100 - int(installed < ended)) if ended else None


@dataclass(frozen=True, slots=True)
class AttemptCounts:
    """Attempts of the last 30 days that `wanted` matches, by day, status, reason and whether they are the last on their device."""

    wanted: AttemptFilters
    counts: Mapping[tuple[date, str, str, bool], int]

    def number(self, status: str, reason: str, *, last: bool = False) -> LinkedCount:
        """`last`: only those that are."""
        kinds = self.counts.items()
        found = sum(count for (_, how, why, newest), count in kinds if how == status and reason in ("", why) and newest >= last)
        return LinkedCount(replace(self.wanted, status=status, reason=reason, last="yes" if last else ""), found)


def tried(wanted: AttemptFilters, *, now: datetime) -> AttemptCounts:
    """One query."""
    tallies = AttemptTally.objects.filter(narrowing.attempts_told(wanted, now=now), number__gt=0).order_by()
    rows = tallies.values_list("day", "status", "reason", "last").annotate(sum=Sum("number"))
    return AttemptCounts(wanted, {(day, status, reason, last): number for day, status, reason, last, number in rows})


def attempt_chart(found: AttemptCounts, *, now: datetime) -> AttemptChart:
    """Days without attempts too."""
    days = days_from(day_of(now) - timedelta(days=int(MONTH) - 1), day_of(now))
    counted: dict[date, Counter[str]] = {day: Counter() for day in days}
    for (day, status, _, _), count in found.counts.items():
        counted.setdefault(day, Counter())[status if status in OUTCOMES else OTHER] += count
    sums, wanted = sum(counted.values(), Counter()), found.wanted
    return AttemptChart(
        totals=[(outcome, label, _number(wanted, sums[outcome], status=outcome)) for outcome, label in OUTCOME_LABELS.items()],
        all=_number(wanted, sums.total()),
        ended=_number(wanted, sums[PatchStatus.INSTALLED] + sums[PatchStatus.FAILED], status=ENDED),
        chart=_chart(wanted, days, counted),
    )


def _chart(wanted: AttemptFilters, days: Sequence[date], counted: Mapping[date, Counter[str]]) -> Chart:
    series = [
        ChartSeries(
            str(label),
            LOOKS[outcome],
            values=[counted[day][outcome] for day in days],
            urls=[_number(wanted, 0, day=day.isoformat(), status=outcome).url for day in days],
        )
        for outcome, label in OUTCOME_LABELS.items()
    ]
    all_urls = [_number(wanted, 0, day=day.isoformat()).url for day in days]
    return Chart("attempts", gettext("Attempts per day by outcome"), gettext("Attempts"), days, series, total_urls=all_urls)


def _number(wanted: AttemptFilters, count: int, *, day: str = "", status: str = "") -> LinkedCount:
    return LinkedCount(replace(wanted, day=day, status=status), count)
