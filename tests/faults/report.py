"""Report of `make faults`: a line for each fault, with its goal, what was measured, and the verdict.

A test names its fault with `@pytest.mark.fault("F1")` and hands over what it measured with the fixture `measured`.
A fault without a figure is one that its tests only pass or fail: its line counts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tests.faults.catalog import FAULTS

PROPERTY = "fault measurement"


class Measured(Protocol):
    def __call__(self, goal: str, value: float, *, at_most: float, unit: str = "s") -> None:
        """Record a measured value of the test's fault, and fail the test if it is above the goal."""


@dataclass(frozen=True)
class Measurement:
    goal: str
    value: float
    at_most: float
    unit: str

    @property
    def reached(self) -> bool:
        return self.value <= self.at_most

    def __str__(self) -> str:
        return f"{self.goal}: {self.value:.3g} {self.unit} (goal: at most {self.at_most:g} {self.unit})"


@dataclass
class Result:
    """Outcome of one fault: numbers of tests that passed and failed, and what they measured."""

    passed: int = 0
    failed: int = 0
    measurements: list[Measurement] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        if self.failed or not all(each.reached for each in self.measurements):
            return "MISSED"
        return "reached" if self.passed else "NOT RUN"

    def _worst(self) -> list[Measurement]:
        """The largest value of each goal, which several tests may have measured."""
        goals = {each.goal: each for each in sorted(self.measurements, key=lambda each: each.value)}
        return [goals[goal] for goal in dict.fromkeys(each.goal for each in self.measurements)]

    def text(self, fault: str) -> list[str]:
        head = f"{fault:<4} {self.verdict:<8} {FAULTS[fault]}"
        figures = [f"     {each}" for each in self._worst()]
        return [head, *(figures or [f"     {self.passed} of {self.passed + self.failed} tests passed"])]


def lines(results: Mapping[str, Result], faults: Iterable[str] = FAULTS) -> list[str]:
    """Lines of the report on these faults, in the order of the catalog."""
    chosen = set(faults)
    return [line for fault in FAULTS if fault in chosen for line in results.get(fault, Result()).text(fault)]


def all_reached(results: Mapping[str, Result]) -> bool:
    """Whether every fault was tried and reached its goals."""
    return all(results.get(fault, Result()).verdict == "reached" for fault in FAULTS)
