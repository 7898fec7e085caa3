"""Remediation: open patches and latest attempts by next step.

An attempt that was repeated since needs no action, whatever its outcome; it is only counted among all attempts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from patching.lists import conditions as narrowing
from patching.lists.counts import LinkedCount
from patching.lists.filters import AttemptFilters, PatchFilters
from patching.lists.next_steps import WORKS, NextStep
from patching.models import AttemptTally, PatchTally, Title
from patching.pages.chart import AttemptCounts

MOST_TITLES = 3


@dataclass(frozen=True, slots=True)
class TopTitle:
    """An application with a high number. `open`: the number counts patches, else latest attempts."""

    title: Title
    number: LinkedCount
    open: bool


@dataclass(frozen=True, slots=True)
class WorkList:
    """`last`: attempts that are the latest of their application on their device; `titles`: those with the highest numbers."""

    work: NextStep
    patches: LinkedCount
    last: LinkedCount
    attempts: LinkedCount
    titles: list[TopTitle] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether a number is not 0."""
        return bool(self.patches.count or self.attempts.count)


def works(
    counts: Mapping[PatchFilters, LinkedCount], found: AttemptCounts, *, most: Mapping[NextStep, list[TopTitle]] | None = None
) -> list[WorkList]:
    """`counts`: of `wanted` at least, for the title of `found`; `most`: the result of `titles_with_most`, where the page shows it."""
    return [
        WorkList(
            work=work,
            patches=counts[_patches(work, found.wanted.title)],
            last=found.number(work.status, work.reason, last=True),
            attempts=found.number(work.status, work.reason),
            titles=(most or {}).get(work, []),
        )
        for work in WORKS
    ]


def _patches(work: NextStep, title: str = "") -> PatchFilters:
    return PatchFilters(status=work.status, reason=work.reason, title=title)


def _attempts(work: NextStep, title: str) -> AttemptFilters:
    return AttemptFilters(status=work.status, reason=work.reason, title=title, last="yes")


def wanted(title: str = "") -> list[PatchFilters]:
    """The filters that `works` counts patches by."""
    return [_patches(work, title) for work in WORKS]


_ANY_STEP = Q(*(Q(status=work.status, reason=work.reason) for work in WORKS), _connector=Q.OR)


def titles_with_most(*, now: datetime) -> dict[NextStep, list[TopTitle]]:
    """Two queries for the numbers and one for the names."""
    patches = _sums(PatchTally.objects.filter(_ANY_STEP, number__gt=0))
    last = narrowing.attempts_told(AttemptFilters(last="yes"), now=now)
    attempts = _sums(AttemptTally.objects.filter(_ANY_STEP, last, number__gt=0))
    titles = Title.objects.in_bulk({title for found in (patches, attempts) for each in found.values() for title, _ in each})

    def top(work: NextStep) -> Iterable[TopTitle]:
        key = work.status.value, work.reason.value
        for title, number in patches.get(key, ()):
            yield TopTitle(titles[title], LinkedCount(_patches(work, str(title)), number), True)
        for title, number in attempts.get(key, ()):
            yield TopTitle(titles[title], LinkedCount(_attempts(work, str(title)), number), False)

    return {work: sorted(top(work), key=lambda each: -each.number.count)[:MOST_TITLES] for work in WORKS}


def _sums(tallies: QuerySet[PatchTally] | QuerySet[AttemptTally]) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Status and reason → titles with their number, the largest first."""
    best: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    rows = tallies.order_by().values_list("status", "reason", "title_id").annotate(sum=Sum("number"))
    for status, reason, title, number in rows.order_by("-sum", "title_id"):
        if len(best[status, reason]) < MOST_TITLES:
            best[status, reason].append((title, number))
    return best
