"""`make dates` runs each date, checks every clock before it believes one, and says plainly what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg_binary
import pytest

from config.env import ROOT
from tests.dates import __main__ as dates
from tests.dates.__main__ import Outcome, counts
from tests.dates.clocks import explain, explain_waits, read_clocks
from tests.dates.library import WAITS, find, without_waits
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


def test_without_faketime_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(dates, "find", partial(find, tmp_path))
    assert dates.main(["--date", "2028-02-29"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("faketime is missing: install it") and said.err.count("\n") == 1


def test_a_library_that_is_not_faketime_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "lib/any/faketime/libfaketimeMT.so.1"
    place.parent.mkdir(parents=True)
    other = next(Path(psycopg_binary.__file__).parent.glob("pq*.so"))
    monkeypatch.setattr(dates, "find", partial(find, tmp_path))
    for content, reason in ((b"text", "no 64-bit library"), (other.read_bytes(), "it lacks alarm, ")):
        place.write_bytes(content)
        assert dates.main([]) == 2
        said = capsys.readouterr()
        assert said.out == "" and f"{place} cannot be used: {reason}" in said.err and said.err.count("\n") == 1


def test_the_waits_of_a_library_are_made_local_and_nothing_else_is_changed() -> None:
    """The system's C library has the same functions as faketime's, which not every machine has."""
    mapped = (line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "/libc." in line or "/libc-" in line)
    before = Path(next(mapped)).read_bytes()
    after = without_waits(before)
    changed = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    assert len(changed) >= len(WAITS) and all(other == one & 0x0F for one, other in changed)
    assert without_waits(after) == after


def test_all_clocks_of_this_run_agree_and_none_is_a_year_ahead() -> None:
    clocks = read_clocks(database=os.environ["DATABASE_URL"], valkey=os.environ["REDIS_URL"])
    assert list(clocks) == ["Python", "a subprocess", "PostgreSQL", "Valkey"]
    assert explain(clocks, begin=datetime.now(UTC)) == ""
    told = explain(clocks, begin=datetime.now(UTC) + timedelta(days=365))
    assert told.startswith("Not every process has the date ") and all(f" for {name}" in told for name in clocks)
    assert explain_waits(os.environ["DATABASE_URL"]) == ""


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
    assert ("pytest ended with" in outcome.line()) is (code > 1)
    assert "2028-02-29 12:00" in outcome.line() and f"{passed} passed" in outcome.line() and f"{failed} failed" in outcome.line()
