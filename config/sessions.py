"""Session lifetime: half an hour without activity, twelve hours at most."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase

from config.middleware import GetResponse

BEGAN, ACTED = "began", "acted"
WRITTEN_EVERY = 60  # seconds; not every request writes the session
# Fragments that poll: an open page is no activity of its user.
POLLS = frozenset({"applying", "dashboard", "deleting", "installer", "progress", "troubles"})


class SessionAgeMiddleware:
    """Ends the session on the server after either limit; the next request requires sign-in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = time.time()
            if _over(request, now):
                request.session.flush()
                request.user = AnonymousUser()
            else:
                _note(request, now)
        return self.get_response(request)


def _over(request: HttpRequest, now: float) -> bool:
    began, acted = request.session.get(BEGAN, now), request.session.get(ACTED, now)
    return bool(now - began > settings.SESSION_COOKIE_AGE or now - acted > settings.SESSION_IDLE_SECONDS)


def _note(request: HttpRequest, now: float) -> None:
    htmx = getattr(request, "htmx", None)
    if BEGAN not in request.session:
        request.session[BEGAN] = request.session[ACTED] = now
    elif now - request.session.get(ACTED, 0.0) > WRITTEN_EVERY and not (htmx and htmx.trigger in POLLS):
        request.session[ACTED] = now
