from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.queries.aged import aged
from devices.queries.conditions import ANY
from devices.queries.disagreements import count
from devices.queries.issues import undecided
from devices.queries.sources import sources
from devices.queries.tiles import tiles
from devices.views.guard import is_fragment, needs


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    """How all devices are, and how far that can be trusted. As a fragment it renews itself while a fetch is running."""
    known = sources()
    vendors = list(dict.fromkeys(source.vendor for source in known.all))
    now = timezone.now()
    context = {"sources": known, "tiles": tiles(vendors), "differing": count(ANY), "undecided": undecided(now), "aged": aged(now=now)}
    template = "devices/_dashboard.html" if is_fragment(request) else "devices/dashboard.html"
    return render(request, template, context)
