"""The list of deliveries, its export, and the end of a delivery."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from devices.audit.export import no_file, table_file
from devices.audit.request import act_of, person
from devices.lists.file_table import file_name
from devices.lists.ids import HIGHEST
from devices.lists.notices import left_out
from devices.web.permissions import needs
from installers.handouts import queries, services
from installers.handouts.forms import EndForm
from installers.handouts.queries import HandoutFilters


@require_safe
@needs("hand_out_installer")
def page(request: HttpRequest) -> HttpResponse:
    user, filters = person(request), HandoutFilters.read(request.GET)
    places = {name: request.GET.get(name, "") for name in ("before", "after")}
    lines, found = queries.page(user, filters, now=timezone.now(), **places)
    context = {
        "lines": lines,
        "filters": filters,
        "left_out": left_out(HandoutFilters.unread(request.GET), filters=HandoutFilters),
        "open": queries.waiting_count(user),
        "kept": filters.query_string(),
        "older": filters.query_string(before=str(found.older)) if found.older else "",
        "newer": filters.query_string(after=str(found.newer)) if found.newer else "",
    }
    return render(request, "installers/handouts.html", context)


@require_safe
@needs("view_installer")
def as_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """All pages of the list, with the same filter. The audit log is written first."""
    user, filters, now = person(request), HandoutFilters.read(request.GET), timezone.now()
    if HandoutFilters.unread(request.GET):
        return no_file(request, reverse("installers:handouts"))
    name, list_url = file_name("deliveries", now=now), reverse("installers:handouts")
    table = partial(queries.file_table, user, filters, now=now)
    return table_file(request, name, form, table, list_url=list_url, action="export", **filters.pairs())


@require_POST
@needs("hand_out_installer")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Disables a short link, or closes the delivery of a vendor link. 404 for a delivery that is not visible to the user."""
    visible = queries.visible(person(request)).select_related("installer")
    found = visible.filter(pk=pk).first() if pk <= HIGHEST else None
    if found is None:
        raise Http404
    services.end(found, act=act_of(request))
    short = gettext("Short link disabled. Saved copies of the vendor's link still work.")
    messages.success(request, short if found.short else gettext("Delivery closed."))
    form = EndForm(request.POST)
    if form.is_valid() and form.cleaned_data["back"] == "list":
        return redirect("installers:handouts")
    return redirect("installers:share", pk=found.installer_id)
