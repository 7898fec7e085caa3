"""The ticket a person works on: `?ticket=INC123`, carried through links and forms, so that what is written can name it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest

from devices.lists.filters import clean_query

LONGEST_TICKET = 60


def ticket_of(request: HttpRequest) -> str:
    """From the form that was sent, else from the address."""
    told = request.POST.get("ticket") or request.GET.get("ticket", "")
    return clean_query(told)[:LONGEST_TICKET]


def query(**pairs: str) -> str:
    """`?ticket=INC123`, or nothing where every value is empty."""
    told = {name: value for name, value in pairs.items() if value}
    return f"?{urlencode(told)}" if told else ""
