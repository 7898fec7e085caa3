"""Measures: what is counted for each day, and the functions that count it. Each subject registers its own when it starts (apps.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Measure(StrEnum):
    """Unit and time: devices, issues and coverage as they were when a day was counted last; attempts and changes within a day."""

    STATUS = "status"  # active devices by status, of each vendor and group
    COVERAGE = "coverage"  # devices by coverage, at each vendor and vendor account
    CRITICAL = "critical"  # open critical issues by age
    TOP_ISSUES = "top"  # devices by title of an open issue, the most frequent ones
    PATCHING = "patching"  # patch attempts by outcome
    CHANGES = "changes"  # devices that are new or changed

    @property
    def of_the_day(self) -> bool:
        """It counts what happened within a day, so that earlier days can be counted later; else a day without a count is a gap."""
        return self in (Measure.PATCHING, Measure.CHANGES)


# The statuses of each measure; its series has all of them. Of TOP_ISSUES the status is a title.
STATUSES: dict[Measure, tuple[str, ...]] = {
    Measure.STATUS: ("ok", "attention", "critical", "unknown"),
    Measure.COVERAGE: ("reported", "pending", "missing", "unknown"),
    Measure.CRITICAL: ("within-1", "between-1-7", "between-7-30", "over-30"),
    Measure.TOP_ISSUES: (),
    Measure.PATCHING: ("installed", "failed", "restart", "other"),
    Measure.CHANGES: ("new", "missing", "critical", "resolved"),
}


class DailyRow(NamedTuple):
    """A row of DailyCount, without its measure."""

    day: date
    vendor: str
    account: int | None
    group: str
    status: str
    number: int


@dataclass(frozen=True, slots=True)
class Counted:
    """All rows of one measure from the day `first` to today; they replace those that are stored."""

    measure: Measure
    first: date
    rows: Sequence[DailyRow]


# Called with the time and its day, inside the transaction that stores the result.
COUNTERS: list[Callable[[datetime, date], Counted]] = []
