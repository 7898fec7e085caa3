"""Language and time zone of a request: from the user's profile, otherwise from the browser."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

ZONE_COOKIE = "rollcall_time_zone"  # static/js/rollcall.js sets it


class ProfileLocaleMiddleware:
    """After Django's LocaleMiddleware, which reads the browser's languages, and after the user is known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user if request.user.is_authenticated else None
        if user and user.language in dict(settings.LANGUAGES):
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        named = user.time_zone if user and user.time_zone else request.COOKIES.get(ZONE_COOKIE, "")
        with timezone.override(ZoneInfo(named) if named in time_zones() else None):
            return self.get_response(request)


@cache
def time_zones() -> frozenset[str]:
    """Names of the time zones that this machine knows, as `Europe/Berlin`."""
    return frozenset(available_timezones())
