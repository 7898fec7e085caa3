"""The overview of patching, and its work lists by next step."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.views.guard import needs
from patching.filters import AttemptFilters
from patching.queries.chart import tried
from patching.queries.overview import overview
from patching.queries.works import works


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "patching/overview.html", {"found": overview(now=timezone.now())})


@require_safe
@needs("view_device")
def reasons(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return render(request, "patching/reasons.html", {"works": works(tried(AttemptFilters(), now=now), now=now)})
