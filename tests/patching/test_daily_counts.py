"""Daily counts of attempts equal the attempts, also of days that were reported late, and stay when the attempts are deleted."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices.models import CountedDay, DailyCount
from devices.trends.days import day_of
from devices.trends.measures import Measure
from devices.trends.queries import series
from devices.trends.rollup import count_today
from patching.lists.counts import number
from patching.lists.filters import AttemptFilters
from patching.models import Attempt
from tests.patching import rows as made

pytestmark = pytest.mark.django_db


def recounted() -> Counter[tuple[date, str, str]]:
    rows: Counter[tuple[date, str, str]] = Counter()
    for attempt in Attempt.objects.select_related("account"):
        outcome = attempt.status if attempt.status in ("installed", "failed", "restart") else "other"
        rows[attempt.day, "", outcome] += 1
        rows[attempt.day, attempt.account.vendor, outcome] += 1
    return rows


def stored() -> dict[tuple[date, str, str], int]:
    return {(row.day, row.vendor, row.status): row.number for row in DailyCount.objects.filter(measure="patching")}


def test_every_day_with_attempts_is_counted_as_the_list_counts_it() -> None:
    made.small_patching()
    now = timezone.now()
    count_today(now)
    assert stored() == recounted() and len(stored()) > 8
    for (day, vendor, outcome), count in stored().items():
        assert number(AttemptFilters(day=day.isoformat(), status=outcome, vendor=vendor), now=now).count == count
    assert CountedDay.objects.count() == 1  # only today was counted; attempts have a past all the same
    found = series(Measure.PATCHING, today=day_of(now))
    assert len(found.days) == 81 and sum(found.values["installed"]) == 3  # type: ignore[arg-type]


def test_attempts_that_are_reported_late_are_added_to_their_day() -> None:
    account = made.small_patching()["eset"]
    now = timezone.now()
    count_today(now)
    made.attempt(account, "Firefox", "failed", days=12)
    count_today(now, at_once=True)
    assert stored() == recounted() and stored()[day_of(now - timedelta(days=12)), "", "failed"] == 1


def test_the_numbers_stay_when_old_attempts_are_deleted(settings: Settings) -> None:
    made.small_patching()
    now = timezone.now()
    count_today(now)
    before = stored()
    settings.KEEP_ATTEMPTS_DAYS = 60
    Attempt.objects.filter(at__lt=now - timedelta(days=60)).delete()
    count_today(now, at_once=True)
    assert stored() == before
