"""Series: zeros and gaps, where a trend starts, shares, and a fixed number of queries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from devices.models import CountedDay, DailyCount
from devices.trends.measures import STATUSES, Measure
from devices.trends.queries import SeriesKey, read_series, series
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 30)


def counted(*back: int) -> None:
    for days in back:
        CountedDay.objects.create(day=TODAY - timedelta(days=days), counted_at=timezone.now(), seconds=0)


def number(back: int, measure: Measure, status: str, number: int, **columns: Any) -> None:
    DailyCount.objects.create(day=TODAY - timedelta(days=back), measure=measure, status=status, number=number, **columns)


def test_a_day_without_a_count_is_a_gap_and_a_counted_one_has_zeros() -> None:
    counted(3, 1, 0)
    number(3, Measure.STATUS, "ok", 5)
    number(0, Measure.STATUS, "ok", 7)
    number(0, Measure.STATUS, "critical", 2)
    found = series(Measure.STATUS, today=TODAY)
    assert found.days == [TODAY - timedelta(days=back) for back in (3, 2, 1, 0)]
    assert found.values == {
        "ok": [5, None, 0, 7],
        "attention": [0, None, 0, 0],
        "critical": [0, None, 0, 2],
        "unknown": [0, None, 0, 0],
    }
    assert found.totals == [5, None, 0, 9]
    assert (found.starts, found.known, found.drawn) == (TODAY - timedelta(days=3), 3, True)


def test_what_happened_within_a_day_has_no_gaps_after_the_first() -> None:
    number(4, Measure.PATCHING, "installed", 3)
    number(1, Measure.PATCHING, "failed", 1)
    found = series(Measure.PATCHING, today=TODAY)
    assert found.starts == TODAY - timedelta(days=4)
    assert found.values["installed"] == [3, 0, 0, 0, 0] and found.values["failed"] == [0, 0, 0, 1, 0]


def test_changes_are_known_from_the_first_count_on_even_if_there_were_none() -> None:
    counted(2, 0)
    found = series(Measure.CHANGES, today=TODAY)
    assert found.values["new"] == [0, 0, 0] and found.starts == TODAY - timedelta(days=2)
    number(4, Measure.CHANGES, "new", 3)
    assert series(Measure.CHANGES, days=7, today=TODAY).values["new"] == [3, 0, 0, 0, 0]


def test_the_coverage_of_a_vendor_starts_with_its_first_account() -> None:
    counted(5, 4, 2, 0)
    number(4, Measure.COVERAGE, "reported", 8, vendor="eset")
    number(4, Measure.COVERAGE, "missing", 2, vendor="eset")
    number(0, Measure.COVERAGE, "reported", 9, vendor="eset")
    number(0, Measure.COVERAGE, "unknown", 1, vendor="eset")
    found = series(Measure.COVERAGE, vendor="eset", today=TODAY)
    assert found.values["reported"] == [8, None, None, None, 9]
    assert found.percent("reported", without=["unknown"]) == [80, None, None, None, 100]
    assert found.percent("reported") == [80, None, None, None, 90]


def test_vendors_accounts_and_groups_are_apart() -> None:
    counted(0)
    account = shown.account("eset-main", "eset")
    number(0, Measure.COVERAGE, "reported", 3, vendor="eset", account=account)
    number(0, Measure.COVERAGE, "reported", 4, vendor="eset")
    number(0, Measure.STATUS, "ok", 5)
    number(0, Measure.STATUS, "ok", 6, group="Berlin")
    number(0, Measure.STATUS, "ok", 7, vendor="eset", group="Berlin")
    assert series(Measure.COVERAGE, vendor="eset", account=account.pk, today=TODAY).values["reported"] == [3]
    assert series(Measure.COVERAGE, vendor="eset", today=TODAY).values["reported"] == [4]
    assert series(Measure.STATUS, today=TODAY).values["ok"] == [5]
    assert series(Measure.STATUS, group="Berlin", today=TODAY).values["ok"] == [6]
    assert series(Measure.STATUS, vendor="eset", group="Berlin", today=TODAY).values["ok"] == [7]


@pytest.mark.parametrize("measure", list(Measure))
def test_nothing_counted_yet(measure: Measure) -> None:
    found = series(measure, today=TODAY)
    assert (found.days, found.starts, found.known, found.drawn) == ([], None, 0, False)
    assert tuple(found.values) == STATUSES[measure] and not any(found.values.values())


def test_as_many_days_as_requested_up_to_today() -> None:
    counted(*range(100))
    number(99, Measure.STATUS, "ok", 1)
    found = series(Measure.STATUS, days=7, today=TODAY - timedelta(days=1))
    assert found.days[0] == TODAY - timedelta(days=7) and found.days[-1] == TODAY - timedelta(days=1) and len(found.days) == 7
    assert found.starts == TODAY - timedelta(days=99)
    assert len(series(Measure.STATUS, today=TODAY).days) == 90


def test_two_queries_for_any_number_of_series(django_assert_num_queries: Any) -> None:
    counted(*range(30))
    for back in range(30):
        number(back, Measure.STATUS, "ok", back + 1)
    with django_assert_num_queries(2):
        series(Measure.STATUS, today=TODAY)
    keys = [SeriesKey(Measure.STATUS), SeriesKey(Measure.STATUS, "eset"), SeriesKey(Measure.CRITICAL), SeriesKey(Measure.CHANGES, days=2)]
    with django_assert_num_queries(2):
        found = read_series(keys, today=TODAY)
    assert [each.key for each in found] == keys
    assert list(found[0].values["ok"]) == list(range(30, 0, -1)) and set(found[1].values["ok"]) == {0}
