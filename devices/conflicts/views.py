"""The list of data conflicts, and its files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from devices.audit.export import no_file, table_file
from devices.conflicts.export import file_table
from devices.conflicts.filters import CONFLICTS
from devices.conflicts.queries import conflict_page, devices_of, every_conflict, field_counts
from devices.device_list.conditions import ANY
from devices.device_list.filters import DIFFERS
from devices.device_list.fleet_filters import OS, known_groups, nobody
from devices.saved_views.list_page import answer, place, turned
from devices.saved_views.list_request import read_listing, viewed
from devices.web.permissions import needs


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    look, at = viewed(request, CONFLICTS), place(request)
    listing = look.listing
    found = conflict_page(listing, now=timezone.now(), **at)
    context = turned(look, found) | {
        "export_name": "devices:disagreements_file",
        "may_export": request.user.has_perm("devices.export_device"),
        "fields": [(listing.asking(field=each.field), each) for each in field_counts()],
        "field": listing.filters.field,
        "any": ANY,
        "in_devices": devices_of(listing).filters.query_string(),
        "nobody": nobody(listing.filters) if not found.rows else "",
    }
    templates = {"results": "devices/conflicts/_results.html", "page": "devices/conflicts/list.html"}
    return answer(request, context, **templates, choices=_choices, at=at)


@require_safe
@needs("export_device")
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All pages of the list at this address. Refused for an address with unknown filters."""
    listing, now, list_url = read_listing(request, CONFLICTS), timezone.now(), reverse("devices:disagreements")
    if listing.unread:
        return no_file(request, list_url)
    with translation.override("en"):
        rows = every_conflict(listing, now=now)
    detail = {"list_url": list_url, "action": "conflicts exported", "filters": listing.whole or "all fields"}
    return table_file(request, listing.file_name(now=now), form, lambda: file_table(rows), **detail)


def _choices() -> dict[str, Any]:
    fields = [(value, label) for value, label in DIFFERS.items() if value != ANY]
    return {"field": fields, "os": list(OS.items()), "group": known_groups()}
