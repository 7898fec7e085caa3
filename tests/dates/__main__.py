"""`make dates`: runs the tests without browser tests under each of twelve dates (tests/dates/named.py).

`--date YYYY-MM-DD` runs one date; further arguments go to pytest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.dates.clocks import VARIABLE
from tests.dates.library import find, without_waits
from tests.dates.named import chosen

# The rules of Berlin's clock, for whoever reads the machine's zone; Django and the services stay on UTC.
BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
PYTEST = ["pytest", "-n", "3", "--dist", "worksteal", "--ignore", "tests/browser", "-p", "tests.dates.clocks"]


@dataclass(frozen=True)
class Outcome:
    """Of one date. `code` is pytest's exit code; nothing is counted when pytest did not get to its end."""

    begin: datetime
    why: str
    code: int
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def good(self) -> bool:
        return self.code == 0 and self.passed > 0 and self.failed == 0

    def line(self) -> str:
        counts = f"{self.passed:5} passed {self.failed:4} failed {self.skipped:4} skipped {self.seconds:6.0f} s"
        ended = "" if self.code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) else f" (pytest ended with {self.code})"
        return f"{'ok' if self.good else 'FAILED':6} {self.begin:%Y-%m-%d %H:%M}  {counts}  {self.why}{ended}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make dates", allow_abbrev=False)
    parser.add_argument("--date", default="")
    known, rest = parser.parse_known_args(arguments)
    try:
        dates = chosen(known.date)
    except ValueError:
        print(f"{known.date!r} is not a date: write it as 2028-02-29.", file=sys.stderr)
        return 2
    installed = find()
    if installed is None:
        print("faketime is missing: install it (Debian: apt-get install faketime), then run this again.", file=sys.stderr)
        return 2
    try:
        clock = without_waits(installed.read_bytes())
    except ValueError as problem:
        print(f"{installed} cannot be used: {problem}. Run this on 64-bit Linux with Debian's faketime.", file=sys.stderr)
        return 2
    outcomes = [run(begin, why, clock, rest) for begin, why in dates.items()]
    print("\n" + "\n".join(outcome.line() for outcome in outcomes))
    return 0 if all(outcome.good for outcome in outcomes) else 1


def run(begin: datetime, why: str, clock: bytes, arguments: list[str]) -> Outcome:
    """All tests of one date, each process with `clock` (a library) before all others."""
    print(f"\n{begin:%Y-%m-%d %H:%M} UTC: {why}", flush=True)
    with tempfile.TemporaryDirectory(prefix="rc-dates-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL may have to run as another user
        library, report = folder / "clock.so", folder / "report.xml"
        library.write_bytes(clock)
        started = time.monotonic()
        command = [sys.executable, "-m", *PYTEST, f"--junit-xml={report}", *arguments]
        code = subprocess.run(command, check=False, env=environment(begin, library)).returncode
        return Outcome(begin, why, code, time.monotonic() - started, **counts(report))


def environment(begin: datetime, library: Path) -> dict[str, str]:
    """Every process has the same offset to the real clock, so that their clocks agree and go on.

    The monotonic clock and the times of files stay real: who waits with the former would wait for years, and faketime locks the latter with a
    semaphore that a killed process never gives back.
    """
    return {
        **os.environ,
        VARIABLE: begin.isoformat(),
        "TZ": BERLIN,
        "LD_PRELOAD": os.pathsep.join(filter(None, (str(library), os.environ.get("LD_PRELOAD", "")))),
        "FAKETIME": f"{round((begin - datetime.now(UTC)).total_seconds()):+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


def counts(report: Path) -> dict[str, int]:
    """How many tests passed, failed (in a test or around it) and were skipped; nothing without a report."""
    if not report.exists():
        return {}
    suites = list(ElementTree.parse(report).iter("testsuite"))
    tests, failures, errors, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    )
    return {"passed": tests - failures - errors - skipped, "failed": failures + errors, "skipped": skipped}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
