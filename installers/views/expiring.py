from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.audit.request import person
from devices.web.permissions import needs
from installers.register import queries


@require_safe
@needs("view_installer", "hand_out_installer")
def fragment(request: HttpRequest) -> HttpResponse:
    """The notice of the dashboard about expiring installers, or nothing."""
    found = queries.expiring(person(request), now=timezone.now())
    return render(request, "installers/_expiring.html", {"number": found.count(), "first": found.first()})
