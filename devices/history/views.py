"""Activity of one device, page by page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from devices.history.queries import timeline
from devices.web.devices import device_or_404
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import query, ticket_of


@require_safe
@needs("view_device")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """A fragment has only the entries."""
    device = device_or_404(pk)
    before = request.GET.get("before", "")
    found = timeline(device.pk, before=before)
    ticket = ticket_of(request)
    context = {
        "device": device,
        "timeline": found,
        "ticket": ticket,
        "ticket_query": query(ticket=ticket),
        "older": query(ticket=ticket, before=found.older) if found.older else "",
        "begun": bool(before),
    }
    return render(request, "devices/history/_timeline.html" if is_fragment(request) else "devices/history/timeline.html", context)
