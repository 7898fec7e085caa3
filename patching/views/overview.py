"""The overview of patching, and remediation by next step."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.account_status.status import account_statuses
from devices.web.permissions import is_fragment, needs
from patching.lists.counts import numbers
from patching.lists.filters import AttemptFilters, PatchFilters
from patching.lists.stale_sources import aged
from patching.pages.chart import tried
from patching.pages.overview import overview
from patching.pages.unreported_devices import silent
from patching.pages.work_lists import titles_with_most, wanted, works


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "patching/overview.html", {"found": overview(account_statuses(request), now=timezone.now())})


@require_safe
@needs("view_device")
def reasons(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = works(numbers(wanted()), tried(AttemptFilters(), now=now), most=titles_with_most(now=now))
    return render(request, "patching/reasons.html", {"works": found, "aged": aged(PatchFilters(), account_statuses(request), now=now)})


@require_safe
@needs("view_device")
def silent_devices(request: HttpRequest) -> HttpResponse:
    """One line of the overview, loaded after it: it counts all devices."""
    found = silent(now=timezone.now())
    if not is_fragment(request):
        return redirect(reverse("devices:list") + found.query)
    return render(request, "patching/_silent.html", {"found": found})
