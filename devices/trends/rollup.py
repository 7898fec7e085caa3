"""The daily roll-up: counts today, stores the numbers, and deletes old ones. Repeatable; of two workers at a time one counts."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from devices.db.copy import stage
from devices.db.locks import extend_timeouts
from devices.models import Account, CountedDay, DailyCount
from devices.trends.days import day_of
from devices.trends.measures import COUNTERS, Counted

KEPT = timedelta(days=730)
ROUND = timedelta(minutes=10)
AFTER_SYNC = timedelta(minutes=1)
SHARE = 20  # counting takes at most a twentieth of a worker's time
BATCH = 5_000  # rows in one statement
_LOCK = 0x70C8
_COLUMNS = {"day": "date", "vendor": "text", "account_id": "bigint", "grp": "text", "status": "text", "number": "integer"}
_REPLACE = """
WITH removed AS (
  DELETE FROM devices_dailycount d WHERE d.measure = %(measure)s AND d.day BETWEEN %(first)s AND %(last)s AND NOT EXISTS (
    SELECT FROM daily_rows r WHERE r.day = d.day AND r.vendor = d.vendor AND r.account_id IS NOT DISTINCT FROM d.account_id
      AND r.grp = d."group" AND r.status = d.status))
INSERT INTO devices_dailycount AS d (day, measure, vendor, account_id, "group", status, number)
SELECT day, %(measure)s, vendor, account_id, grp, status, number FROM daily_rows ORDER BY grp, vendor, day, status, account_id
ON CONFLICT (measure, "group", vendor, day, status, coalesce(account_id, 0))
DO UPDATE SET number = EXCLUDED.number WHERE d.number <> EXCLUDED.number"""


def count_today(now: datetime, *, at_once: bool = False) -> bool:
    """Whether it counted: when it is due, or `at_once`. Earlier days change only where what happened on them was reported later."""
    if not (at_once or is_due(now)):
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        extend_timeouts()
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0), set_config('work_mem', '64MB', true)", [_LOCK])
        if not cursor.fetchone()[0]:
            return False  # another worker counts
        today, started = day_of(now), time.monotonic()
        for counter in COUNTERS:
            _store(counter(now, today), last=today)
        counted = {"counted_at": now, "seconds": time.monotonic() - started}
        CountedDay.objects.update_or_create(day=today, defaults=counted)
    return True


def is_due(now: datetime) -> bool:
    """Every ten minutes, and a minute after a full sync; less often where counting takes long. Never without a vendor account."""
    synced = list(Account.objects.order_by().values_list("complete_at", flat=True))
    last = CountedDay.objects.filter(day=day_of(now)).first()
    if last is None or not synced:
        return bool(synced)
    pause = AFTER_SYNC if any(at is not None and at > last.counted_at for at in synced) else ROUND
    return now - last.counted_at >= max(pause, SHARE * timedelta(seconds=last.seconds))


def _store(counted: Counted, *, last: date) -> None:
    stage("daily_rows", _COLUMNS, counted.rows)
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, {"measure": counted.measure, "first": counted.first, "last": last})


def forget_old(now: datetime, *, batch: int = BATCH) -> int:
    """Delete the counts of days that are older than two years. Returns how many."""
    first, total = day_of(now) - KEPT, 0
    while ids := list(DailyCount.objects.filter(day__lt=first).order_by("day").values_list("pk", flat=True)[:batch]):
        total += DailyCount.objects.filter(pk__in=ids).delete()[0]
    CountedDay.objects.filter(day__lt=first).delete()
    return total
