"""The audit context of a request."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.models import User
from devices.web.client_address import client_address
from devices.web.ticket import ticket_of


def person(request: HttpRequest) -> User:
    """The signed-in user. Only for views behind `needs`, which requires one."""
    if not isinstance(request.user, User):
        raise TypeError("a view that acts for a user was reached without one")
    return request.user


def act_of(request: HttpRequest) -> AuditContext:
    """The user of this request acts now, for the ticket that the page names."""
    return AuditContext.of(person(request), now=timezone.now(), ticket=ticket_of(request), address=client_address(request))
