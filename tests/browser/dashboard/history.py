"""Ninety days of numbers for the charts, with one day that was not counted."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from devices.models import CountedDay, DailyCount
from devices.trends.days import day_of
from devices.trends.rollup import count_today

GAP = 4  # days ago


def ninety_days() -> None:
    """Earlier days with numbers of their own, and today counted from the rows that are there."""
    now = timezone.now()
    rows = []
    for back in (back for back in range(1, 120) if back != GAP):
        day = day_of(now) - timedelta(days=back)
        CountedDay.objects.create(day=day, counted_at=now - timedelta(days=back), seconds=0)
        numbers = {"ok": 30 + back % 7, "attention": 6, "critical": 2 + back % 3, "unknown": 1}
        rows += [DailyCount(day=day, measure="status", status=status, number=number) for status, number in numbers.items()]
        for vendor, reported in (("eset", 36), ("opswat", 25 + back % 10), ("five9s", 20)):
            rows += [
                DailyCount(day=day, measure="coverage", vendor=vendor, status=status, number=number)
                for status, number in (("reported", reported), ("missing", 40 - reported))
            ]
        rows += [DailyCount(day=day, measure="critical", status=age, number=1 + back % 2) for age in ("within-1", "over-30")]
    DailyCount.objects.bulk_create(rows)
    count_today(now)
