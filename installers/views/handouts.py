"""The log of hand-outs: what was given, what became of it, and an end to what nobody waits for."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from devices.audit.export import csv_file, no_file
from devices.audit.request import act_of, person
from devices.lists.ids import HIGHEST
from devices.lists.notices import left_out
from devices.web.permissions import needs
from installers.handouts import queries as given
from installers.handouts import services as handing


@require_safe
@needs("hand_out_installer")
def page(request: HttpRequest) -> HttpResponse:
    user, filters = person(request), given.HandoutFilters.read(request.GET)
    places = {name: request.GET.get(name, "") for name in ("before", "after")}
    lines, found = given.page(user, filters, now=timezone.now(), **places)
    context = {
        "lines": lines,
        "filters": filters,
        "left_out": left_out(given.HandoutFilters.unread(request.GET), filters=given.HandoutFilters),
        "open": given.waiting_count(user),
        "kept": filters.query_string(),
        "older": filters.query_string(before=str(found.older)) if found.older else "",
        "newer": filters.query_string(after=str(found.newer)) if found.newer else "",
    }
    return render(request, "installers/handouts.html", context)


@require_safe
@needs("view_installer")
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """All pages of the log, with the same filter. Written into the audit log first."""
    user, filters, now = person(request), given.HandoutFilters.read(request.GET), timezone.now()
    if given.HandoutFilters.unread(request.GET):
        return no_file(request, reverse("installers:handouts"))
    name = f"rollcall-hand-outs-{now:%Y%m%d-%H%M}.csv"
    return csv_file(request, name, lambda: given.csv_lines(user, filters, now=now), action="export", format="csv", **filters.pairs())


@require_POST
@needs("hand_out_installer")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Switches a short link off, or stops waiting for what was shown. What this person cannot see is not there."""
    user = person(request)
    found = given.visible(user).select_related("installer").filter(pk=pk).first() if pk <= HIGHEST else None
    if found is None:
        raise Http404
    handing.end(found, act=act_of(request))
    done = (
        "The short link is switched off. The vendor's own link stays valid for whoever kept it."
        if found.short
        else "Nobody waits for it now."
    )
    messages.success(request, done)
    back = request.POST.get("back") == "list"
    return redirect(reverse("installers:handouts") if back else reverse("installers:hand_out", args=[found.installer_id]))
