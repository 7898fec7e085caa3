"""Syncs of a large fleet: first, unchanged and 5 % changed.

The floor is bare psycopg and msgspec doing the same work into tables of the same columns and indexes.
"""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.machine import Machine

SIZES = [int(size) for size in os.environ.get("SIZES", "100000,300000").split(",")]


@dataclass
class Row:
    """One measured pass. `wal` and `rss` in bytes; `seconds` is the wall clock, `cpu` what the working process itself used."""

    devices: int
    work: str
    who: str
    seconds: float
    cpu: float
    rss: int
    wal: int

    @property
    def per_second(self) -> float:
        return self.devices / self.seconds


def run(machine: Machine) -> dict[str, Any]:
    rows = [row for size in SIZES for row in measure(machine, size)]
    show(rows)
    return {"rows": [asdict(row) for row in rows], "goals": judge(rows)}


def measure(machine: Machine, size: int) -> list[Row]:
    """First, unchanged and 5 % changed, the floor before Rollcall each time, over the same pages rendered before the clock starts."""
    rows = []
    with machine.vendor(size) as vendor:
        account = machine.new_account(vendor.url)
        for work in ("first", "unchanged", "changed"):
            if work == "changed":
                vendor.change(5)
            for who, one_pass in (("floor", machine.floor_pass), ("rollcall", machine.rollcall_pass)):
                vendor.later(40)  # six times: no device is seen in the future, which would be left out
                told = one_pass(account, vendor.url, work)
                rows.append(Row(told["devices"], work, who, told["seconds"], told["cpu"], told["rss"], told["wal"]))
                print(f"  {work:10} {who:9} {told['seconds']:7.1f} s", file=sys.stderr, flush=True)
        machine.forget(account)
    return rows


def show(rows: list[Row]) -> None:
    print(f"\n{'devices':>9} {'work':10} {'who':9} {'seconds':>8} {'per s':>8} {'cpu s':>7} {'rss MB':>7} {'WAL MB':>8}")
    for row in rows:
        print(
            f"{row.devices:>9,} {row.work:10} {row.who:9} {row.seconds:8.1f} {row.per_second:8,.0f} "
            f"{row.cpu:7.2f} {row.rss / 2**20:7.0f} {row.wal / 2**20:8.1f}"
        )


def judge(rows: list[Row]) -> list[str]:
    """The goals with what was measured; nothing here can fail the bench, it tells."""
    found = {(row.devices, row.work, row.who): row for row in rows}
    sizes = sorted({row.devices for row in rows})
    told = []
    for size in sizes:
        first, floor = found[size, "first", "rollcall"], found[size, "first", "floor"]
        again = found[size, "unchanged", "rollcall"]
        told.append(f"{size:,}: first sync takes {first.seconds / floor.seconds:.2f} x the floor's time (goal 1.5 or less)")
        told.append(f"{size:,}: unchanged refresh costs 1/{first.cpu / again.cpu:.1f} of the first sync's worker CPU (goal 1/10 or less)")
        told.append(f"{size:,}: peak RSS of the worker {max(first.rss, again.rss) / 2**20:.0f} MB (goal 300 or less)")
    return told
