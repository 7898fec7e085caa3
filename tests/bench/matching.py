"""Matching of this checkout beside that of an earlier commit: pages of a sync, and a full re-match, taking turns on one machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from local.data_dir import PROJECT
from tests.bench.trees import CannotCompare, commit_of, describe, environment, last_line, source_for, source_here, whole_number, worktree

SIDE = "tests/bench/matching_side.py"
MACHINES, FEWEST = 3_000, 100
SECONDS = 3_600.0  # for one measurement


@dataclass(frozen=True)
class Work:
    """What is measured `rounds` times in each tree; the goal is the ratio to the earlier commit."""

    name: str
    label: str
    size: int
    rounds: int
    goal: float


@dataclass(frozen=True)
class Compared:
    """Medians in seconds."""

    work: str
    size: int
    before: float
    before_cpu: float
    after: float
    after_cpu: float
    goal: float

    @property
    def ratio(self) -> float:
        return self.after / self.before

    @property
    def slower(self) -> bool:
        return self.ratio > self.goal


def run(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Raises CannotCompare; nothing is left then, and nothing after the end."""
    devices = whole_number(environ, "SCALE", 100_000, least=FEWEST)
    works = (Work("pages", "pages of a sync", MACHINES, 5, 1.1), Work("rematch", "full re-match", devices, 2, 1.0))
    before, after = commit_of(environ.get("BEFORE", "")), describe()
    with worktree(before) as tree:
        sides = ((tree, source_for(before, SIDE)), (PROJECT, source_here(SIDE)))
        rows = [compare(work, sides) for work in works]
    show(rows)
    return {
        "before": before,
        "after": after,
        "rows": [{**asdict(row), "ratio": row.ratio} for row in rows],
        "slower": any(row.slower for row in rows),
        "goals": judge(rows),
    }


def compare(work: Work, sides: tuple[tuple[Path, str], tuple[Path, str]]) -> Compared:
    costs: tuple[list[dict[str, float]], ...] = ([], [])
    for turn in range(work.rounds):
        for who in (0, 1) if turn % 2 == 0 else (1, 0):
            costs[who].append(measure(*sides[who], work))
        print(f"  {work.label}: round {turn + 1} of {work.rounds}", file=sys.stderr, flush=True)
    before, after = ({each: median(cost[each] for cost in some) for each in ("seconds", "cpu")} for some in costs)
    return Compared(work.label, work.size, before["seconds"], before["cpu"], after["seconds"], after["cpu"], work.goal)


def measure(tree: Path, source: str, work: Work) -> dict[str, float]:
    """Raises CannotCompare."""
    python = str(tree / ".venv" / "bin" / "python")
    with tempfile.TemporaryDirectory(prefix="rc-bench-", dir="/tmp", ignore_cleanup_errors=True) as home:
        done = subprocess.run(
            [python, "-c", source, home, work.name, str(work.size)],
            cwd=tree,
            env=environment(os.environ),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    if done.returncode != 0:
        raise CannotCompare(f"{work.label} in {tree} cannot be measured: {last_line(done.stderr)}")
    cost: dict[str, float] = json.loads(done.stdout)
    return cost


def show(rows: list[Compared]) -> None:
    print(f"\n{'matching':20} {'size':>8} {'before':>8} {'cpu':>7} {'after':>8} {'cpu':>7} s {'x':>6}")
    for row in rows:
        print(
            f"{row.work:20} {row.size:8,} {row.before:8.2f} {row.before_cpu:7.2f} {row.after:8.2f} {row.after_cpu:7.2f}   {row.ratio:6.2f}"
            f"{'  SLOWER' if row.slower else ''}"
        )


def judge(rows: list[Compared]) -> list[str]:
    return [
        f"{row.work}, {row.size:,}: {row.ratio:.2f} x the time of the earlier commit (goal {row.goal} or less)"
        f"{': SLOWER' if row.slower else ''}"
        for row in rows
    ]
