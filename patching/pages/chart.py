"""Attempts per day by outcome: the numbers, and the positions of their bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from patching.lists import conditions as narrowing
from patching.lists.conditions import day_of
from patching.lists.counts import LinkedCount
from patching.lists.filters import ENDED, MONTH, OTHER, OUTCOMES, AttemptFilters
from patching.models import AttemptTally
from vendors.patch_states import PatchStatus

WIDTH, HEIGHT, STEP, GAP = 720, 180, 24, 4
OUTCOME_LABELS: dict[str, str | Promise] = {
    **{status.value: gettext_lazy(status.label) for status in OUTCOMES},
    OTHER: gettext_lazy("Other"),
}


@dataclass(frozen=True, slots=True)
class Segment:
    outcome: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. `numbers` are in the order of OUTCOME_LABELS."""

    day: date
    x: int
    width: int
    segments: list[Segment]
    numbers: list[tuple[str | Promise, LinkedCount]]
    all: LinkedCount


@dataclass(frozen=True, slots=True)
class Chart:
    """`top`: the highest number of a day, which has the whole height."""

    bars: list[Bar]
    top: int
    totals: list[tuple[str, str | Promise, LinkedCount]]  # outcome, its label, its number
    all: LinkedCount
    ended: LinkedCount
    width: int = WIDTH
    height: int = HEIGHT

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


def chart(found: AttemptCounts, *, now: datetime) -> Chart:
    """Days without attempts too."""
    today = day_of(now)
    days = [today - timedelta(days=back) for back in reversed(range(int(MONTH)))]
    counted: dict[date, Counter[str]] = {day: Counter() for day in days}
    for (day, status, _, _), count in found.counts.items():
        counted.setdefault(day, Counter())[status if status in OUTCOMES else OTHER] += count
    top = max((sum(each.values()) for each in counted.values()), default=0)
    sums, wanted = sum(counted.values(), Counter()), found.wanted
    return Chart(
        bars=[_bar(wanted, day, counted[day], place=place, top=top) for place, day in enumerate(days)],
        top=top,
        totals=[(outcome, label, _number(wanted, sums[outcome], status=outcome)) for outcome, label in OUTCOME_LABELS.items()],
        all=_number(wanted, sums.total()),
        ended=_number(wanted, sums[PatchStatus.INSTALLED] + sums[PatchStatus.FAILED], status=ENDED),
    )


def _bar(wanted: AttemptFilters, day: date, counts: Counter[str], *, place: int, top: int) -> Bar:
    y, segments = float(HEIGHT), []
    for outcome in OUTCOME_LABELS:
        if counts[outcome]:
            height = counts[outcome] * HEIGHT / top
            y -= height
            segments.append(Segment(outcome, round(y, 1), round(height, 1)))
    on = day.isoformat()
    numbers = [(label, _number(wanted, counts[outcome], day=on, status=outcome)) for outcome, label in OUTCOME_LABELS.items()]
    return Bar(day, place * STEP + GAP // 2, STEP - GAP, segments, numbers, _number(wanted, counts.total(), day=on))


def _number(wanted: AttemptFilters, count: int, *, day: str = "", status: str = "") -> LinkedCount:
    return LinkedCount(replace(wanted, day=day, status=status), count)
