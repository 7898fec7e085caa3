"""The list of installers, created in Rollcall or at the vendor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.audit.export import no_file, table_file
from devices.audit.request import person
from devices.lists.file_table import file_name
from devices.lists.notices import left_out
from devices.web.permissions import needs
from installers.models import Standing
from installers.register import queries
from installers.register.export import file_table
from installers.register.filters import EXPIRING, ORIGINS, RegisterFilters
from installers.register.queries import makers

REMINDED = 5  # expiring installers above the list; a link shows the others


@require_safe
@needs("view_installer", "hand_out_installer")
def page(request: HttpRequest) -> HttpResponse:
    user, now, filters = person(request), timezone.now(), RegisterFilters.read(request.GET)
    found = queries.register(user, filters, now=now, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    accounts = makers()
    context = {
        "filters": filters,
        "left_out": left_out(RegisterFilters.unread(request.GET), filters=RegisterFilters),
        "rows": found.page.rows,
        "older": filters.query_string(before=str(found.page.older)) if found.page.older else "",
        "newer": filters.query_string(after=str(found.page.newer)) if found.page.newer else "",
        "total": sum(found.counts.values()),
        "waiting": found.counts.get(Standing.AMBIGUOUS, 0),
        "compared": queries.compared(user),
        "reminders": queries.expiring(user, now=now)[: REMINDED + 1],
        "reminded": REMINDED,
        "possible": any(each.able for each in accounts),
        "states": [(value, f"{label} ({found.counts.get(value, 0)})") for value, label in Standing.choices],
        "systems": sorted({(family.value, family.label) for each in accounts if each.offer for family in each.offer.families}),
        "accounts": [(each.account.name, each.account.name) for each in accounts if each.offer],
        "origins": list(ORIGINS.items()),
        "ends": list(EXPIRING.items()),
        "kept": filters.query_string(),
    }
    return render(request, "installers/register.html", context)


@require_safe
@needs("view_installer")
def as_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """All pages of the list at this address. Refused for an address with unknown filters."""
    user, filters, now = person(request), RegisterFilters.read(request.GET), timezone.now()
    if RegisterFilters.unread(request.GET):
        return no_file(request, reverse("installers:register"))
    detail = {"list_url": reverse("installers:register"), "action": "installers exported", "filters": filters.query_string() or "none"}
    return table_file(request, file_name("installers", now=now), form, lambda: file_table(user, filters, now=now), **detail)
