"""Writer of attempts: each is stored once, whichever source reports it, however often and in whatever order.

`exact` identifies an attempt of a known device. `loose` is the same without the device. A list without devices that shows n alike attempts
needs n of that `loose`, with or without a device, and only missing ones are added. An attempt with a device first takes over one without.
So the number of alike attempts is always the highest that one source alone ever showed.

Runs inside the transaction that saves the cursor.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection

from devices.db.copy import quoted, stage
from patching.models import PatchRun
from patching.sync.assignment import hold_patching
from patching.sync.patch_writer import PatchWriteResult
from patching.sync.title_writer import save_titles
from vendors.parsing.times import plausible
from vendors.records import Attempt

PLAIN = {
    "loose": "bytea",
    "status": "text",
    "reason": "text",
    "raw": "text",
    "before": "text",
    "before_number": "numeric",
    "after": "text",
    "after_number": "numeric",
    "started_at": "timestamptz",
    "ended_at": "timestamptz",
}
TOLD = {
    "place": "int4",
    "held": "int8",
    "exact": "bytea",
    "nth": "int4",
    "device_ref": "text",
    "title_key": "text",
    "happened": "timestamptz",
    **PLAIN,
}


def save_attempts(run: PatchRun, told: Sequence[Attempt], now: datetime) -> PatchWriteResult:
    told = [attempt for attempt in told if not _forgotten(attempt, now)]
    if not told:
        return PatchWriteResult()
    hold_patching()
    save_titles(run.account.vendor, (attempt.title for attempt in told))
    stage("told_attempts", TOLD, _rows(told, now), key="place")
    given: dict[str, Any] = {"account": run.account_id, "vendor": run.account.vendor, "run": run.pk, "now": now, "zone": settings.TIME_ZONE}
    with connection.cursor() as cursor:
        counts = {}
        for statement in (_FIND, _CORRECT, _TAKE_OVER, _FIND, _ADD, _ADD_WITHOUT_DEVICE):
            cursor.execute(statement, given)
            counts[statement] = int(cursor.rowcount)
        outcome = PatchWriteResult(counts[_ADD] + counts[_ADD_WITHOUT_DEVICE], counts[_CORRECT] + counts[_TAKE_OVER])
        if outcome.created or outcome.changed:
            cursor.execute(_MARK_LAST, given)
    return outcome


def _forgotten(attempt: Attempt, now: datetime) -> bool:
    """Older than this installation keeps attempts."""
    at = attempt.ended_at or attempt.started_at
    return at is not None and now - at > timedelta(days=settings.KEEP_ATTEMPTS_DAYS)


def _rows(told: Sequence[Attempt], now: datetime) -> Iterable[tuple[Any, ...]]:
    """One row per attempt of a device, the last one reported; attempts without a device are numbered among alike ones."""
    exact = {digest(attempt, exact=True): attempt for attempt in told if attempt.device_id}
    alike: Counter[bytes] = Counter()
    rows: list[tuple[bytes | None, bytes, int, Attempt]] = [
        (name, digest(attempt, exact=False), 0, attempt) for name, attempt in exact.items()
    ]
    for attempt in told:
        if not attempt.device_id:
            loose = digest(attempt, exact=False)
            alike[loose] += 1
            rows.append((None, loose, alike[loose], attempt))
    return ((place, None, name, nth, *_row(attempt, loose, now)) for place, (name, loose, nth, attempt) in enumerate(rows))


def digest(attempt: Attempt, *, exact: bool) -> bytes:
    """Of what does not change. Where the vendor reports no start, the end is used."""
    began = attempt.started_at or attempt.ended_at
    known = [attempt.title.key, began.isoformat() if began else ""]
    known += [str(part) for version in (attempt.before, attempt.after) for part in (version.number, version.name)]
    known += [attempt.device_id] if exact else [attempt.status.value, attempt.reason.value]
    return hashlib.blake2b(msgspec.json.encode(known), digest_size=16).digest()


def _row(attempt: Attempt, loose: bytes, now: datetime) -> tuple[Any, ...]:
    return (
        attempt.device_id,
        attempt.title.key[:255],
        plausible(attempt.ended_at, now=now) or plausible(attempt.started_at, now=now),
        loose,
        attempt.status.value,
        attempt.reason.value,
        attempt.raw[:100],
        attempt.before.name[:255],
        attempt.before.number,
        attempt.after.name[:255],
        attempt.after.number,
        plausible(attempt.started_at, now=now),
        plausible(attempt.ended_at, now=now),
    )


_NAMES = quoted(PLAIN)
_TELLING, _HELD = (", ".join(f'{side}."{name}"' for name in PLAIN) for side in ("t", "a"))
_SETS = ", ".join(f'"{name}" = t."{name}"' for name in PLAIN)
_WHEN = "at = coalesce(t.happened, a.first_at), day = (coalesce(t.happened, a.first_at) AT TIME ZONE %(zone)s)::date"
_SIGHTING = "(SELECT s.id FROM devices_sighting s WHERE s.account_id = %(account)s AND s.external_id = t.device_ref LIMIT 1)"
# Subqueries with a limit are looked up one by one, whatever the statistics of a table that is just being filled say.
_FIND = """
UPDATE told_attempts t SET held = (SELECT a.id FROM patching_attempt a WHERE a.account_id = %(account)s AND a.exact = t.exact LIMIT 1)
WHERE t.exact IS NOT NULL AND t.held IS NULL"""
_TAKE_OVER = f"""
WITH fresh AS (
    SELECT t.*, row_number() OVER (PARTITION BY t.loose ORDER BY t.place) AS turn FROM told_attempts t
    WHERE t.exact IS NOT NULL AND t.held IS NULL),
