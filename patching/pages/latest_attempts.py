"""The latest attempt of each application on one device, and its failures in a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from patching.lists.attempts import AttemptRow
from vendors.patch_states import PatchStatus


@dataclass(frozen=True, slots=True)
class LatestAttempt:
    """`failures`: failed attempts in a row, up to this one; `since`: the time of the first of them."""

    attempt: AttemptRow
    failures: int
    since: datetime

    @property
    def again(self) -> bool:
        return self.failures > 1


def last_of_each(rows: Sequence[AttemptRow]) -> list[LatestAttempt]:
    """Of attempts on one device, newest first. What needs action comes first."""
    by_title: dict[tuple[int | None, int], list[AttemptRow]] = defaultdict(list)
    for row in rows:
        by_title[row.sighting_id, row.title_id].append(row)
    return sorted(map(_last, by_title.values()), key=lambda each: each.attempt.work is None)


def _last(rows: Sequence[AttemptRow]) -> LatestAttempt:
    failed = list(takewhile(lambda row: row.status == PatchStatus.FAILED, rows))
    return LatestAttempt(rows[0], len(failed), failed[-1].at if failed else rows[0].at)
