"""Earlier states: how long coverage and a device of an earlier day take beside those of today, and what recording them costs a sync.

At 100,000 devices (BASE), with a month in which 5 % of the records change every day, 1 % get stale or recent, 0.5 % are missing or listed
again and 0.1 % move to another device. No page of it: the database does the work.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tests.bench.fleet import forget_fleet, write_fleet
from tests.bench.machine import Machine

SIZE = int(os.environ.get("BASE", "100000"))
DAYS, TIMES, PAGE = 30, 7, 1_000
# What the triggers would have written on each day; the present rows stay as they are.
_FORMER = """INSERT INTO devices_formerstate (subject, ref, key, until, was)
SELECT f.subject, s.id, f.key, %(until)s, f.was FROM devices_sighting s CROSS JOIN LATERAL (VALUES
  ('values', '', jsonb_build_object('user', s."user" || 'x'), 20),
  ('presence', '', jsonb_build_object('stale', NOT s.stale), 100),
  ('presence', '', jsonb_build_object('life', CASE s.life WHEN 'seen' THEN 'missing' ELSE 'seen' END), 200),
  ('placement', (s.device_id + 1)::text, jsonb_build_object('device_id', s.device_id + 1), 1000)) AS f(subject, key, was, share)
WHERE s.id %% f.share = %(day)s %% f.share"""


def run(_machine: Machine) -> dict[str, Any]:
    now = timezone.now()
    rows = _write(now)
    forget_fleet()
    print(f"Writing {SIZE:,} devices and {DAYS} days ...", file=sys.stderr, flush=True)
    write_fleet(SIZE, now=now - timedelta(days=DAYS + 1))
    _month(now)
    rows |= _read(now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), pg_total_relation_size('devices_formerstate') FROM devices_formerstate")
        rows["former states"], rows["bytes of former states"] = cursor.fetchone()
        cursor.execute("TRUNCATE devices_formerstate")
    forget_fleet()
    return {"rows": rows, "goals": [f"{name}: {value:,.1f}" for name, value in rows.items()]}


def _month(now: datetime) -> None:
    with connection.cursor() as cursor:
        for day in range(DAYS):
            cursor.execute(_FORMER, {"day": day, "until": now - timedelta(days=DAYS - day)})
        cursor.execute("VACUUM ANALYZE devices_formerstate")


def _read(now: datetime) -> dict[str, float]:
    from devices.account_status.status import statuses
    from devices.as_of.accounts import statuses_at
    from devices.as_of.coverage_sql import CoverageAsOf
    from devices.as_of.device_page import device_page
    from devices.as_of.moments import Moment
    from devices.coverage.queries import CoverageQuery
    from devices.coverage.states import CoverageState

    rows = {"coverage of today, ms": _milliseconds(CoverageQuery(statuses(now)).counts)}
    for days in (1, 7, 29):
        at = now - timedelta(days=days)
        known = statuses_at(at) or statuses(now)
        found = CoverageAsOf(known, at)
        rows[f"coverage of {days} days ago, ms"] = _milliseconds(found.counts)
        one = CoverageAsOf(known[:1], at)
        rows[f"missing devices of {days} days ago, ms"] = _milliseconds(lambda one=one: one.chosen(CoverageState.MISSING))  # type: ignore[misc]
        moment = Moment(at, at.date())
        rows[f"device of {days} days ago, ms"] = _milliseconds(lambda moment=moment: device_page(4711, moment))  # type: ignore[misc]
    return rows


def _write(now: datetime) -> dict[str, float]:
    """Pages of changed records, saved with and without the triggers in turn."""
    from devices.models import Account
    from devices.sync.page_writer import save_page
    from tests.devices import records as making

    run = making.run(Account.objects.create(name="bench-write", vendor="eset"))
    taken: dict[str, list[float]] = {"with": [], "without": []}
    for turn in range(2 * TIMES + 1):
        way = "with" if turn % 2 else "without"
        entries = [
            making.entry(f"r{each}", user=f"user {turn}", issues=(making.issue(f"issue {turn}"),), seen_at=now) for each in range(PAGE)
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL session_replication_role = {'origin' if way == 'with' else 'replica'}")
            began = time.perf_counter()
            save_page(run, entries, now)
            if turn:  # the first one inserts
                taken[way].append(1000 * (time.perf_counter() - began))
    values = {f"page of {PAGE:,} changed records {way} recording, ms": median(each) for way, each in taken.items()}
    return values | {"recording of a changed record, µs": 1000 * (median(taken["with"]) - median(taken["without"])) / PAGE}


def _milliseconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken)
