"""Which devices of the list are meant: the ticked ones, those of the page, or all that match."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from devices.device_list.filters import DeviceListing
from devices.device_list.queries import matching
from devices.lists.log_pages import HIGHEST

MATCHING = "matching"
PAGE = "page"


def picked(request: HttpRequest, listing: DeviceListing, *, most: int) -> list[int]:
    """At most one more than `most`; those that are not there any more are left out later."""
    which = request.POST.get("which")
    if which == MATCHING:
        found, _, _ = matching(listing.filters, now=timezone.now())
        return list(found.order_by().values_list("pk", flat=True)[: most + 1])
    texts = request.POST.get("page_ids", "").split(",") if which == PAGE else request.POST.getlist("ids")
    told = {int(text) for text in texts[: most + 1] if text.isascii() and text.isdigit() and len(text) < 20}
    return sorted(pk for pk in told if pk <= HIGHEST)


def unclear(request: HttpRequest) -> HttpResponse:
    """For all that match an address that asks for something unknown: those may be all there are."""
    messages.error(request, "Nothing was done: this is not the list that the link meant. Narrow it again, then choose.")
    return redirect(f"{reverse('devices:list')}?{request.GET.urlencode()}")


def nothing(request: HttpRequest, listing: DeviceListing) -> HttpResponse:
    messages.error(request, "No device was chosen: tick some, or choose all on this page or all that match.")
    return redirect(reverse("devices:list") + listing.address)