idle AS (
    SELECT a.id, f.loose, row_number() OVER (PARTITION BY f.loose ORDER BY a.id) AS turn
    FROM (SELECT loose, count(*) AS most FROM fresh GROUP BY loose) f
    CROSS JOIN LATERAL (SELECT a.id FROM patching_attempt a WHERE a.account_id = %(account)s AND a.loose = f.loose
                        AND a.exact IS NULL LIMIT f.most) a),
pairs AS MATERIALIZED (SELECT fresh.*, idle.id FROM fresh JOIN idle USING (loose, turn))
UPDATE patching_attempt a SET exact = t.exact, device_ref = t.device_ref, {_SETS}, {_WHEN}, run_id = %(run)s, sighting_id = {_SIGHTING}
FROM pairs t WHERE a.id = t.id"""
_CORRECT = f"""
UPDATE patching_attempt a SET {_SETS}, {_WHEN} FROM told_attempts t WHERE a.id = t.held AND ({_HELD}) IS DISTINCT FROM ({_TELLING})"""
_INSERT = f"""
INSERT INTO patching_attempt (account_id, title_id, device_ref, sighting_id, exact, {_NAMES}, at, day, first_at, run_id, last)
SELECT %(account)s, n.id, t.device_ref, {_SIGHTING}, t.exact, {_TELLING}, coalesce(t.happened, %(now)s),
    (coalesce(t.happened, %(now)s) AT TIME ZONE %(zone)s)::date, %(now)s, %(run)s, t.exact IS NOT NULL
FROM told_attempts t JOIN patching_title n ON n.vendor = %(vendor)s AND n.key = t.title_key"""
_ADD = f"{_INSERT} WHERE t.exact IS NOT NULL AND t.held IS NULL ORDER BY t.place"
_ADD_WITHOUT_DEVICE = f"""{_INSERT}
WHERE t.exact IS NULL AND t.nth > (SELECT count(*) FROM patching_attempt a WHERE a.account_id = %(account)s AND a.loose = t.loose)
ORDER BY t.place"""
# By the vendor's id of the device, synced or not. Attempts without a device stay unmarked.
_MARK_LAST = """
UPDATE patching_attempt a SET last = ranked.newest FROM (
    SELECT a.id, a.last, row_number() OVER (PARTITION BY a.device_ref, a.title_id ORDER BY a.at DESC, a.id DESC) = 1 AS newest
    FROM (SELECT DISTINCT t.device_ref, n.id AS title_id FROM told_attempts t
          JOIN patching_title n ON n.vendor = %(vendor)s AND n.key = t.title_key WHERE t.exact IS NOT NULL) touched
    CROSS JOIN LATERAL (SELECT * FROM patching_attempt a WHERE a.account_id = %(account)s AND a.device_ref = touched.device_ref
                        AND a.device_ref <> '' AND a.title_id = touched.title_id OFFSET 0) a) ranked
WHERE a.id = ranked.id AND ranked.last <> ranked.newest"""
