"""`make dates` runs each date, checks every clock before it believes one, and says plainly what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.env import ROOT
from tests.dates.__main__ import Outcome, counts
from tests.dates.clocks import explain, read_clocks
from tests.dates.named import DATES, chosen

LEAP_DAY = datetime(2028, 2, 29, 12, tzinfo=UTC)
REPORT = """<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10"></testsuite></testsuites>"""


def test_there_are_twelve_dates_and_one_can_be_chosen() -> None:
    assert len(chosen("")) == len(DATES) == 12
    assert chosen("2028-02-29") == {LEAP_DAY: "leap day"}
    assert list(chosen("2031-05-31")) == [datetime(2031, 5, 31, 12, tzinfo=UTC)]


@pytest.mark.parametrize("day", ["2027-02-29", "2028-2", "tomorrow", "2028-02-29 12:00", "28-02-29", " "])
def test_what_is_no_date_is_refused_in_one_sentence(day: str) -> None:
    ended = subprocess.run([sys.executable, "-m", "tests.dates", "--date", day], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"{day!r} is not a date: write it as 2028-02-29.\n"


def test_without_faketime_nothing_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.dates", "--date", "2028-02-29"]
    ended = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "faketime is missing: install it" in ended.stderr and ended.stderr.count("\n") == 1


def test_all_clocks_of_this_run_agree_and_none_is_a_year_ahead() -> None:
    clocks = read_clocks(database=os.environ["DATABASE_URL"], valkey=os.environ["REDIS_URL"])
    assert list(clocks) == ["Python", "a subprocess", "PostgreSQL", "Valkey"]
    assert explain(clocks, begin=datetime.now(UTC)) == ""
    told = explain(clocks, begin=datetime.now(UTC) + timedelta(days=365))
    assert told.startswith("Not every process has the date ") and all(f" for {name}" in told for name in clocks)


@pytest.mark.parametrize("name", ["Python", "a subprocess", "PostgreSQL", "Valkey"])
@pytest.mark.parametrize("off", [timedelta(days=-400), timedelta(minutes=-2), timedelta(minutes=2), timedelta(days=1)])
def test_one_clock_that_is_off_ends_the_run(name: str, off: timedelta) -> None:
    clocks = dict.fromkeys(("Python", "a subprocess", "PostgreSQL", "Valkey"), LEAP_DAY)
    assert explain(clocks, begin=LEAP_DAY) == ""
    assert f"for {name}" in explain({**clocks, name: LEAP_DAY + off}, begin=LEAP_DAY)


def test_tests_are_counted_from_the_report_and_errors_are_failures(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    assert counts(report) == {}
    report.write_text(REPORT)
    assert counts(report) == {"passed": 4, "failed": 3, "skipped": 3}


@pytest.mark.parametrize(
    ("code", "passed", "failed", "good"), [(0, 9, 0, True), (1, 8, 1, False), (0, 0, 0, False), (3, 0, 0, False), (2, 9, 0, False)]
)
def test_a_date_is_good_only_when_tests_ran_and_all_passed(code: int, passed: int, failed: int, good: bool) -> None:
    outcome = Outcome(LEAP_DAY, "leap day", code, 60.0, passed=passed, failed=failed)
    assert outcome.good is good and outcome.line().startswith("ok " if good else "FAILED ")
    assert "2028-02-29 12:00" in outcome.line() and f"{passed} passed" in outcome.line() and f"{failed} failed" in outcome.line()
