"""Bulk actions on devices: export, tag, and refresh from the vendors. None changes anything at a vendor."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from devices.audit.request import act_of
from devices.device_list import bulk_tag_views
from devices.device_list.export_views import stream
from devices.device_list.filters import DeviceListing, devices_for
from devices.device_list.forms import EXCEL, BulkForm
from devices.device_list.selection import nothing, unclear
from devices.jobs import heartbeat
from devices.models import Device
from devices.saved_views.list_request import read_listing
from devices.sync import refresh
from devices.web.permissions import needs


@require_POST
@needs("view_device")
def bulk(request: HttpRequest) -> HttpResponseBase:
    """The address says which list, the form which of its devices."""
    listing, form = read_listing(request, devices_for(request.user)), BulkForm(request.POST)
    form.full_clean()
    if listing.unread and form.all_matching:
        return unclear(request)
    if form.cleaned_data["action"] == "refresh":
        return _refresh(request, listing, form)
    if form.cleaned_data["action"] == "tag":
        return bulk_tag_views.tag(request, listing, form)
    return _export(request, listing, form)


@needs("export_device")
def _export(request: HttpRequest, listing: DeviceListing, form: BulkForm) -> HttpResponseBase:
    file = "xlsx" if form.cleaned_data["action"] == EXCEL else "csv"
    if form.all_matching:
        return redirect(reverse("devices:export", args=[file]) + listing.address)
    ids = form.picked(listing, most=refresh.MOST)
    if not ids:
        return nothing(request, listing)
    found = Device.objects.filter(pk__in=ids)
    return stream(request, listing, found, form=file, count=f"{len(ids):,}", which="selected devices")


@needs("refresh_account")
def _refresh(request: HttpRequest, listing: DeviceListing, form: BulkForm) -> HttpResponse:
    """First a page with the cost; once confirmed, one run for each account."""
    ids = form.picked(listing, most=refresh.MOST)
    if not ids:
        return nothing(request, listing)
    back = reverse("devices:list") + listing.address
    if len(ids) > refresh.MOST:
        text = gettext("More than %(number)s devices selected. Narrow the list, or sync the vendor account instead.")
        messages.error(request, text % {"number": number_format(refresh.MOST, force_grouping=True)})
        return redirect(back)
    if form.cleaned_data["confirmed"]:
        asked = refresh.ask(ids, act=act_of(request))
        say_asked(request, asked, gettext("The list shows new data as it arrives."))
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
    """`onward`: where the new data will be shown."""
    if asked.runs:
        requested = gettext("Refresh requested: %(accounts)s.") % {"accounts": ", ".join(run.account.name for run in asked.runs)}
        messages.success(request, f"{requested} {heartbeat.promise(onward)}")
    else:
        messages.error(request, " ".join([gettext("No account could be refreshed."), *asked.refusals]))
