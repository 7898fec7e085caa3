"""Daily counts of new and of changed devices: from the devices and their history, so that earlier days are known too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import connection

from devices.models import CountedDay, DailyCount
from devices.trends.days import days_from, start_of
from devices.trends.measures import Counted, DailyRow, Measure

BACKFILLED = 90  # days, at the first time
_NEW = """SELECT (created_at AT TIME ZONE %s)::date, count(*) FROM devices_device
          WHERE created_at >= %s AND life IN ('seen', 'missing') GROUP BY 1"""
# A record without a status of its device before is no change: it is a new device.
_CHANGED = """
SELECT count(DISTINCT device_id) FILTER (WHERE kind = 'missing') AS missing,
       count(DISTINCT device_id) FILTER (WHERE kind = 'state' AND after = 'critical') AS critical,
       count(DISTINCT device_id) FILTER (WHERE kind = 'state' AND before = 'critical') AS resolved
FROM devices_change WHERE at >= %s AND at < %s AND kind IN ('missing', 'state')"""


def change_counts(now: datetime, today: date) -> Counted:
    """Since the day that was counted last; the first time the last 90 days. A query for each day, so that none takes long."""
    days = days_from(_first(today), today)
    new, rows = _new(days[0]), []
    for day in days:
        numbers = {"new": new.get(day, 0), **_changed(day)}
        rows += [DailyRow(day, "", None, "", status, number) for status, number in numbers.items() if number]
    return Counted(Measure.CHANGES, days[0], rows)


def _first(today: date) -> date:
    if not DailyCount.objects.filter(measure=Measure.CHANGES, group="", vendor="").exists():
        return today - timedelta(days=BACKFILLED - 1)
    last = CountedDay.objects.filter(day__lt=today).order_by("-day").values_list("day", flat=True).first()
    return last or today


def _new(first: date) -> Mapping[date, int]:
    begin = start_of(first)
    with connection.cursor() as cursor:
        cursor.execute(_NEW, [str(begin.tzinfo), begin])
        return dict(cursor.fetchall())


def _changed(day: date) -> Mapping[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [start_of(day), start_of(day + timedelta(days=1))])
        missing, critical, resolved = cursor.fetchone()
    return {"missing": missing, "critical": critical, "resolved": resolved}
