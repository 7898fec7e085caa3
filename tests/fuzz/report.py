"""The report of `make fuzz`: a line for each parser with its cases and its seconds of CPU time, which do not depend on the load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

RecordProperty = Callable[[str, object], None]
PROPERTY = "fuzzed"


def lines(reports: Iterable[pytest.TestReport]) -> list[str]:
    found = sorted(line for report in reports for line in _fuzzed(report))
    widest = max((len(name) for name, *_ in found), default=0)
    shown = [
        f"{name:{widest}}  {cases:>9,} cases  {seconds:>8.1f} s  {'' if passed else 'FINDING'}".rstrip()
        for name, cases, seconds, passed in found
    ]
    cases, seconds = sum(each[1] for each in found), sum(each[2] for each in found)
    return [*shown, f"{len(found)} parsers and machines, {cases:,} cases, {seconds:,.0f} s"]


def _fuzzed(report: pytest.TestReport) -> Iterator[tuple[str, int, float, bool]]:
    """Name, cases, seconds, and whether nothing was found."""
    for name, value in report.user_properties:
        if name == PROPERTY and isinstance(value, list):
            yield str(value[0]), int(value[1]), float(value[2]), report.passed
