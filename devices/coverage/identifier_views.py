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
    """How well identifiers tell devices apart."""
    context = {"shared": shared(), "shares": shares(), "common": settings.COMMON_KEY_DEVICES, "shown": SHOWN}
    return render(request, "devices/coverage/shared_identifiers.html", context)
