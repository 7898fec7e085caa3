"""Series: the daily counts of a measure over the last days, as charts and pages read them. Two queries for any number of series."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from devices.models import CountedDay
from devices.trends.days import days_from
from devices.trends.measures import STATUSES, Measure

QUARTER = 90  # days
_READ = """
SELECT k.place, c.status, array_agg(c.day), array_agg(c.number),
       (SELECT min(f.day) FROM devices_dailycount f WHERE f.measure = k.measure AND f."group" = k.grp AND f.vendor = k.vendor)
FROM unnest(%(measures)s::text[], %(vendors)s::text[], %(groups)s::text[], %(accounts)s::bigint[], %(begins)s::date[])
     WITH ORDINALITY AS k(measure, vendor, grp, account, begin, place)
CROSS JOIN LATERAL (
  SELECT status, day, number FROM devices_dailycount c
  WHERE c.measure = k.measure AND c."group" = k.grp AND c.vendor = k.vendor AND c.day BETWEEN k.begin AND %(today)s
    AND c.account_id IS NOT DISTINCT FROM k.account OFFSET 0) c
GROUP BY k.place, k.measure, k.grp, k.vendor, c.status"""


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """`vendor` and `group` "": all; `account`: one vendor account, beside its vendor; `days`: how many, up to today."""

    measure: Measure
    vendor: str = ""
    group: str = ""
    account: int | None = None
    days: int = QUARTER


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of each status by day, None on days that were not counted. `starts`: the first day with numbers, perhaps long ago.

    `days` begin there, or so many days ago as were requested, and end today, without a hole. `counted_at`: the last time.
    """

    key: SeriesKey
    days: Sequence[date]
    values: Mapping[str, Sequence[int | None]]
    starts: date | None
    counted_at: datetime | None

    @property
    def known(self) -> int:
        """How many of the days have numbers."""
        return sum(any(of[place] is not None for of in self.values.values()) for place in range(len(self.days)))

    @property
    def drawn(self) -> bool:
        """A chart shows something from two days on."""
        return self.known > 1

    @property
    def totals(self) -> list[int | None]:
        """Over all statuses, each day."""
        return [None if None in of else sum(filter(None, of)) for of in zip(*self.values.values(), strict=True)]

    def percent(self, status: str, *, without: Sequence[str] = ()) -> list[int | None]:
        """The share of a status each day, rounded down, so that 100 means all; None where nothing is known. `without`: not counted."""
        left_out = [self.values[each] for each in without]
        found: list[int | None] = []
        for place, total in enumerate(self.totals):
            whole = None if total is None else total - sum(each[place] or 0 for each in left_out)
            found.append((self.values[status][place] or 0) * 100 // whole if whole else None)
        return found


def series(measure: Measure, *, vendor: str = "", group: str = "", account: int | None = None, days: int = QUARTER, today: date) -> Series:
    """The last `days` days up to `today`. Two queries."""
    return read_series([SeriesKey(measure, vendor, group, account, days)], today=today)[0]


def read_series(keys: Sequence[SeriesKey], *, today: date) -> list[Series]:
    """One for each key, in their order. Two queries."""
    counted = dict(CountedDay.objects.filter(day__lte=today).order_by("day").values_list("day", "counted_at"))
    values: dict[str, Any] = {
        "measures": [key.measure.value for key in keys],
        "vendors": [key.vendor for key in keys],
        "groups": [key.group for key in keys],
        "accounts": [key.account for key in keys],
        "begins": [_begin(key, today) for key in keys],
        "today": today,
    }
    numbers: list[dict[str, dict[date, int]]] = [{} for _ in keys]
    firsts: list[date | None] = [None for _ in keys]
    with connection.cursor() as cursor:
        cursor.execute(_READ, values)
        for place, status, days, found, first in cursor.fetchall():
            numbers[place - 1][status] = dict(zip(days, found, strict=True))
            firsts[place - 1] = first
    return [_series(key, today, numbers[place], firsts[place], counted) for place, key in enumerate(keys)]


def _begin(key: SeriesKey, today: date) -> date:
    return today - timedelta(days=key.days - 1)


def _series(
    key: SeriesKey, today: date, numbers: Mapping[str, Mapping[date, int]], first: date | None, counted: Mapping[date, datetime]
) -> Series:
    """A day that was counted has 0 where no row is stored; at a vendor without an account nothing was counted."""
    own, any_day = [first] if first else [], list(counted)[:1]
    begins = {Measure.COVERAGE: own, Measure.PATCHING: own, Measure.CHANGES: own + any_day}
    starts = min(begins.get(key.measure, any_day), default=None)
    days = days_from(max(_begin(key, today), starts), today) if starts else []
    known: Collection[date] = days if key.measure.of_the_day else counted
    if key.measure == Measure.COVERAGE:
        known = {day for of in numbers.values() for day in of}
    statuses = STATUSES[key.measure] or tuple(numbers)
    values = {status: [numbers.get(status, {}).get(day, 0) if day in known else None for day in days] for status in statuses}
    return Series(key, days, values, starts, max(counted.values(), default=None))
