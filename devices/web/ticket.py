"""The ticket a user works on: `?ticket=INC123`, carried through links and forms into the audit log."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest

from devices.lists.filters import clean_query

LONGEST_TICKET = 60


def ticket_of(request: HttpRequest) -> str:
    """The ticket of the form, else of the address."""
    return clean_query(request.POST.get("ticket") or request.GET.get("ticket", ""))[:LONGEST_TICKET]


def query(**pairs: str) -> str:
    """`?ticket=INC123`, or nothing where every value is empty."""
    given = {name: value for name, value in pairs.items() if value}
    return f"?{urlencode(given)}" if given else ""
