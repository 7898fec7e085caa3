"""From a gap in coverage to the installer that closes it."""

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
from installers.handouts import queries as given
from installers.register.recommendations import account_that_sees, installer_gaps


@require_safe
@needs("hand_out_installer")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """`?account=` names the account that misses it. As a fragment: only what was given for it and has not arrived."""
    device, user, now, ticket = device_or_404(pk), person(request), timezone.now(), ticket_of(request)
    waiting = given.open_for_device(device, user, now=now)
    if is_fragment(request):
        return render(request, "installers/_given_for.html", {"lines": waiting})
    account = clean_query(request.GET.get("account", ""))
    context = {
        "device": device,
        "ticket": ticket,
        "ticket_query": query(ticket=ticket),
        "account": account,
        "lines": waiting,
        "gaps": installer_gaps(device, user, account=account, now=now),
        "seen_by": account_that_sees(device, account),
        "pick": query(device=str(device.pk), ticket=ticket),
        "back": reverse("devices:detail", args=[device.pk]) + query(ticket=ticket),
    }
    return render(request, "installers/for_device.html", context)
