"""Who does something. Every decision, every hand-out and every entry of the audit log names an act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from devices.models import User


@dataclass(frozen=True, slots=True)
class AuditContext:
    """Without a person it is the command line, or whoever `name` says. `address`: from where, as audit.address_of reads it."""

    now: datetime
    person: User | None = None
    name: str = "command line"
    ticket: str = ""
    address: str | None = None

    @classmethod
    def of(cls, person: User | None, *, now: datetime, ticket: str = "", address: str | None = None) -> AuditContext:
        return cls(now, person, person.get_username() if person else "command line", ticket, address)

    def for_ticket(self, ticket: str) -> AuditContext:
        """The same; where it names no ticket, for this one."""
        return self if self.ticket else replace(self, ticket=ticket)

    @property
    def signed_in(self) -> User:
        """The person, where nobody else may act. Raises TypeError."""
        if self.person is None:
            raise TypeError("only a signed-in person may do this")
        return self.person
