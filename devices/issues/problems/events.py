"""History of a problem: notes, and what was decided about its issues and to whom they were assigned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from devices.audit.context import AuditContext
from devices.issues.problems.keys import ProblemKey
from devices.issues.rows import IssueRow
from devices.models import ProblemEvent, User

NOTE, ASSIGNED, UNASSIGNED = "note", "assigned", "unassigned"
SHOWN = 20
LONGEST_NOTE = 5000
KEPT = timedelta(days=730)  # entries that are no notes
# The same text by the same user within this time is one note: a form that was sent twice.
SENT_TWICE = timedelta(minutes=2)


def record(
    action: str, issues: Sequence[IssueRow], *, act: AuditContext, text: str = "", until: date | None = None, user: User | None = None
) -> None:
    """One entry for each problem of these issues."""
    numbers = Counter(issue.problem.text for issue in issues)
    ProblemEvent.objects.bulk_create(
        ProblemEvent(problem=problem, action=action, number=number, text=text, until=until, user=user, **_by(act))
        for problem, number in sorted(numbers.items())
    )


def add_note(key: ProblemKey, *, text: str, act: AuditContext) -> ProblemEvent:
    last = ProblemEvent.objects.filter(problem=key.text, action=NOTE, by=act.person).order_by("-pk").first()
    if last and last.text == text and act.now - last.at < SENT_TWICE:
        return last
    return ProblemEvent.objects.create(problem=key.text, action=NOTE, text=text, **_by(act))


def latest(key: ProblemKey) -> list[ProblemEvent]:
    """The newest first. One query."""
    return list(ProblemEvent.objects.filter(problem=key.text).select_related("user").order_by("-pk")[:SHOWN])


def tidy(now: datetime) -> None:
    ProblemEvent.objects.filter(at__lt=now - KEPT).exclude(action=NOTE).delete()


def _by(act: AuditContext) -> dict[str, object]:
    return {"at": act.now, "by": act.person, "by_name": act.name, "ticket": act.ticket}
