"""Patching of a large fleet: how fast patches come in beside a bare COPY of the same rows, and how long people wait for its pages.

Ten patches for each of 100,000 devices, a month of attempts beside them.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from devices.db.copy import copy_rows
from devices.models import Account, JobState
from patching.models import PatchRun, Title
from patching.sync.job import PatchRunHandler
from patching.sync.patch_writer import PATCH, PLAIN
from tests.bench import pages
from tests.bench.fleet import forget_fleet, write_fleet
from tests.bench.machine import Machine
from tests.bench.questions import Question
from vendors import records
from vendors.patch_states import PatchKind, PatchReason, PatchStatus, Severity
from vendors.patching_api import PatchPage, Source

DEVICES = int(os.environ.get("BASE", "100000"))
EACH, PAGE, TITLES = 10, 1000, 300
PAGES_A_TURN = 20  # floor and Rollcall take turns, so that a slow moment of the machine meets both
INGEST_GOAL, P95_GOAL, SLOWEST = 2.0, 2.0, 200.0
STATUSES = [
    *[(PatchStatus.AVAILABLE, PatchReason.NONE)] * 5, (PatchStatus.SCHEDULED, PatchReason.NONE), (PatchStatus.RESTART, PatchReason.NONE),
    (PatchStatus.FAILED, PatchReason.RUNNING), (PatchStatus.FAILED, PatchReason.DOWNLOAD), (PatchStatus.EXCLUDED, PatchReason.NONE),
]  # fmt: skip
FLOOR = {"id": "int8", "account_id": "int8", "title_id": "int8", "first_at": "timestamptz", "open_since": "timestamptz", "counted": "bool"}
COLUMNS = {**{name: kind for name, kind in PATCH.items() if name != "title_key"}, **FLOOR}

_ATTEMPTS = """INSERT INTO patching_attempt (account_id, title_id, device_ref, sighting_id, exact, loose, status, reason, raw, before, after,
  started_at, ended_at, at, day, first_at, last)
SELECT s.account_id, t.first + s.id %% %(titles)s, s.external_id, s.id, decode(md5('exact' || s.id || n), 'hex'), decode(md5('loose' || s.id || n), 'hex'),
  CASE (s.id + n) %% 7 WHEN 0 THEN 'failed' WHEN 1 THEN 'restart' ELSE 'installed' END, CASE (s.id + n) %% 7 WHEN 0 THEN 'running' ELSE '' END,
  'X', '1.0', '1.1', at, at, at, at::date, %(now)s, n = 1
FROM devices_sighting s CROSS JOIN generate_series(1, 2) AS n CROSS JOIN (SELECT min(id) AS first FROM patching_title) t
CROSS JOIN LATERAL (SELECT %(now)s - interval '1 hour' * ((s.id * 7 + n * 331) %% 720) AS at) a WHERE s.account_id = %(account)s"""


def run(machine: Machine) -> dict[str, Any]:
    now = timezone.now()
    print(f"Writing {DEVICES:,} devices ...", file=sys.stderr, flush=True)
    write_fleet(DEVICES, now=now)
    account = Account.objects.get(name="bench-eset")
    taken = ingest(account, now)
    with connection.cursor() as cursor:
        cursor.execute(_ATTEMPTS, {"account": account.pk, "titles": TITLES, "now": now})
        cursor.execute("VACUUM ANALYZE patching_patch, patching_attempt, patching_patchtally, patching_attempttally")
    rows = pages.ask_all(machine, DEVICES, questions(account))
    pages.show(rows)
    forget_fleet()
    return {"ingest": taken, "rows": [asdict(row) for row in rows], "goals": [*_judge_ingest(taken), *_judge_pages(rows)]}


def ingest(account: Account, now: datetime) -> dict[str, float]:
    """Seconds: a first walk, and what the same takes again when nothing changed, each beside the floor."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA floor")
        cursor.execute("CREATE TABLE floor.patching_patch (LIKE patching_patch INCLUDING ALL)")
    taken = {"floor": 0.0, "first": 0.0, "unchanged": 0.0}
    for work in ("first", "unchanged"):
        handler, run = PatchRunHandler(), _run(account, now)
        for number, sheets in enumerate(_turns(account, now)):
            if work == "first":
                taken["floor"] += _timed(lambda: _copied(sheets, now, start=number * PAGES_A_TURN * PAGE))  # noqa: B023
            taken[work] += _timed(lambda: _kept(handler, run, sheets, now))  # noqa: B023
        taken[work] += _timed(lambda: _ended(handler, run, now))  # noqa: B023
        print(f"  {work:10} {taken[work]:7.1f} s beside {taken['floor']:.1f} s of the floor", file=sys.stderr, flush=True)
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA floor CASCADE")
    return taken


