"""What people decide about issues: acknowledge, snooze until a day, mute with a reason, and take back.

A decision hides an issue from the list of undecided ones and changes nothing else: no verdict, no count of a device, nothing at any vendor.
It ends by itself when its day comes or the issue changes; devices/issues/sql.py asks that of every row, and `tidy` remembers it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import extend_timeouts, lock_devices
from devices.errors import LONGEST_REASON, ActionRefused
from devices.history import writer as changes
from devices.issues import sql as issue_sql
from devices.issues.filters import ALL, IssueFilters
from devices.issues.queries import MOST, these
from devices.issues.rows import IssueRow
from devices.issues.sources import IssueKey
from devices.models import Account, ChangeKind, Standing, Triage, User

LONGEST_SNOOZE = timedelta(days=366)
REMEMBERED = timedelta(days=14)  # how long an issue says that it woke up
OPEN = "open"


@dataclass(frozen=True, slots=True)
class IssueDecision:
    """`until`: the first day on which a snoozed issue shows again."""

    standing: Standing
    until: date | None = None
    reason: str = ""

    @property
    def wakes_at(self) -> datetime | None:
        return timezone.make_aware(datetime.combine(self.until, time())) if self.until else None


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """How many it was written for, how many stood so already, how many are gone, and how many changed since they were seen."""

    written: int
    already: int
    gone: int
    changed: int = 0


def read(standing: str, *, until: str, reason: str, now: datetime) -> IssueDecision:
    """What a form says. Raises ActionRefused."""
    if standing not in Standing:
        raise ActionRefused("Choose whether to acknowledge, snooze or mute.", field="standing")
    chosen, words = Standing(standing), reason.strip()
    if "\0" in words or len(words) > LONGEST_REASON:
        problem = f"has {len(words):,} characters" if len(words) > LONGEST_REASON else "has a character that cannot be kept"
        raise ActionRefused(f"The reason {problem}: write at most {LONGEST_REASON} plain characters.", field="reason")
    if chosen is Standing.MUTED and not words:
        raise ActionRefused("Write in a few words why: what is muted without an end needs a reason that others can check.", field="reason")
    return IssueDecision(chosen, _day(until, now) if chosen is Standing.SNOOZED else None, words)


def _day(text: str, now: datetime) -> date:
    today = timezone.localdate(now)
    try:
        day = date.fromisoformat(text.strip()[:20])
    except ValueError:
        raise ActionRefused(f"Choose a day, or write it like {today + timedelta(days=7)}.", field="until") from None
    if not today < day <= today + LONGEST_SNOOZE:
        raise ActionRefused("Choose a day from tomorrow up to a year from now; what should never come back is muted.", field="until")
    return day


def decide(
    handles: Sequence[IssueKey], decision: IssueDecision, *, act: AuditContext, seen: Mapping[IssueKey, str] | None = None
) -> DecisionResult:
    """The same for all; what stands so already is not written again, what is not as it was `seen` (Issue.look) stays as it is.

    Raises ActionRefused.
    """
    with transaction.atomic():
        there, looks = _held(handles, act.now), seen or {}
        found = [each for each in there if looks.get(each.handle) in (None, "", each.look)]
        fresh = [each for each in found if not _stands(each, decision, act.ticket)]
        told = {
            "until": decision.wakes_at,
            "reason": decision.reason,
            "ticket": act.ticket,
            "by": act.person,
            "by_name": act.name,
            "at": act.now,
        }
        names = ["standing", "token", "ended_at", *told]
        Triage.objects.bulk_create(
            [Triage(**each.handle._asdict(), standing=decision.standing, token=each.token, **told) for each in fresh],
            update_conflicts=True,
            unique_fields=["kind", "ref", "key"],
            update_fields=names,
        )
        until = str(decision.until or "")
        _tell("issues triaged", fresh, decision.standing.value, until, decision.reason, act=act)
    return DecisionResult(len(fresh), len(found) - len(fresh), len(set(handles)) - len(there), len(there) - len(found))


def decided_at(moment: datetime, *, by: User) -> list[IssueKey]:
    """What one form decided: nothing else was decided by this person at this very moment."""
    return [IssueKey(*row) for row in Triage.objects.filter(by=by, at=moment).values_list("kind", "ref", "key")[:MOST]]


def reopen_issues(handles: Sequence[IssueKey], *, act: AuditContext) -> int:
    """Nobody has decided about them from now on. Returns how many had been decided about. Raises ActionRefused."""
    with transaction.atomic():
        fresh = [each for each in _held(handles, act.now) if each.by_name]
        with connection.cursor() as cursor:
            cursor.execute(
                """DELETE FROM devices_triage t USING unnest(%s::text[], %s::bigint[], %s::text[]) AS w(kind, ref, key)
                   WHERE t.kind = w.kind AND t.ref = w.ref AND t.key = w.key""",
                [list(column) for column in zip(*(each.handle for each in fresh), strict=True)] or [[], [], []],
            )
        _tell("triage taken back", fresh, OPEN, "", "", act=act)
    return len(fresh)


def tidy(now: datetime) -> None:
    """Remember which decisions ended, so that an issue that comes back is not hidden by an old one; forget them after a while."""
    question = issue_sql.IssueQuery(IssueFilters(standing=ALL), now, list(Account.objects.values_list("pk", flat=True)))
    alive = " UNION ALL ".join(
        question.select(branch, "t.id", beyond=f"t.id IS NOT NULL AND {issue_sql.holds(branch)}") for branch in question.branches()
    )
    with transaction.atomic(), connection.cursor() as cursor:
        extend_timeouts()
        cursor.execute(
            f"UPDATE devices_triage SET ended_at = %(now)s WHERE ended_at IS NULL AND id NOT IN ({alive})", question.values() | {"now": now}
        )
    Triage.objects.filter(ended_at__lt=now - REMEMBERED).delete()


def _held(handles: Sequence[IssueKey], now: datetime) -> list[IssueRow]:
    """As they are now; no import may change them meanwhile."""
    if len(handles) > MOST:
        raise ActionRefused(f"That is more than {MOST:,} issues: narrow the list down, and decide part by part.")
    lock_devices()
    found = these(handles, now=now)
    if not found:
        raise ActionRefused("None of these issues is there any more: look at the list again.")
    return found


def _stands(issue: IssueRow, decision: IssueDecision, ticket: str) -> bool:
    same = (issue.standing, issue.until, issue.reason) == (decision.standing.value, decision.wakes_at, decision.reason)
    return same and ticket in ("", issue.ticket)


def _tell(action: str, issues: Sequence[IssueRow], field: str, until: str, reason: str, *, act: AuditContext) -> None:
    if not issues:
        return
    told = [(each.device, f"{each.account.name}: {each.title}") for each in issues]
    changes.by_person_on_many(told, ChangeKind.TRIAGED, act=act, field=field, before=until, reason=reason)
    target = told[0][1] if len(told) == 1 else f"{len(told):,} issues"
    said = {name: words for name, words in (("until", until), ("reason", reason)) if words}
    devices = sorted({device for device, _ in told})
    audit.record(action, act=act, target=target, decision=field, devices=devices, **said)
