"""An earlier commit beside this checkout, on one machine: the same fleet, the same requests, taking turns.

PAGES=device,lookup compares only the pages whose names begin so. A page is not slower when its median is at most 1.05 x and its 95th
percentile at most 1.15 x that of the earlier commit.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from local.data_dir import PROJECT
from tests.bench.figures import part
from tests.bench.person import Person
from tests.bench.trees import CannotCompare, Side, commit_of, describe, running, source_for, source_here, whole_number, worktree

P50_GOAL, P95_GOAL = 1.05, 1.15
SAMPLES, ROUNDS, WARM, AGAIN = 60, 10, 5, 2
# By the kind of page its address, in which the name, serial, user and id of a device may stand; `part` is the middle of its name.
PAGES = {
    "dashboard": "/",
    "device list": "/devices/",
    "device list, part of a name": "/devices/?q={part}",
    "device list, by state and vendor": "/devices/?state=trouble&vendor=eset&sort=state",
    "device": "/devices/{id}/",
    "lookup of a hostname": "/d/?q={name}&all=1",
    "lookup of a serial": "/d/?q={serial}&all=1",
    "lookup of a user": "/d/?q={user}&all=1",
    "issues": "/issues/",
    "issues, oldest of a vendor": "/issues/?vendor=eset&sort=age",
    "patches": "/patching/patches/",
    "attempts": "/patching/attempts/",
    "coverage": "/coverage/",
    "accounts": "/vendors/",
}


@dataclass(frozen=True)
class Compared:
    """One kind of page; milliseconds."""

    page: str
    samples: int
    before_p50: float
    before_p95: float
    after_p50: float
    after_p95: float

    @property
    def p50_ratio(self) -> float:
        return self.after_p50 / self.before_p50

    @property
    def p95_ratio(self) -> float:
        return self.after_p95 / self.before_p95

    @property
    def slower(self) -> bool:
        return self.p50_ratio > P50_GOAL or self.p95_ratio > P95_GOAL


def run(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Raises CannotCompare; nothing is left then, and nothing after the end."""
    devices, requests = (whole_number(environ, name, size, least=SAMPLES) for name, size in (("SCALE", 100_000), ("REQUESTS", 300)))
    before, after = commit_of(environ.get("BEFORE", "")), describe()
    wanted = tuple(environ.get("PAGES", "").split(","))
    with (
        worktree(before) as tree,
        running(tree, f"BEFORE ({before[:12]})", source=source_for(before), devices=devices, samples=SAMPLES) as earlier,
        running(PROJECT, "this checkout", source=source_here(), devices=devices, samples=SAMPLES) as current,
    ):
        require_same_fleet(earlier, current)
        pages = {name: address for name, address in PAGES.items() if name.startswith(wanted)}
        compared = compare(earlier, current, requests=requests, pages=pages)
    show(compared)
    rows = [{**asdict(row), "p50_ratio": row.p50_ratio, "p95_ratio": row.p95_ratio, "slower": row.slower} for row in compared]
    return {"before": before, "after": after, "devices": devices, "rows": rows, "slower": is_slower(compared), "goals": judge(compared)}


def require_same_fleet(before: Side, after: Side) -> None:
    """Raises CannotCompare."""
    if before.total != after.total:
        raise CannotCompare(
            f"The fleets differ: {before.total:,} devices in {before.name}, {after.total:,} in {after.name}. Align tests/bench/side.py."
        )
    for one, other in zip(before.samples, after.samples, strict=True):
        if {**one, "id": 0} != {**other, "id": 0}:
            raise CannotCompare(
                f"The fleets differ: {one['name']} in {before.name}, {other['name']} in {after.name}. Align tests/bench/side.py."
            )


def addresses(page: str, samples: Sequence[Mapping[str, Any]]) -> list[str]:
    """One for each device, the same one where none stands in it."""
    return [
        page.format(**{name: quote(str(value), safe="") for name, value in {**device, "part": device["name"][3:11]}.items()})
        for device in samples
    ]


def compare(before: Side, after: Side, *, requests: int, pages: Mapping[str, str] = PAGES) -> list[Compared]:
    """A page that seems slower is asked for again up to AGAIN times, and all its answers count together: chance goes away, slowness stays."""
    both = (before, after)
    people = [Person(side.bind, side.cookie, from_memory=False, name=side.name) for side in both]
    asked = {name: [addresses(page, side.samples) for side in both] for name, page in pages.items()}
    for lists in asked.values():
        for person, each in zip(people, lists, strict=True):
            for address in each[:WARM]:
                person.ask(address)
    taken: dict[str, list[list[float]]] = {name: [[], []] for name in pages}
    pending = list(pages)
    for _ in range(1 + AGAIN):
        take_turns(people, {name: asked[name] for name in pending}, taken, requests=requests)
        pending = [name for name in pending if measured(name, *taken[name]).slower]
    for person in people:
        person.close()
    return [measured(name, *seconds) for name, seconds in taken.items()]


def take_turns(
    people: Sequence[Person], asked: Mapping[str, list[list[str]]], taken: dict[str, list[list[float]]], *, requests: int
) -> None:
    """Adds to `taken`. Every kind of page comes up in every round, so that a slow moment of the machine meets several, and both trees."""
    for turn in range(ROUNDS if asked else 0):
        for name, lists in asked.items():
            for number in range(turn * requests // ROUNDS, (turn + 1) * requests // ROUNDS):
                for who in (0, 1) if number % 2 == 0 else (1, 0):
                    taken[name][who].append(people[who].ask(lists[who][number % len(lists[who])]))
        print(f"  round {turn + 1} of {ROUNDS}, {len(asked)} pages", file=sys.stderr, flush=True)


def measured(page: str, before: Sequence[float], after: Sequence[float]) -> Compared:
    """From the seconds of each answer."""
    p50, p95 = ([1000 * part(values, share) for values in (before, after)] for share in (0.5, 0.95))
    return Compared(page, len(before), before_p50=p50[0], before_p95=p95[0], after_p50=p50[1], after_p95=p95[1])


def show(rows: Sequence[Compared]) -> None:
    print(f"\n{'page':34} {'before p50':>10} {'p95':>7} {'after p50':>10} {'p95':>7} ms {'p50 x':>7} {'p95 x':>6}")
    for row in rows:
        print(
            f"{row.page:34} {row.before_p50:10.1f} {row.before_p95:7.1f} {row.after_p50:10.1f} {row.after_p95:7.1f}    "
            f"{row.p50_ratio:7.2f} {row.p95_ratio:6.2f}{'  SLOWER' if row.slower else ''}"
        )


def is_slower(rows: Sequence[Compared]) -> bool:
    return any(row.slower for row in rows)


def judge(rows: Sequence[Compared]) -> list[str]:
    limits = f"median at most {P50_GOAL} x, 95th percentile at most {P95_GOAL} x"
    slower = [f"{row.page} ({row.p50_ratio:.2f} x and {row.p95_ratio:.2f} x)" for row in rows if row.slower]
    return [f"SLOWER: {', '.join(slower)}; {limits}." if slower else f"Not slower: {limits} on every page."]
