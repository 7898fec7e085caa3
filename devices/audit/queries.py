"""The audit log, filtered by its address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from devices.audit.log import ACTIONS
from devices.lists.filters import DateField, FilterField, FilterSet
from devices.models import AuditEvent, Device, User

PAGE = 50
MOST_DEVICES = 20
COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class AuditFilters(FilterSet):
    """Days are in UTC, both included."""

    kinds = {
        "person": FilterField("Person"),
        "action": FilterField("Action", ACTIONS),
        "since": DateField("From"),
        "until": DateField("Until"),
    }

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
class AuditRow:
    """One entry in words. `devices`: the first of those that it is about, with the names that they have now."""

    event: AuditEvent
    words: str
    detail: list[tuple[str, str]]
    devices: list[tuple[int, str]]
    more: int


def lines(events: Iterable[AuditEvent]) -> list[AuditRow]:
    """One query, where an entry is about devices."""
    about = {event: _devices(event) for event in events}
    wanted = {pk for found in about.values() for pk in found[:MOST_DEVICES]}
    names = dict(Device.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    return [_line(event, found, names) for event, found in about.items()]


def _line(event: AuditEvent, devices: list[int], names: Mapping[int, str]) -> AuditRow:
    detail = event.detail if isinstance(event.detail, dict) else {}
    told = [(key.replace("_", " "), _shown(value)) for key, value in detail.items() if not (devices and key == "devices")]
    named = [(pk, names.get(pk) or f"device {pk}") for pk in devices[:MOST_DEVICES]]
    return AuditRow(event, ACTIONS.get(event.action, event.action), told, named, len(devices) - len(named))


def _devices(event: AuditEvent) -> list[int]:
    """Their ids; where an entry only counts them there is none."""
    told = event.detail.get("devices") if isinstance(event.detail, dict) else None
    return [pk for pk in told if isinstance(pk, int)] if isinstance(told, list) else []


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
