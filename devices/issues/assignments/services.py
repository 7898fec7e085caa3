"""Assignment of issues to a user. It changes no decision, and ends with the issue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.issues.decisions import locked
from devices.issues.problems import events
from devices.issues.sources import IssueKey
from devices.models import Assignment, User

_DELETE = """DELETE FROM devices_assignment x USING unnest(%s::text[], %s::bigint[], %s::text[]) AS w(kind, ref, key)
    WHERE x.kind = w.kind AND x.ref = w.ref AND x.key = w.key"""
_ENDED = """DELETE FROM devices_assignment x WHERE CASE x.kind
    WHEN 'issue' THEN NOT EXISTS (SELECT FROM devices_issue i WHERE i.sighting_id = x.ref AND i.key = x.key)
    WHEN 'stale' THEN NOT EXISTS (SELECT FROM devices_sighting s WHERE s.id = x.ref AND s.stale)
    ELSE NOT EXISTS (SELECT FROM devices_gap g WHERE g.id = x.ref) END"""


def assignable() -> QuerySet[User]:
    """Enabled users who may view issues, by name."""
    may = Q(is_superuser=True) | Q(groups__permissions__codename="view_issue")
    return User.objects.filter(may, is_active=True).distinct().order_by("username")


def assign(handles: Sequence[IssueKey], user: User | None, *, act: AuditContext) -> int:
    """Assign these issues to the user; None: to no one. Returns how many changed. Raises ActionRefused."""
    if user and not assignable().filter(pk=user.pk).exists():
        raise ActionRefused(gettext("This user is disabled or may not view issues. Choose another user."))
    with transaction.atomic():
        fresh = [each for each in locked(handles, act.now) if each.assignee != (user.username if user else "")]
        keys = [each.handle for each in fresh]
        if user:
            Assignment.objects.bulk_create(
                [Assignment(**key._asdict(), user=user, by_name=act.name, at=act.now) for key in keys],
                update_conflicts=True,
                unique_fields=["kind", "ref", "key"],
                update_fields=["user", "by_name", "at"],
            )
        elif keys:
            with connection.cursor() as cursor:
                cursor.execute(_DELETE, [list(column) for column in zip(*keys, strict=True)])
        if fresh:
            events.record(events.ASSIGNED if user else events.UNASSIGNED, fresh, act=act, user=user)
            with translation.override("en"):
                target = f"{fresh[0].account.name}: {fresh[0].title}" if len(fresh) == 1 else f"{len(fresh):,} issues"
            devices = sorted({each.device for each in fresh})
            audit.record("issues assigned", act=act, target=target, assignee=user.pk if user else None, devices=devices)
    return len(fresh)


def tidy(_now: datetime) -> None:
    """Delete those of issues that no longer exist."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDED)
