"""`make bench`: Rollcall beside the floor, in one run on one machine. Ratios count; absolute times do not.

`make bench` measures syncs, pages, patching, pages while Valkey is away and earlier days; ARGS=sync, pages, patching, broker or earlier one of
them.
SIZES=100000,300000 are the fleets of the syncs; pages are measured at 100,000 devices and, with SCALE=1000000, at so many too; patching
with ten patches a device at 100,000.

ARGS=versus BEFORE=<commit> and ARGS=matching BEFORE=<commit> stand alone: they measure the pages, and the matching, of this checkout beside
those of an earlier commit.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import matching, versus
from tests.bench.machine import Machine, prepare
from tests.bench.person import WrongAnswer
from tests.bench.trees import CannotCompare

OUT = Path(os.environ.get("BENCH_OUT", "bench-results"))


def sync(machine: Machine) -> dict[str, Any]:
    from tests.bench import syncs

    return syncs.run(machine)


def pages(machine: Machine) -> dict[str, Any]:
    from tests.bench import pages as measured  # knows the models: only once Django is set up

    return measured.run(machine)


def patching(machine: Machine) -> dict[str, Any]:
    from tests.bench import patching as measured

    return measured.run(machine)


def broker(machine: Machine) -> dict[str, Any]:
    from tests.bench import broker as measured

    return measured.run(machine)


def earlier(machine: Machine) -> dict[str, Any]:
    from tests.bench.earlier import days as measured

    return measured.run(machine)


PARTS = {"sync": sync, "pages": pages, "patching": patching, "broker": broker, "earlier": earlier}
AGAINST = {"versus": versus.run, "matching": matching.run}  # an earlier commit, each alone


def main(chosen: list[str]) -> int:
    if len(chosen) == 1 and chosen[0] in AGAINST:
        return compare(chosen[0])
    if unknown := set(chosen) - set(PARTS):
        print(
            f"The bench has no part {', '.join(sorted(unknown))}: choose among {', '.join(PARTS)}, or {' or '.join(AGAINST)} alone.",
            file=sys.stderr,
        )
        return 2
    with tempfile.TemporaryDirectory(prefix="rc-bench-", dir="/tmp") as folder:
        machine = prepare(Path(folder))
        try:
            for name in chosen or PARTS:
                _keep(name, PARTS[name](machine))
        finally:
            machine.stop()
    return 0


def compare(name: str) -> int:
    """1 when this checkout is slower than BEFORE, 2 when they cannot be compared."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # what was made is removed then, too
    try:
        told = AGAINST[name]()
    except (CannotCompare, WrongAnswer) as problem:
        print(problem, file=sys.stderr)
        return 2
    _keep(name, told)
    return int(told["slower"])


def _keep(name: str, told: dict[str, Any]) -> None:
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(told, indent=1))
    print("\n" + "\n".join(told["goals"]) + f"\n\nWritten to {path}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
