"""One tag for many devices: which ones and how many is said first, then it is put on or taken off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from devices.audit.request import act_of
from devices.device_list import tags as tagging
from devices.device_list.filters import DeviceListing
from devices.device_list.selection import MATCHING, nothing, picked
from devices.errors import ActionRefused
from devices.models import Device
from devices.search.queries import MOST as MOST_FOUND
from devices.web.permissions import needs

MOST_NAMES = 50


@needs("tag_device")
def tag(request: HttpRequest, listing: DeviceListing) -> HttpResponse:
    ids = picked(request, listing, most=tagging.MOST)
    if not ids:
        return nothing(request, listing)
    back = reverse("devices:list") + listing.address
    searched = request.POST.get("which") == MATCHING and bool(listing.filters.q)
    most = MOST_FOUND if searched else tagging.MOST
    if len(ids) > most:
        messages.error(request, f"That is more than {most:,} devices: narrow the list down, and tag it part by part.")
        return redirect(back)
    problem = ""
    if request.POST.get("confirmed"):
        try:
            messages.success(request, _carry_out(request, ids))
        except ActionRefused as refused:
            problem = refused.sentence
        else:
            return redirect(back)
    context = {
        "listing": listing,
        "ids": ids,
        "back": back,
        "names": Device.objects.filter(pk__in=ids).order_by("name", "pk").values_list("pk", "name")[:MOST_NAMES],
        "typed": request.POST.get("tag", ""),
        "problem": problem,
        "longest": tagging.LONGEST,
    }
    return render(request, "devices/device_list/tag.html", context, status=422 if problem else 200)


def _carry_out(request: HttpRequest, ids: list[int]) -> str:
    """What to say. Raises ActionRefused."""
    removing = request.POST.get("do") == "remove"
    write = tagging.remove if removing else tagging.add
    word = request.POST.get("tag", "")
    count = write(ids, tag=word, act=act_of(request))
    devices = f"{count:,} {'device' if count == 1 else 'devices'}"
    rest = len(ids) - count
    others = f" {rest:,} {'had it not' if removing else 'had it already'}." if rest else ""
    words = f"taken off {devices}" if removing else f"put on {devices}"
    return f"The tag “{tagging.clean(word)}” was {words}.{others}"
