"""The audit log, filtered by its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from devices.audit import ACTIONS
from devices.models import AuditEvent, User
from devices.queries.asked import Asked, Day, Kind

PAGE = 50
COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class AuditFilters(Asked):
    """Days are in UTC, both included."""

    kinds = {"person": Kind("Person"), "action": Kind("Action", ACTIONS), "since": Day("From"), "until": Day("Until")}

    person: str = ""
    action: str = ""
    since: str = ""
    until: str = ""

    def events(self) -> QuerySet[AuditEvent]:
        found = AuditEvent.objects.all()
        if self.person:
            found = found.filter(actor_name__iexact=self.person)
        if self.action:
            found = found.filter(action=self.action)
        if self.since:
            found = found.filter(at__gte=_midnight(date.fromisoformat(self.since)))
        if self.until and (until := date.fromisoformat(self.until)) < date.max:
            found = found.filter(at__lt=_midnight(until + timedelta(days=1)))
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words."""

    event: AuditEvent
    words: str
    detail: list[tuple[str, str]]


def line(event: AuditEvent) -> Line:
    detail = event.detail if isinstance(event.detail, dict) else {}
    return Line(event, ACTIONS.get(event.action, event.action), [(key.replace("_", " "), _shown(value)) for key, value in detail.items()])


def people() -> list[str]:
    """Names to choose from; a name that is gone can still be typed."""
    return [COMMAND_LINE, *User.objects.order_by("username").values_list("username", flat=True)[:200]]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "nothing"
    return "—" if value in (None, "") else str(value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
