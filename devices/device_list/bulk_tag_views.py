"""Add or remove one tag on many devices. A page lists the devices first."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import ngettext

from devices.audit.request import act_of
from devices.device_list import tags as tagging
from devices.device_list.filters import DeviceListing
from devices.device_list.forms import BulkForm
from devices.device_list.selection import nothing
from devices.errors import ActionRefused
from devices.models import Device
from devices.search.queries import MOST as MOST_FOUND
from devices.web.permissions import needs

MOST_NAMES = 50


@needs("tag_device")
def tag(request: HttpRequest, listing: DeviceListing, form: BulkForm) -> HttpResponse:
    ids = form.picked(listing, most=tagging.MOST)
    if not ids:
        return nothing(request, listing)
    back = reverse("devices:list") + listing.address
    most = MOST_FOUND if form.all_matching and listing.filters.q else tagging.MOST
    if len(ids) > most:
        messages.error(request, tagging.too_many(most))
        return redirect(back)
    problem = ""
    if form.cleaned_data["confirmed"]:
        try:
            messages.success(request, _carry_out(request, ids, form))
        except ActionRefused as refused:
            problem = refused.sentence
        else:
            return redirect(back)
    context = {
        "listing": listing,
        "ids": ids,
        "back": back,
        "names": Device.objects.filter(pk__in=ids).order_by("name", "pk").values_list("pk", "name")[:MOST_NAMES],
        "typed": form.cleaned_data["tag"],
        "problem": problem,
        "longest": tagging.LONGEST,
    }
    return render(request, "devices/device_list/tag.html", context, status=422 if problem else 200)


def _carry_out(request: HttpRequest, ids: list[int], form: BulkForm) -> str:
    """The message for the user. Raises ActionRefused."""
    name, act = form.cleaned_data["tag"], act_of(request)
    if form.cleaned_data["do"] == "remove":
        count = tagging.remove(ids, tag=name, act=act)
        text = ngettext("Tag “%(tag)s” removed from %(number)s device.", "Tag “%(tag)s” removed from %(number)s devices.", count)
        others = ngettext("%(number)s device did not have it.", "%(number)s devices did not have it.", len(ids) - count)
    else:
        count = tagging.add(ids, tag=name, act=act)
        text = ngettext("Tag “%(tag)s” added to %(number)s device.", "Tag “%(tag)s” added to %(number)s devices.", count)
        others = ngettext("%(number)s device already had it.", "%(number)s devices already had it.", len(ids) - count)
    done = text % {"tag": tagging.clean(name), "number": number_format(count, force_grouping=True)}
    rest = len(ids) - count
    return f"{done} {others % {'number': number_format(rest, force_grouping=True)}}" if rest else done
