"""Opening a vendor's remediation page of a device."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from devices.audit.request import act_of
from devices.errors import ActionRefused
from devices.lists.ids import HIGHEST
from devices.sync.remediation_links import hand_out
from devices.web.permissions import needs
from devices.web.ticket import query, ticket_of


@require_POST
@needs("open_remediation")
def open_page(request: HttpRequest, pk: int, sighting: int) -> HttpResponse:
    """Opens in a new tab, by the header `Refresh`: for browsers a redirect after a form is a form sent to another site (CSP)."""
    if max(pk, sighting) > HIGHEST:
        raise Http404
    ticket = ticket_of(request)
    try:
        link = hand_out(sighting, device=pk, act=act_of(request))
    except ActionRefused as problem:
        messages.error(request, problem.sentence)
        return redirect(reverse("devices:detail", args=[pk]) + query(ticket=ticket))
    answer = render(request, "devices/device_detail/remediation.html")
    answer["Refresh"] = f"0; url={link.reveal()}"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
