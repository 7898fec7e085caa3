"""What is done with chosen devices of the list: a file of them, or asking the vendors about them. Never anything that changes a vendor."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from devices import asking
from devices.models import Device
from devices.queries.list import matching
from devices.queries.listing import Listing
from devices.queries.newest import HIGHEST
from devices.saving import visible_to
from devices.views.devices import read_listing
from devices.views.export_view import stream
from devices.views.guard import needs, refuse
from devices.views.person import person

MATCHING = "matching"
PAGE = "page"


@require_POST
@needs("view_device")
def bulk(request: HttpRequest) -> HttpResponseBase:
    """The address says which list; `which` says whether the ticked devices, those of the page or all that match are meant."""
    listing = read_listing(request, list(visible_to(person(request))))
    if request.POST.get("action") == "refresh":
        return _refresh(request, listing)
    if not request.user.has_perm("devices.export_device"):
        return refuse(request, "export_device")
    if request.POST.get("which") == MATCHING:
        return redirect(reverse("devices:export") + listing.address)
    ids = _picked(request, listing)
    if not ids:
        return _nothing(request, listing)
    return stream(request, listing, Device.objects.filter(pk__in=ids), count=f"{len(ids):,}", which="chosen one by one")


@needs("refresh_account")
def _refresh(request: HttpRequest, listing: Listing) -> HttpResponse:
    """First what it costs, then, confirmed, one run per account."""
    ids = _picked(request, listing)
    if not ids:
        return _nothing(request, listing)
    back = reverse("devices:list") + listing.address
    if len(ids) > asking.MOST:
        messages.error(request, f"That is more than {asking.MOST} devices: narrow the list down, or refresh the whole vendor account.")
        return redirect(back)
    if request.POST.get("confirmed"):
        runs = asking.ask(ids, by=person(request), now=timezone.now(), request=request)
        _say_asked(request, [run.account.name for run in runs])
        return redirect(back)
    questions = asking.questions(ids)
    context = {
        "questions": questions,
        "listing": listing,
        "ids": ids,
        "back": back,
        "possible": any(not each.refusal for each in questions),
    }
    return render(request, "devices/list_refresh.html", context)


def _say_asked(request: HttpRequest, names: list[str]) -> None:
    if names:
        messages.success(request, f"Asked: {', '.join(names)}. The answers appear in the list as they come.")
    else:
        messages.error(request, "No account could be asked about these devices.")


def _picked(request: HttpRequest, listing: Listing) -> list[int]:
    """At most one more than may be asked about; those that are not there any more are left out later."""
    which = request.POST.get("which")
    if which == MATCHING:
        found, _, _ = matching(listing.filters, now=timezone.now())
        return list(found.order_by().values_list("pk", flat=True)[: asking.MOST + 1])
    texts = request.POST.get("page_ids", "").split(",") if which == PAGE else request.POST.getlist("ids")
    told = {int(text) for text in texts[: asking.MOST + 1] if text.isascii() and text.isdigit() and len(text) < 20}
    return sorted(pk for pk in told if pk <= HIGHEST)


def _nothing(request: HttpRequest, listing: Listing) -> HttpResponse:
    messages.error(request, "No device was chosen: tick some, or choose all on this page or all that match.")
    return redirect(reverse("devices:list") + listing.address)
