"""The report of `make fuzz`: a line for each parser with its cases and its seconds of CPU time, which do not depend on the load."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

RecordProperty = Callable[[str, object], None]
PROPERTY = "fuzzed"


def lines(reports: Iterable[pytest.TestReport]) -> list[str]:
    found = [(str(name), int(cases), float(seconds), report.passed) for report in reports for name, cases, seconds in _fuzzed(report)]
    widest = max((len(name) for name, *_ in found), default=0)
    shown = [
        f"{name:{widest}}  {cases:>9,} cases  {seconds:>8.1f} s  {'' if passed else 'FINDING'}".rstrip()
        for name, cases, seconds, passed in sorted(found)
    ]
    total = f"{len(found)} parsers and machines, {sum(cases for _, cases, *_ in found):,} cases, {sum(seconds for *_, seconds, _ in found):,.0f} s of work"
    return [*shown, total]


def _fuzzed(report: pytest.TestReport) -> list[list[object]]:
    return [value for name, value in report.user_properties if name == PROPERTY and isinstance(value, list)]
