from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.data_dir import PROJECT
from tests.faults.catalog import FAULTS
from tests.faults.report import Measured, Measurement, Result, all_reached, lines

QUICK = Measurement("continued", 2.5, 10, "s")
SLOW = Measurement("continued", 46, 10, "s")


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (Result(), "NOT RUN"),
        (Result(passed=3), "reached"),
        (Result(passed=3, failed=1), "MISSED"),
        (Result(passed=1, measurements=[QUICK]), "reached"),
        (Result(passed=1, measurements=[QUICK, SLOW]), "MISSED"),
    ],
)
def test_a_verdict_counts_tests_and_measurements(result: Result, verdict: str) -> None:
    assert result.verdict == verdict
    assert lines({"F1": result})[0] == f"F1   {verdict:<8} {FAULTS['F1']}"


def test_a_goal_of_several_tests_is_one_line_with_the_largest_value() -> None:
    result = Result(passed=2, measurements=[SLOW, QUICK, Measurement("another", 1, 2, "calls")])
    assert result.text("F1")[1:] == ["     continued: 46 s (goal: at most 10 s)", "     another: 1 calls (goal: at most 2 calls)"]


def test_every_fault_has_a_line_in_order() -> None:
    assert [line.split()[0] for line in lines({}) if line.startswith("F")] == [f"F{number}" for number in range(1, 47)]


def test_one_fault_without_a_test_is_a_miss() -> None:
    reached = {fault: Result(passed=1) for fault in FAULTS}
    assert all_reached(reached)
    assert not all_reached(reached | {"F9": Result()})
    assert not all_reached({fault: result for fault, result in reached.items() if fault != "F9"})


def test_a_value_above_the_goal_fails_its_test(measured: Measured) -> None:
    with pytest.raises(AssertionError, match=r"continued: 11 s \(goal: at most 10 s\)"):
        measured("continued", 11.0, at_most=10)


PLANTED = """
import pytest

@pytest.mark.fault("F1")
def test_of_a_fault(measured):
    measured("continued", {value}, at_most=10)
"""


@pytest.mark.parametrize(("value", "code", "shown"), [(2.5, 0, "F1   reached"), (11, 1, "F1   MISSED")])
def test_the_run_prints_the_line_and_ends_with_its_code(tmp_path: Path, value: float, code: int, shown: str) -> None:
    (tmp_path / "test_planted.py").write_text(PLANTED.format(value=value))
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    fault(id)\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.faults.plugin", "-m", "fault or faults", str(tmp_path / "test_planted.py")]
    ended = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == code, ended.stdout
    assert shown in ended.stdout
    assert f"continued: {value} s (goal: at most 10 s)" in ended.stdout
