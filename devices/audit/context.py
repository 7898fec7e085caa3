"""Audit context: who acts, when, for which ticket and from where. Services take it instead of a request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext, gettext_noop

from devices.models import User

# Who acts without being signed in, as stored.
COMMAND_LINE, ANONYMOUS, UNKNOWN = "command line", "Anonymous", "unknown"
_LABELS = {COMMAND_LINE: gettext_noop("CLI"), ANONYMOUS: gettext_noop("Anonymous"), UNKNOWN: gettext_noop("Unknown user")}


@dataclass(frozen=True, slots=True)
class AuditContext:
    """Without a user the actor is `name`, one of the three above. `address`: the IP address, of devices/web/client_address.py."""

    now: datetime
    person: User | None = None
    name: str = COMMAND_LINE
    ticket: str = ""
    address: str | None = None

    @classmethod
    def of(cls, person: User | None, *, now: datetime, ticket: str = "", address: str | None = None) -> AuditContext:
        return cls(now, person, person.get_username() if person else COMMAND_LINE, ticket, address)

    def for_ticket(self, ticket: str) -> AuditContext:
        """The same context; for this ticket where it names none."""
        return self if self.ticket else replace(self, ticket=ticket)

    @property
    def source(self) -> str:
        """Who acts without being signed in; empty for a user. Raises ValueError."""
        if self.person is None and self.name not in _LABELS:
            raise ValueError("an actor without a user is one of the three of devices/audit/context.py")
        return "" if self.person else self.name

    @property
    def signed_in(self) -> User:
        """The user, for actions that need one. Raises TypeError."""
        if self.person is None:
            raise TypeError("only a signed-in user may do this")
        return self.person


def actor_label(name: str) -> str:
    """The stored name of an actor as pages show it: that of a user unchanged."""
    return gettext(_LABELS[name]) if name in _LABELS else name


def source_named(label: str) -> str | None:
    """The stored source that is shown as `label`."""
    return next((source for source in _LABELS if label.lower() == actor_label(source).lower()), None)
