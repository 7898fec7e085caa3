"""The page of one installer: status, details, deliveries and actions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.audit.request import person
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import query, ticket_of
from installers.handouts import queries as handouts
from installers.models import Installer
from installers.orders.forms import DecisionForm
from installers.register import queries
from installers.views.request_context import device_for, installer_or_404, purpose_query


@require_safe
@needs("view_installer", "hand_out_installer")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """As a page, or as the fragment that it polls while a job is active."""
    return show(request, installer_or_404(request, pk))


def show(request: HttpRequest, installer: Installer, *, form: DecisionForm | None = None) -> HttpResponse:
    """`form`: the refused decision."""
    ticket, device = ticket_of(request), device_for(request)
    context = {
        "installer": installer,
        "fell_back": queries.fell_back(installer),
        "lines": handouts.of_installer(installer, person(request), now=timezone.now()),
        "ticket": ticket,
        "ticket_query": query(ticket=ticket),
        "device": device,
        "purpose_query": purpose_query(request),
        "copy_url": reverse("installers:new")
        + query(**{"from": str(installer.pk)}, device=str(device.pk) if device else "", ticket=ticket),
        "form": form or DecisionForm(),
    }
    template = "installers/_installer.html" if is_fragment(request) else "installers/detail.html"
    return render(request, template, context, status=422 if form else 200)
