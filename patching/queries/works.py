"""What is left to do, by its next step: how many patches wait for it and how many attempts ended so, and for which applications most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, Sum

from patching.filters import PatchFilters
from patching.models import PatchTally, Title
from patching.queries.chart import Tried
from patching.queries.numbers import Number
from patching.words import WORKS, Work

MOST_TITLES = 3


@dataclass(frozen=True, slots=True)
class WorkRow:
    """`titles`: those with the most such patches."""

    work: Work
    patches: Number
    attempts: Number
    titles: list[tuple[Title, Number]]


def works(
    counts: Mapping[PatchFilters, Number], found: Tried, *, most: Mapping[Work, list[tuple[Title, Number]]] | None = None
) -> list[WorkRow]:
    """`counts`: of WANTED at least; `most`: what `titles_with_most` found, where the page shows it."""
    return [WorkRow(work, counts[_patches(work)], found.number(work.status, work.reason), (most or {}).get(work, [])) for work in WORKS]


def _patches(work: Work, title: str = "") -> PatchFilters:
    return PatchFilters(status=work.status, reason=work.reason, title=title)


WANTED = [_patches(work) for work in WORKS]


def titles_with_most() -> dict[Work, list[tuple[Title, Number]]]:
    """One query for the numbers and one for the names."""
    standing = Q(*(Q(status=work.status, reason=work.reason) for work in WORKS), _connector=Q.OR)
    sums = (
        PatchTally.objects.filter(standing, number__gt=0).order_by().values_list("status", "reason", "title_id").annotate(sum=Sum("number"))
    )
    best: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for status, reason, title, number in sums.order_by("-sum", "title_id"):
        if len(best[status, reason]) < MOST_TITLES:
            best[status, reason].append((title, number))
    titles = Title.objects.in_bulk({title for found in best.values() for title, _ in found})
    return {
        work: [
            (titles[title], Number(_patches(work, str(title)), number))
            for title, number in best.get((work.status, work.reason), [])
            if title in titles
        ]
        for work in WORKS
    }
