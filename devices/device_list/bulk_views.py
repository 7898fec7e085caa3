"""What is done with chosen devices of the list: a file, a tag, or asking the vendors about them. Never anything that changes a vendor."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from devices.audit.request import act_of
from devices.device_list import bulk_tag_views
from devices.device_list.export_views import stream
from devices.device_list.filters import DEVICES, DeviceListing
from devices.device_list.selection import MATCHING, nothing, picked, unclear
from devices.jobs import heartbeat
from devices.models import Device
from devices.saved_views.list_request import read_listing
from devices.sync import refresh
from devices.web.permissions import needs


@require_POST
@needs("view_device")
def bulk(request: HttpRequest) -> HttpResponseBase:
    """The address says which list; `which` says whether the ticked devices, those of the page or all that match are meant."""
    listing = read_listing(request, DEVICES)
    if listing.unread and request.POST.get("which") == MATCHING:
        return unclear(request)
    if request.POST.get("action") == "refresh":
        return _refresh(request, listing)
    if request.POST.get("action") == "tag":
        return bulk_tag_views.tag(request, listing)
    return _export(request, listing)


@needs("export_device")
def _export(request: HttpRequest, listing: DeviceListing) -> HttpResponseBase:
    if request.POST.get("which") == MATCHING:
        return redirect(reverse("devices:export") + listing.address)
    ids = picked(request, listing, most=refresh.MOST)
    if not ids:
        return nothing(request, listing)
    return stream(request, listing, Device.objects.filter(pk__in=ids), count=f"{len(ids):,}", which="chosen one by one")


@needs("refresh_account")
def _refresh(request: HttpRequest, listing: DeviceListing) -> HttpResponse:
    """First what it costs, then, confirmed, one run per account."""
    ids = picked(request, listing, most=refresh.MOST)
    if not ids:
        return nothing(request, listing)
    back = reverse("devices:list") + listing.address
    if len(ids) > refresh.MOST:
        messages.error(request, f"That is more than {refresh.MOST} devices: narrow the list down, or refresh the whole vendor account.")
        return redirect(back)
    if request.POST.get("confirmed"):
        asked = refresh.ask(ids, act=act_of(request))
        say_asked(request, asked, "The answers appear in the list as they come.")
        return redirect(back)
    questions = refresh.questions(ids)
    context = {
        "questions": questions,
        "listing": listing,
        "ids": ids,
        "back": back,
        "possible": any(not each.refusal for each in questions),
    }
    return render(request, "devices/device_list/refresh.html", context)


def say_asked(request: HttpRequest, asked: refresh.RefreshResult, onward: str) -> None:
    """`onward`: where the answers will be seen."""
    if asked.runs:
        messages.success(request, f"Asked: {', '.join(run.account.name for run in asked.runs)}. {heartbeat.promise(onward)}")
    else:
        messages.error(request, " ".join(["No account could be asked.", *asked.refusals]))
