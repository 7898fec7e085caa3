"""How long people wait for a page: Rollcall beside the same pages rendered from memory, and beside bare psycopg doing the same search.

At 100,000 devices, with SCALE=1000000 at so many too; one person and eight at once; PAGES=dashboard,coverage asks for those alone. The fleet
comes from tests/bench/fleet.py.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from devices.coverage import gaps, tallies
from devices.trends.rollup import count_today
from tests.bench.figures import part
from tests.bench.fleet import forget_fleet, write_fleet
from tests.bench.machine import Machine
from tests.bench.person import Person
from tests.bench.questions import BareSearch, Question, questions
from tests.bench.served import at_once, people

BASE = 100_000
SIZES = sorted({int(os.environ.get("BASE", BASE)), int(os.environ.get("SCALE", os.environ.get("BASE", BASE)))})
CLIENTS = (1, 8)
PAGES = tuple(os.environ.get("PAGES", "").split(","))  # beginnings of names of questions; empty: all
# Bare, floor and Rollcall take turns, so that a slow moment of the machine meets all of them: how many turns, and how often each is asked in one.
TURNS, TIMES = {1: 50, 8: 3}, {1: 1, 8: 6}
REMEMBERED = 5  # addresses that the floor serves: rendering one costs what rendering another costs
P50_GOAL, P95_GOAL, GROWTH_GOAL = 1.5, 2.0, 2.0


@dataclass(frozen=True)
class Row:
    """Milliseconds. `who`: rollcall, floor or bare."""

    devices: int
    page: str
    clients: int
    who: str
    p50: float
    p95: float
    samples: int
    goal: bool


def run(machine: Machine) -> dict[str, Any]:
    rows = [row for size in SIZES for row in measure(machine, size)]
    show(rows)
    return {"rows": [asdict(row) for row in rows], "goals": judge(rows)}


def measure(machine: Machine, size: int) -> list[Row]:
    print(f"Writing {size:,} devices ...", file=sys.stderr, flush=True)
    started = time.monotonic()
    write_fleet(size, now=timezone.now())
    gaps.renew(timezone.now())
    tallies.renew(timezone.now())
    count_today(timezone.now(), at_once=True)
    print(f"  {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    rows = ask_all(machine, size, [each for each in questions(size) if each.name.startswith(PAGES)])
    forget_fleet()
    return rows


def ask_all(machine: Machine, size: int, asked: Sequence[Question]) -> list[Row]:
    most = max(CLIENTS)
    with (
        people(machine, "floor", count=most, settings_module="tests.bench.floor.settings", from_memory=True) as floor,
        people(machine, "rollcall", count=most, settings_module="config.settings", from_memory=False) as rollcall,
    ):
        return [row for question in asked for row in _compare(size, question, floor, rollcall)]


def _compare(size: int, question: Question, floor: list[Person], rollcall: list[Person]) -> list[Row]:
    rows = []
    remembered = question.addresses[:REMEMBERED]
    for crowd in (floor, rollcall):
        for person in crowd:
            person.prefer(fragment=question.fragment)
            for address in remembered:
                person.prepare(address)
    searches = [BareSearch(question) for _ in rollcall] if question.bare else []
    for clients in CLIENTS:
        asks: dict[str, list[Callable[[int], float]]] = {
            "bare": [search.ask for search in searches[:clients]],
            "floor": [person.asker(remembered) for person in floor[:clients]],
            "rollcall": [person.asker(question.addresses, place=place) for place, person in enumerate(rollcall[:clients])],
        }
        taken: dict[str, list[float]] = {who: [] for who, each in asks.items() if each}
        times = TIMES[clients] if question.goal else 1  # the others may take seconds
        for turn in range(TURNS[clients]):
            for who in taken:
                taken[who] += at_once(asks[who], first=turn * times, times=times)
        rows += [
            Row(size, question.name, clients, who, 1000 * part(each, 0.5), 1000 * part(each, 0.95), len(each), question.goal)
            for who, each in taken.items()
        ]
    for search in searches:
        search.close()
    print(f"  {question.name:28} {_ratio(rows):.2f}", file=sys.stderr, flush=True)
    return rows


def _ratio(rows: list[Row]) -> float:
    found = {row.who: row.p50 for row in rows if row.clients == 1}
    return found["rollcall"] / found["floor"]


def show(rows: list[Row]) -> None:
    print(
        f"\n{'devices':>9} {'page':26} {'at once':>7} {'rollcall p50':>12} {'p95':>7} {'floor p50':>10} {'p95':>7} {'bare p50':>9} {'p95':>7}   ms"
    )
    table: dict[tuple[int, str, int], dict[str, Row]] = {}
    for row in rows:
        table.setdefault((row.devices, row.page, row.clients), {})[row.who] = row
    for (devices, page, clients), by in table.items():
        bare = f"{by['bare'].p50:9.1f} {by['bare'].p95:7.1f}" if "bare" in by else f"{'-':>9} {'-':>7}"
        print(
            f"{devices:>9,} {page:26} {clients:>7} {by['rollcall'].p50:12.1f} {by['rollcall'].p95:7.1f} "
            f"{by['floor'].p50:10.1f} {by['floor'].p95:7.1f} {bare}"
        )


def judge(rows: list[Row]) -> list[str]:
    """The goals with what was measured; nothing here can fail the bench, it tells."""
    found = {(row.devices, row.page, row.clients): row for row in rows if row.who == "rollcall"}
    floors = {(row.devices, row.page, row.clients): row for row in rows if row.who == "floor"}
    told = []
    for (devices, page, clients), row in found.items():
        floor = floors[devices, page, clients]
        p50, p95 = row.p50 / floor.p50, row.p95 / floor.p95
        words = f"{devices:,}, {page}, {clients} at once: p50 {p50:.2f} x and p95 {p95:.2f} x the floor"
        if row.goal and devices == SIZES[0]:
            words += f" (goal {P50_GOAL} and {P95_GOAL}: {verdict(p50 <= P50_GOAL and p95 <= P95_GOAL)})"
        if devices > SIZES[0]:
            growth = row.p95 / found[SIZES[0], page, clients].p95
            words += f"; p95 {growth:.2f} x that at {SIZES[0]:,}"
            words += f" (goal {GROWTH_GOAL}: {verdict(growth <= GROWTH_GOAL)})"
        told.append(words)
    return told


def verdict(reached: bool) -> str:
    return "reached" if reached else "MISSED"
