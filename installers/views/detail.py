"""One installer: what it is, what becomes of it, and what a person can do with it now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.audit.request import person
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import query, ticket_of
from installers.handouts import queries as given
from installers.models import Installer
from installers.register import queries
from installers.views.request_context import device_for, installer_or_404, purpose_query


@require_safe
@needs("view_installer", "hand_out_installer")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Also the part of itself that renews while there is something to wait for."""
    return show(request, installer_or_404(request, pk))


def show(request: HttpRequest, installer: Installer, *, problem: str = "", typed: str = "") -> HttpResponse:
    """`problem`: why what was sent (`typed`) did nothing."""
    ticket = ticket_of(request)
    context = {
        "installer": installer,
        "fell_back": queries.fell_back(installer),
        "lines": given.of_installer(installer, person(request), now=timezone.now()),
        "ticket": ticket,
        "ticket_query": query(ticket=ticket),
        "device": device_for(request),
        "purpose_query": purpose_query(request),
        "problem": problem,
        "typed": typed,
    }
    template = "installers/_installer.html" if is_fragment(request) else "installers/detail.html"
    return render(request, template, context, status=422 if problem else 200)
