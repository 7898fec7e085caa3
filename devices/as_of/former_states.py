"""Former states of rows: the value of a column at a time is that before its first change after this time, else the present one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from devices.models import FormerState, Subject

LATEST = 1_000  # changes before the time that are looked through for since when a value held

Row = tuple[str, int, str]  # subject, ref, key


@dataclass(slots=True)
class FormerStates:
    """`was`: per row the columns that changed after the time, as they were then; `since`: per row and column the last change before."""

    was: dict[Row, dict[str, Any]] = field(default_factory=dict)
    since: dict[tuple[Row, str], datetime] = field(default_factory=dict)

    def of(self, subject: Subject, ref: int, key: str = "") -> dict[str, Any]:
        return self.was.get((subject.value, ref, key), {})

    def rows(self, subject: Subject) -> Mapping[tuple[int, str], dict[str, Any]]:
        """(ref, key) → columns of the rows that changed or were deleted after the time."""
        return {(ref, key): was for (kind, ref, key), was in self.was.items() if kind == subject}


def former_states(refs: Collection[int], subjects: Collection[Subject], at: datetime, *, since: bool = False) -> FormerStates:
    """Of these rows. One query, two with `since`."""
    found = FormerStates()
    if not refs:
        return found
    rows = FormerState.objects.filter(ref__in=refs, subject__in=subjects)
    # The oldest of the later changes comes last and wins.
    for subject, ref, key, was in rows.filter(until__gt=at).order_by("-until", "-id").values_list("subject", "ref", "key", "was"):
        found.was.setdefault((subject, ref, _key(subject, key)), {}).update(was)
    if since:
        earlier = rows.filter(until__lte=at).order_by("-until", "-id").values_list("subject", "ref", "key", "was", "until")
        for subject, ref, key, was, until in earlier[:LATEST]:
            for column in was:
                found.since.setdefault(((subject, ref, _key(subject, key)), column), until)
    return found


def _key(subject: str, key: str) -> str:
    """The key of a placement is the former device, which is in its columns too."""
    return "" if subject == Subject.PLACEMENT else key


def moment_of(value: object) -> datetime | None:
    """A time as JSON of PostgreSQL has it."""
    return datetime.fromisoformat(value) if isinstance(value, str) else None
