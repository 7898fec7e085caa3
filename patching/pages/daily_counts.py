"""Daily counts of patch attempts by outcome, from the tallies: as far back as attempts are kept, because vendors report some late."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from devices.trends.measures import Counted, DailyRow, Measure
from patching.lists.filters import OTHER, OUTCOMES
from patching.models import AttemptTally


def attempt_counts(_now: datetime, today: date) -> Counted:
    """One query. The first of the days whose attempts are all still kept; earlier numbers stay as they were counted."""
    first = today - timedelta(days=max(settings.KEEP_ATTEMPTS_DAYS - 2, 0))
    tallies = AttemptTally.objects.filter(day__gte=first, day__lte=today, number__gt=0).order_by()
    numbers: Counter[tuple[date, str, str]] = Counter()
    for day, vendor, status, number in tallies.values_list("day", "account__vendor", "status").annotate(sum=Sum("number")):
        outcome = status if status in OUTCOMES else OTHER
        numbers[day, "", outcome] += number
        numbers[day, vendor, outcome] += number
    rows = [DailyRow(day, vendor, None, "", outcome, number) for (day, vendor, outcome), number in numbers.items()]
    return Counted(Measure.PATCHING, first, rows)
