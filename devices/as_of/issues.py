"""Issues that vendors reported for records at a time, each with the decision that was in force."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from devices.as_of.former_states import FormerStates, moment_of
from devices.db.messages import translated
from devices.models import Issue, IssueKind, Standing, Subject, Triage
from vendors.states import State
from vendors.stored_titles import recognized

_ISSUE = ("title", "state", "raw", "since", "silenced", "first_seen_at")
_TRIAGE = ("standing", "until", "reason", "ticket", "by_name", "at", "token", "ended_at")
_BADNESS = {State.CRITICAL: 0, State.ATTENTION: 1, State.UNKNOWN: 2, State.OK: 3}


@dataclass(frozen=True, slots=True)
class FormerDecision:
    """`until`: when a snoozed issue shows again."""

    standing: str
    until: datetime | None
    reason: str
    ticket: str
    by_name: str
    at: datetime

    @property
    def label(self) -> str:
        return str(Standing(self.standing).label)


@dataclass(frozen=True, slots=True)
class FormerIssue:
    """`since`: as the vendor reports it; None: it does not."""

    sighting: int
    key: str
    vendors_title: str
    state: str
    raw: str
    since: datetime | None
    silenced: bool
    first_seen_at: datetime
    decision: FormerDecision | None

    @property
    def title(self) -> str:
        return translated(recognized(self.vendors_title))


def issues_at(records: Collection[int], at: datetime, former: FormerStates) -> list[FormerIssue]:
    """The worst first. Two queries, none without a record."""
    if not records:
        return []
    issues: dict[tuple[int, str], dict[str, Any]] = {
        (ref, key): dict(zip(_ISSUE, rest, strict=True))
        for ref, key, *rest in Issue.objects.filter(sighting_id__in=records).values_list("sighting_id", "key", *_ISSUE)
    }
    decisions: dict[tuple[int, str], dict[str, Any]] = {
        (ref, key): dict(zip(_TRIAGE, rest, strict=True))
        for ref, key, *rest in Triage.objects.filter(kind=IssueKind.ISSUE, ref__in=records).values_list("ref", "key", *_TRIAGE)
    }
    _turn_back(issues, former, Subject.ISSUE)
    _turn_back(decisions, former, Subject.TRIAGE)
    wanted = set(records)
    found = [
        FormerIssue(
            *(ref, key, row["title"], row["state"], row["raw"]),
            *(_time(row["since"]), row["silenced"], first, _in_force(decisions.get((ref, key)), row, at)),
        )
        for (ref, key), row in issues.items()
        if ref in wanted and (first := _time(row["first_seen_at"])) is not None and first <= at
    ]
    return sorted(found, key=lambda each: (_BADNESS[State.known(each.state)], each.title, each.key))


def _turn_back(rows: dict[tuple[int, str], dict[str, Any]], former: FormerStates, subject: Subject) -> None:
    for row, was in former.rows(subject).items():
        rows.setdefault(row, {}).update(was)


def _in_force(row: dict[str, Any] | None, issue: dict[str, Any], at: datetime) -> FormerDecision | None:
    """The rule of devices/issues/sql.py, at that time."""
    if row is None or (decided := _time(row["at"])) is None or decided > at:
        return None
    ended, until = _time(row["ended_at"]), _time(row["until"])
    now = " · ".join((issue["state"], issue["raw"], issue["title"]))
    if (ended is not None and ended <= at) or (until is not None and until <= at) or row["token"] != now:
        return None
    return FormerDecision(row["standing"], until, row["reason"], row["ticket"], row["by_name"], decided)


def _time(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else moment_of(value)
