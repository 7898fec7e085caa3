"""Error pages: 500, 503 and the 404 of addresses that are switched off."""

from __future__ import annotations

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

RETRY_AFTER = 5  # seconds


def broken(request: HttpRequest) -> HttpResponse:
    """503 when the database is not reachable or overloaded, else 500. Reads nothing from the database, not even the user."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return server_error(request)


@login_not_required
def nowhere(_request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404
