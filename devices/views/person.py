"""Who asks."""

from __future__ import annotations

from django.http import HttpRequest

from devices.models import User


def person(request: HttpRequest) -> User:
    """The signed-in person. Only for views behind `needs`, which lets nobody else in."""
    if not isinstance(request.user, User):
        raise TypeError("a view that acts for a person was reached without one")
    return request.user
