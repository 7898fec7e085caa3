"""Error pages: 500, 503 and the 404 of addresses that are switched off."""

from __future__ import annotations

import logging
import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from devices.web.context_processors import known_places

RETRY_AFTER = 5  # seconds
log = logging.getLogger(__name__)


def broken(request: HttpRequest) -> HttpResponse:
    """503 when the database is not reachable or overloaded, else 500. Reads nothing from the database, not even the user."""
    unreachable = isinstance(sys.exception(), OperationalError | InterfaceError)
    try:
        page = render_to_string("503.html" if unreachable else "500.html", {"nav": known_places(request)})
    except Exception:
        log.exception("the error page with navigation failed")
        return server_error(request)
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)}) if unreachable else HttpResponse(page, status=500)


@login_not_required
def nowhere(_request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404