def _run(account: Account, now: datetime) -> PatchRun:
    return PatchRun.objects.create(account=account, source=Source.PATCHES, state=JobState.DONE, created_at=now, next_step_at=now)


def _turns(account: Account, now: datetime) -> Iterator[list[PatchPage]]:
    """A few pages at a time, made before the clock runs."""
    refs = account.sightings.order_by("id").values_list("external_id", flat=True).iterator()
    waiting: list[records.Patch] = []
    sheets: list[PatchPage] = []
    for place, ref in enumerate(refs):
        waiting += [_patch(ref, place, number, now) for number in range(EACH)]
        if len(waiting) >= PAGE:
            sheets.append(PatchPage(patches=tuple(waiting)))
            waiting = []
        if len(sheets) == PAGES_A_TURN:
            yield sheets
            sheets = []
    yield [*sheets, PatchPage(patches=tuple(waiting))]


def _patch(ref: str, place: int, number: int, now: datetime) -> records.Patch:
    title = (place * 31 + number * 37) % TITLES
    status, reason = STATUSES[(place + number) % len(STATUSES)]
    return records.Patch(
        key=f"{ref}-{number}", device_id=ref, title=records.Title(f"title-{title}", f"Application {title}", PatchKind.APPLICATION, "Nordsoft"),
        status=status, reason=reason, raw=status.upper(), version=f"{title}.{number}", severity=Severity.MEDIUM, security=True, restart=False,
        fixes=(f"CVE-2026-{title:04}",), since=now - timedelta(hours=(place + number * 97) % 2000),
    )  # fmt: skip


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _copied(sheets: list[PatchPage], now: datetime, *, start: int) -> None:
    """The floor: what has to be written anyway, with nothing looked up, compared or counted."""
    for page, sheet in enumerate(sheets):
        first = start + page * PAGE
        with transaction.atomic():
            copy_rows("floor.patching_patch", COLUMNS, (_bare(first + place, patch, now) for place, patch in enumerate(sheet.patches)))


def _bare(number: int, patch: records.Patch, now: datetime) -> tuple[Any, ...]:
    plain = [list(value) if isinstance(value, tuple) else value for value in (getattr(patch, name) for name in PLAIN)]
    return (patch.device_id, patch.key, *plain, number, 1, number % TITLES, now, patch.since, True)


def _kept(handler: PatchRunHandler, run: PatchRun, sheets: list[PatchPage], now: datetime) -> None:
    for sheet in sheets:
        with transaction.atomic():
            handler.keep(run, sheet, now)


def _ended(handler: PatchRunHandler, run: PatchRun, now: datetime) -> None:
    with transaction.atomic():
        handler.finish(run, now)


def questions(account: Account) -> list[Question]:
    devices = list(account.sightings.order_by("id").values_list("device_id", flat=True)[:: max(1, DEVICES // 60)][:60])
    titles = list(Title.objects.order_by("id").values_list("pk", flat=True)[:60])
    return [
        Question("patching, overview", ["/patching/"]),
        Question("patching, by application", ["/patching/titles/"]),
        Question("patching, by device", ["/patching/devices/"]),
        Question("patching, one application", [f"/patching/titles/{pk}/" for pk in titles]),
        Question("patching, panel of a device", [f"/patching/device/{pk}/" for pk in devices], fragment=True),
        Question("patching, open patches", ["/patching/patches/"]),
    ]


def _judge_ingest(taken: dict[str, float]) -> list[str]:
    ratio = taken["first"] / taken["floor"]
    words = f"{DEVICES * EACH:,} patches come in at {ratio:.2f} x the time of a bare COPY (goal {INGEST_GOAL:g}: {pages.verdict(ratio <= INGEST_GOAL)})"
    return [words, f"the same again, unchanged: {taken['unchanged'] / taken['floor']:.2f} x"]


def _judge_pages(rows: list[pages.Row]) -> list[str]:
    by = {(row.page, row.clients, row.who): row for row in rows}
    told = []
    for (page, clients, who), row in by.items():
        if who == "rollcall":
            p95 = row.p95 / by[page, clients, "floor"].p95
            reached = p95 <= P95_GOAL and (clients > 1 or row.p95 <= SLOWEST)
            told.append(
                f"{page}, {clients} at once: p95 {p95:.2f} x the floor and {row.p95:.0f} ms (goal {P95_GOAL:g}: {pages.verdict(reached)})"
            )
    return told
