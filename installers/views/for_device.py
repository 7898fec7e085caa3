"""Installers for the coverage gaps of a device."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.audit.request import person
from devices.lists.filters import clean_query
from devices.web.devices import device_or_404
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import query, ticket_of
from installers.handouts import queries
from installers.register.recommendations import installer_gaps, reporting_account


@require_safe
@needs("hand_out_installer")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """`?account=`: the account that does not report it. As a fragment: only the open deliveries."""
    device, user, now, ticket = device_or_404(pk), person(request), timezone.now(), ticket_of(request)
    lines = queries.open_for_device(device, user, now=now)
    if is_fragment(request):
        return render(request, "installers/_open_handouts.html", {"lines": lines})
    account = clean_query(request.GET.get("account", ""))
    context = {
        "device": device,
        "ticket": ticket,
        "ticket_query": query(ticket=ticket),
        "account": account,
        "lines": lines,
        "gaps": installer_gaps(device, user, account=account, now=now),
        "reported_by": reporting_account(device, account),
        "pick": query(device=str(device.pk), ticket=ticket),
        "back": reverse("devices:detail", args=[device.pk]) + query(ticket=ticket),
    }
    return render(request, "installers/for_device.html", context)
