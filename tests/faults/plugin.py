"""pytest plugin behind `make faults`: collects what tests measured, prints the report, and fails on a missed goal.

Works over the processes of pytest-xdist too: what a test measured travels in its report.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict

import pytest

from tests.faults.catalog import FAULTS
from tests.faults.report import PROPERTY, Measured, Measurement, Result, all_reached, lines

MARK = "fault"
_results: dict[str, Result] = defaultdict(Result)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers(MARK):
            for fault in mark.args:
                if fault not in FAULTS:
                    raise pytest.UsageError(f"{item.nodeid} names {fault!r}, which tests/faults/catalog.py does not list.")
                item.user_properties.append((MARK, fault))


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Function that records a measured value of the faults that the test names, and fails the test above the goal."""

    def record(goal: str, value: float, *, at_most: float, unit: str = "s") -> None:
        measurement = Measurement(goal, round(value, 3), at_most, unit)
        request.node.user_properties.append((PROPERTY, asdict(measurement)))
        assert measurement.reached, str(measurement)

    return record


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when != "call" and not report.failed:
        return
    faults = [str(value) for name, value in report.user_properties if name == MARK]
    found = [Measurement(**value) for name, value in report.user_properties if name == PROPERTY and isinstance(value, dict)]
    for fault in faults:
        result = _results[fault]
        result.passed += report.passed
        result.failed += report.failed
        result.measurements += found if report.when == "call" else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not _asked_for(config):
        return
    terminalreporter.section("faults")
    for line in lines(_results, FAULTS if _whole(config) else _results):
        terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _asked_for(session.config) and _whole(session.config) and not all_reached(_results):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def _asked_for(config: pytest.Config) -> bool:
    return MARK in str(config.option.markexpr).split() and not hasattr(config, "workerinput")


def _whole(config: pytest.Config) -> bool:
    """Whether every fault was asked for: no choice by name or path."""
    return not config.option.keyword and config.args == config.getini("testpaths")
