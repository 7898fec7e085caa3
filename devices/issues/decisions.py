"""Decisions about issues: acknowledge, snooze until a day, mute with a reason, and reopen.

A decision hides an issue from the open ones and changes nothing else: no device status, no count of a device, nothing at a vendor.
It ends when its day comes or the issue changes; devices/issues/sql.py checks that for every row, and `tidy` stores it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import extend_timeouts, lock_devices
from devices.errors import ActionRefused
from devices.history import writer as changes
from devices.issues import sql as issue_sql
from devices.issues.filters import ALL, IssueFilters
from devices.issues.problems import events
from devices.issues.queries import MOST, these
from devices.issues.rows import IssueRow
from devices.issues.sources import IssueKey
from devices.models import Account, ChangeKind, Standing, Triage, User

LONGEST_SNOOZE = timedelta(days=366)
REMEMBERED = timedelta(days=14)  # how long an issue is shown as reopened
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
    """How many issues it was written for, how many had it already, how many no longer exist, and how many changed since they were shown."""

    written: int
    already: int
    gone: int
    changed: int = 0


def decide(
    handles: Sequence[IssueKey], decision: IssueDecision, *, act: AuditContext, seen: Mapping[IssueKey, str] | None = None
) -> DecisionResult:
    """The same for all. An issue that has this decision is not written again; one that differs from what was `seen` (IssueRow.look) is
    left as it is. Raises ActionRefused.
    """
    with transaction.atomic():
        there, looks = locked(handles, act.now), seen or {}
        found = [each for each in there if looks.get(each.handle) in (None, "", each.look)]
        fresh = [each for each in found if not _has(each, decision, act.ticket)]
        values = {
            "until": decision.wakes_at,
            "reason": decision.reason,
            "ticket": act.ticket,
            "by": act.person,
            "by_name": act.name,
            "at": act.now,
        }
        names = ["standing", "token", "ended_at", *values]
        Triage.objects.bulk_create(
            [Triage(**each.handle._asdict(), standing=decision.standing, token=each.token, **values) for each in fresh],
            update_conflicts=True,
            unique_fields=["kind", "ref", "key"],
            update_fields=names,
        )
        until = str(decision.until or "")
        _record("issues triaged", fresh, decision.standing.value, until, decision.reason, act=act)
        events.record(decision.standing.value, fresh, act=act, text=decision.reason, until=decision.until)
    return DecisionResult(len(fresh), len(found) - len(fresh), len(set(handles)) - len(there), len(there) - len(found))


def decided_at(moment: datetime, *, by: User) -> list[IssueKey]:
    """What one form decided: a user decides nothing else at the same moment."""
    return [IssueKey(*row) for row in Triage.objects.filter(by=by, at=moment).values_list("kind", "ref", "key")[:MOST]]


def reopen_issues(handles: Sequence[IssueKey], *, act: AuditContext) -> int:
    """Delete the decisions about them. Returns how many there were. Raises ActionRefused."""
    with transaction.atomic():
        fresh = [each for each in locked(handles, act.now) if each.by_name]
        with connection.cursor() as cursor:
            cursor.execute(
                """DELETE FROM devices_triage t USING unnest(%s::text[], %s::bigint[], %s::text[]) AS w(kind, ref, key)
                   WHERE t.kind = w.kind AND t.ref = w.ref AND t.key = w.key""",
                [list(column) for column in zip(*(each.handle for each in fresh), strict=True)] or [[], [], []],
            )
        _record("triage taken back", fresh, OPEN, "", "", act=act)
        events.record(OPEN, fresh, act=act)
    return len(fresh)


def tidy(now: datetime) -> None:
    """Store which decisions ended, so that an issue that is reported again is not hidden by an old one; delete them after a while."""
    question = issue_sql.IssueQuery(IssueFilters(standing=ALL), now, list(Account.objects.values_list("pk", flat=True)))
    alive = " UNION ALL ".join(
        question.select(branch, "t.id", beyond=f"t.id IS NOT NULL AND {issue_sql.holds(branch)}") for branch in question.branches()
    )
    with transaction.atomic(), connection.cursor() as cursor:
        extend_timeouts()
        cursor.execute(
            f"UPDATE devices_triage SET ended_at = %(now)s WHERE ended_at IS NULL AND id NOT IN ({alive})",  # nosec B608 # no value of a user
            question.values() | {"now": now},
        )
    Triage.objects.filter(ended_at__lt=now - REMEMBERED).delete()


def too_many() -> ActionRefused:
    number = number_format(MOST, force_grouping=True)
    return ActionRefused(gettext("More than %(number)s issues are selected: filter the list and repeat in parts.") % {"number": number})


def locked(handles: Sequence[IssueKey], now: datetime) -> list[IssueRow]:
    """The issues as they are now, locked against imports. Raises ActionRefused."""
    if len(handles) > MOST:
        raise too_many()
    lock_devices()
    found = these(handles, now=now)
    if not found:
        raise ActionRefused(gettext("These issues no longer exist. Reload the list."))
    return found


def _has(issue: IssueRow, decision: IssueDecision, ticket: str) -> bool:
    same = (issue.standing, issue.until, issue.reason) == (decision.standing.value, decision.wakes_at, decision.reason)
    return same and ticket in ("", issue.ticket)


def _record(action: str, issues: Sequence[IssueRow], field: str, until: str, reason: str, *, act: AuditContext) -> None:
    """In the history of each device and in the audit log, both in English."""
    if not issues:
        return
    with translation.override("en"):
        titles = [(each.device, f"{each.account.name}: {each.title}") for each in issues]
    changes.by_person_on_many(titles, ChangeKind.TRIAGED, act=act, field=field, before=until, reason=reason)
    target = titles[0][1] if len(titles) == 1 else f"{len(titles):,} issues"
    detail = {name: text for name, text in (("until", until), ("reason", reason)) if text}
    devices = sorted({device for device, _ in titles})
    audit.record(action, act=act, target=target, decision=field, devices=devices, **detail)
