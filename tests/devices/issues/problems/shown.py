"""Problems as the list has them, by their counts and by their issues."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.utils import timezone

from devices.issues.filters import PROBLEM_LIST, IssueFilters
from devices.issues.problems import queries
from devices.issues.problems.queries import ProblemRow, problem_page
from devices.issues.queries import IssueResult, matching
from devices.lists.keyset import Page


def problems(now: datetime | None = None, /, **address: str) -> Page[ProblemRow]:
    listing = PROBLEM_LIST.read({"size": "250", **address})
    return problem_page(listing, matching(listing.filters, now=now or timezone.now()))


def numbers(*, now: datetime | None = None, **address: str) -> dict[str, tuple[int, ...]]:
    """Title and severity → devices shown, open, acknowledged, snoozed, muted, muted by the vendor."""
    rows = problems(now, **address).rows
    return {f"{row.title} {row.state}": (row.devices, row.open, row.acknowledged, row.snoozed, row.muted, row.vendor_muted) for row in rows}


def problem(title: str, **address: str) -> ProblemRow:
    return next(row for row in problems(**address).rows if row.title.startswith(title))


@contextmanager
def by_issues() -> Iterator[None]:
    """The issues themselves are grouped."""

    def never(_filters: IssueFilters, _found: IssueResult) -> bool:
        return False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "is_counted", never)
        yield
