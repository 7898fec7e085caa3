"""The audit log, filtered by its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from devices.audit import ACTIONS
from devices.models import AuditEvent, User

PAGE = 50
LONGEST_NAME = 150
COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What an address asks for; what cannot be read is left out. Days are in UTC, both included."""

    person: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> AuditFilters:
        person, action = query.get("person", "").strip()[:LONGEST_NAME], query.get("action", "")
        return cls(
            person=person if person.replace(" ", "x").isprintable() else "",
            action=action if action in ACTIONS else "",
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
        )

    @property
    def narrowed(self) -> bool:
        return self != AuditFilters()

    def query_string(self, **more: int) -> str:
        values: dict[str, Any] = {"person": self.person, "action": self.action, "since": self.since, "until": self.until, **more}
        return "?" + urlencode({name: value for name, value in values.items() if value})

    def events(self) -> QuerySet[AuditEvent]:
        found = AuditEvent.objects.all()
        if self.person:
            found = found.filter(actor_name__iexact=self.person)
        if self.action:
            found = found.filter(action=self.action)
        if self.since:
            found = found.filter(at__gte=_midnight(self.since))
        if self.until and self.until < date.max:
            found = found.filter(at__lt=_midnight(self.until + timedelta(days=1)))
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


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.isascii() and len(text) == 10 else None
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
