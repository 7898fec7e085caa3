"""Devices chosen for a bulk action: the selected ones, those of the page, or all that match."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from devices.device_list.filters import DeviceListing
from devices.lists.notices import NO_ACTION

MATCHING = "matching"
PAGE = "page"


def unclear(request: HttpRequest) -> HttpResponse:
    """Refuses "all that match" for an address with unknown filters, which could mean all devices."""
    messages.error(request, str(NO_ACTION))
    return redirect(f"{reverse('devices:list')}?{request.GET.urlencode()}")


def nothing(request: HttpRequest, listing: DeviceListing) -> HttpResponse:
    messages.error(request, gettext("No device selected. Select devices, all on this page or all matching."))
    return redirect(reverse("devices:list") + listing.address)
