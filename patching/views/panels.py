"""Patching panels on the pages of devices and accounts, which load them by address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.account_status.status import account_statuses, by_pk
from devices.models import Account
from devices.web.devices import device_or_404
from devices.web.permissions import is_fragment, needs
from patching.lists.counts import LinkedCount
from patching.lists.filters import HIGHEST, PatchFilters
from patching.pages.device import on_device
from patching.pages.source_access import reading
from patching.pages.ticket_text import text


@require_safe
@needs("view_device")
def device_panel(request: HttpRequest, pk: int) -> HttpResponse:
    if not is_fragment(request):
        return redirect(LinkedCount(PatchFilters(device=str(device_or_404(pk).pk)), 0).url)
    # Only a device without sightings is looked up: it may have been merged.
    now = timezone.now()
    known = by_pk(account_statuses(request))
    found = (on_device(pk, known, now=now) if pk <= HIGHEST else None) or on_device(device_or_404(pk).pk, known, now=now)
    return render(request, "patching/_device.html", {"found": found, "text": text(found) if found else ""})


@require_safe
@needs("view_account")
def readings(request: HttpRequest, name: str) -> HttpResponse:
    account = get_object_or_404(Account, name=name)
    if not is_fragment(request):
        return redirect("devices:account", name=name)
    return render(request, "patching/_readings.html", {"account": account, "found": reading(account)})
