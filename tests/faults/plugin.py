"""pytest plugin behind `make faults`: collects what tests measured, prints the report, and fails on a missed goal.

Works over the processes of pytest-xdist too: what a test measured travels in its report, and a test marked `alone` waits until no other
test runs.
"""

from __future__ import annotations

import fcntl
import tempfile
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.faults.catalog import FAULTS
from tests.faults.report import PROPERTY, Measured, Measurement, Result, all_reached, lines

MARK = "fault"
ALONE = "alone"
_results: dict[str, Result] = defaultdict(Result)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers(MARK):
            for fault in mark.args:
                if fault not in FAULTS:
                    raise pytest.UsageError(f"{item.nodeid} names {fault!r}, which tests/faults/catalog.py does not list.")
                item.user_properties.append((MARK, fault))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Between the processes of a run, a test shares the machine, or has it alone."""
    run = getattr(item.config, "workerinput", {}).get("testrunuid")
    if run is None or MARK not in item.config.option.markexpr.split():
        return (yield)
    name = f"{tempfile.gettempdir()}/rollcall-faults-{run}"
    how = fcntl.LOCK_EX if item.get_closest_marker(ALONE) else fcntl.LOCK_SH
    with ExitStack() as machine:
        with _locked(f"{name}-turn", fcntl.LOCK_EX):  # no other test begins while one waits to be alone
            machine.enter_context(_locked(name, how))
        return (yield)


@contextmanager
def _locked(name: str, how: int) -> Iterator[None]:
    with Path(name).open("w") as file:
        fcntl.flock(file, how)
        yield


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
