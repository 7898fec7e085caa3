"""Audit log: filters, and entries as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from devices.audit.context import COMMAND_LINE, actor_label, source_named
from devices.audit.log import ACTIONS
from devices.lists.filters import DateField, FilterField, FilterSet
from devices.models import AuditEvent, AuditName, Device, User

PAGE = 50
MOST_DEVICES = 20
USERS = ("settled_by", "written_by")  # keys of `AuditEvent.detail` whose values are ids of users
# Labels of the keys of `AuditEvent.detail`; the keys are stored and never change.
DETAILS = {
    "accepted": gettext_lazy("accepted"),
    "account": gettext_lazy("vendor account"),
    "after": gettext_lazy("after"),
    "before": gettext_lazy("before"),
    "change": gettext_lazy("change"),
    "columns": gettext_lazy("columns"),
    "decision": gettext_lazy("decision"),
    "device": gettext_lazy("device"),
    "devices": gettext_lazy("devices"),
    "enabled": gettext_lazy("enabled"),
    "entries": gettext_lazy("entries"),
    "expires": gettext_lazy("expires"),
    "field": gettext_lazy("field"),
    "fields": gettext_lazy("fields"),
    "filters": gettext_lazy("filters"),
    "format": gettext_lazy("format"),
    "group": gettext_lazy("group"),
    "handout": gettext_lazy("delivery"),
    "head": gettext_lazy("head of the audit log"),
    "host": gettext_lazy("host"),
    "installer": gettext_lazy("installer"),
    "issues": gettext_lazy("issues"),
    "kind": gettext_lazy("type"),
    "lines": gettext_lazy("lines"),
    "list": gettext_lazy("list"),
    "may": gettext_lazy("available to helpdesk"),
    "name": gettext_lazy("name"),
    "names": gettext_lazy("names"),
    "of_them_changed": gettext_lazy("changed"),
    "old_name": gettext_lazy("previous name"),
    "os": gettext_lazy("OS"),
    "other": gettext_lazy("other device"),
    "pair": gettext_lazy("records"),
    "reason": gettext_lazy("reason"),
    "recipient": gettext_lazy("recipient"),
    "records": gettext_lazy("records"),
    "role": gettext_lazy("role"),
    "rows": gettext_lazy("rows"),
    "run": gettext_lazy("sync"),
    "secret": gettext_lazy("secret"),
    "settled_by": gettext_lazy("resolved by"),
    "sighting": gettext_lazy("record"),
    "ticket": gettext_lazy("ticket"),
    "together": gettext_lazy("merged"),
    "unusable": gettext_lazy("invalid"),
    "until": gettext_lazy("until"),
    "use": gettext_lazy("use"),
    "user": gettext_lazy("user"),
    "uses": gettext_lazy("max. downloads"),
    "vendor": gettext_lazy("vendor"),
    # What a deletion counts (devices/accounts/deletion/services.py).
    "device records": gettext_lazy("device records"),
    "secrets": gettext_lazy("secrets"),
    "syncs": gettext_lazy("syncs"),
    "unusable records": gettext_lazy("invalid records"),
    "coverage gaps": gettext_lazy("coverage gaps"),
    "conflicts resolved for it": gettext_lazy("resolved data conflicts"),
    "decisions on linked devices": gettext_lazy("merge and split decisions"),
    "devices that no other account lists": gettext_lazy("devices reported only by this account"),
    "notes": gettext_lazy("notes"),
    "notes on them": gettext_lazy("notes on these devices"),
    "tags": gettext_lazy("tags"),
    "tags on them": gettext_lazy("tags on these devices"),
    "installers in the register": gettext_lazy("installers"),
    "hand-outs of installers": gettext_lazy("installer deliveries"),
    "patches": gettext_lazy("patches"),
    "patch attempts": gettext_lazy("patch attempts"),
}


@dataclass(frozen=True, slots=True)
class AuditFilters(FilterSet):
    """Days are those of the user's time zone, both included."""

    kinds = {
        "person": FilterField(gettext_lazy("User")),
        "action": FilterField(gettext_lazy("Action"), ACTIONS),
        "since": DateField(gettext_lazy("From")),
        "until": DateField(pgettext_lazy("end of a period", "To")),
    }

    person: str = ""
    action: str = ""
    since: str = ""
    until: str = ""

    def events(self) -> QuerySet[AuditEvent]:
        found = AuditEvent.objects.all()
        if self.person:
            named = AuditName.objects.filter(name__iexact=self.person).values("user_id")
            by_user, source = Q(actor__in=named), source_named(self.person)
            found = found.filter(by_user | Q(actor=None, source=source) if source else by_user)
        if self.action:
            found = found.filter(action=self.action)
        if self.since:
            found = found.filter(at__gte=_midnight(date.fromisoformat(self.since)))
        if self.until and (until := date.fromisoformat(self.until)) < date.max:
            found = found.filter(at__lt=_midnight(until + timedelta(days=1)))
        return found


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry as it is shown. `devices`: the first of those that it is about, with the names that they have now."""

    event: AuditEvent
    actor: str
    action: str
    target: str
    detail: list[tuple[str, str]]
    devices: list[tuple[int, str]]
    more: int


def lines(events: Iterable[AuditEvent]) -> list[AuditRow]:
    """One query for the names of users, and one where an entry is about devices."""
    about = {event: _devices(event) for event in events}
    wanted = {pk for found in about.values() for pk in found[:MOST_DEVICES]}
    devices = dict(Device.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    users = user_names(about)
    return [_line(event, found, devices, users) for event, found in about.items()]


def user_names(events: Iterable[AuditEvent]) -> dict[int, str]:
    """User id → name, of all users in these entries whose name is known and not erased."""
    found = {pk for event in events for pk in (event.actor_id, event.subject_id, *_users_in(event).values()) if pk is not None}
    return dict(AuditName.objects.filter(pk__in=found).exclude(name="").values_list("pk", "name"))


def actor_name(event: AuditEvent, users: Mapping[int, str]) -> str:
    return actor_label(event.source) if event.actor_id is None else _user_name(event.actor_id, users)


def target_name(event: AuditEvent, users: Mapping[int, str]) -> str:
    return event.target if event.subject_id is None else _user_name(event.subject_id, users)


def detail_of(event: AuditEvent, users: Mapping[int, str]) -> dict[str, Any]:
    """With the names of users instead of their ids."""
    detail = event.detail if isinstance(event.detail, dict) else {}
    return detail | {key: _user_name(pk, users) for key, pk in _users_in(event).items()}


def _user_name(pk: int, users: Mapping[int, str]) -> str:
    return users.get(pk) or gettext("User %(id)s") % {"id": pk}


def _users_in(event: AuditEvent) -> dict[str, int]:
    """Keys of the detail that hold the id of a user."""
    detail = event.detail if isinstance(event.detail, dict) else {}
    return {key: detail[key] for key in USERS if isinstance(detail.get(key), int)}


def _line(event: AuditEvent, devices: list[int], names: Mapping[int, str], users: Mapping[int, str]) -> AuditRow:
    detail = detail_of(event, users)
    shown = [(_detail_label(key), _shown(value)) for key, value in detail.items() if not (devices and key == "devices")]
    named = [(pk, names.get(pk) or gettext("Device %(id)s") % {"id": pk}) for pk in devices[:MOST_DEVICES]]
    action, actor = str(ACTIONS.get(event.action, event.action)), actor_name(event, users)
    return AuditRow(event, actor, action, target_name(event, users), shown, named, len(devices) - len(named))


def _detail_label(key: str) -> str:
    return str(DETAILS.get(key, key.replace("_", " ")))


def _devices(event: AuditEvent) -> list[int]:
    """Their ids; none where an entry only counts them."""
    found = event.detail.get("devices") if isinstance(event.detail, dict) else None
    return [pk for pk in found if isinstance(pk, int)] if isinstance(found, list) else []


def people() -> list[str]:
    """Names to choose from; that of a deleted user can still be typed."""
    return [actor_label(COMMAND_LINE), *User.objects.order_by("username").values_list("username", flat=True)[:200]]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or gettext("none")
    return "—" if value in (None, "") else str(value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
