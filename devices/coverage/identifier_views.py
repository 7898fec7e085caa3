"""Page of identifier quality."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from devices.coverage.identifier_quality import SHOWN, shared, shares
from devices.web.permissions import needs


@require_safe
@needs("view_raw")
def page(request: HttpRequest) -> HttpResponse:
    """Identifiers that many devices share, and shares of missing ones."""
    found = shared()
    more = "+" if found is not None and len(found) == SHOWN else ""
    context = {"shared": found, "more": more, "shares": shares(), "common": settings.COMMON_KEY_DEVICES, "shown": SHOWN}
    return render(request, "devices/coverage/shared_identifiers.html", context)
