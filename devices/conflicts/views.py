"""The list of data conflicts, by field."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.conflicts.queries import ConflictFilters, conflict_page
from devices.device_list.conditions import ANY
from devices.lists.notices import left_out
from devices.web.permissions import needs


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    filters = ConflictFilters.read(request.GET)
    field, at = filters.field, {name: request.GET.get(name, "") for name in ("after", "before")}
    found = conflict_page(field, now=timezone.now(), **at)
    context = {
        "found": found,
        "field": field,
        "left_out": left_out(ConflictFilters.unread(request.GET), filters=ConflictFilters),
        "older": filters.query_string(after=found.page.older) if found.page.older else "",
        "newer": filters.query_string(before=found.page.newer) if found.page.newer else "",
        "any": ANY,
    }
    return render(request, "devices/conflicts/list.html", context)
