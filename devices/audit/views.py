"""The page of the audit log."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from devices.audit.log import ACTIONS
from devices.audit.queries import PAGE, AuditFilters, lines, people
from devices.lists.keyset import newest
from devices.lists.notices import left_out
from devices.web.permissions import needs


@require_safe
@needs("view_audit")
def page(request: HttpRequest) -> HttpResponse:
    """Entries, newest first; every filter is part of the address."""
    filters = AuditFilters.read(request.GET)
    found = newest(filters.events(), size=PAGE, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    context = {
        "filters": filters,
        "left_out": left_out(AuditFilters.unread(request.GET), filters=AuditFilters),
        "lines": lines(found.rows),
        "older": filters.query_string(before=str(found.older)) if found.older else "",
        "newer": filters.query_string(after=str(found.newer)) if found.newer else "",
        "actions": list(ACTIONS.items()),
        "people": people(),
    }
    return render(request, "devices/audit/list.html", context)
