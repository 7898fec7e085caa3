from __future__ import annotations

import os

import pytest

from tests.fuzz.report import lines


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Only where a number of cases was asked for."""
    if "CASES" in os.environ:
        terminalreporter.section("fuzz")
        for line in lines(report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])):
            terminalreporter.write_line(line)
