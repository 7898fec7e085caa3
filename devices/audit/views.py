"""The page of the audit log, and its entries as a file."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.audit import entries_file
from devices.audit.export import TYPES, jsonl_file, no_file, table_file
from devices.audit.log import ACTIONS
from devices.audit.queries import PAGE, AuditFilters, lines, people
from devices.lists.file_table import file_name
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


@require_safe
@needs("view_audit")
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The entries that the page shows with these filters, oldest first."""
    if form not in TYPES:
        raise Http404
    filters = AuditFilters.read(request.GET)
    if AuditFilters.unread(request.GET):
        return no_file(request, reverse("devices:audit"))
    name = file_name("audit-log", now=timezone.now())
    recorded = {"action": "audit log exported", "filters": filters.query_string()}
    found = partial(entries_file.documents, filters.events())
    if form == "jsonl":
        return jsonl_file(request, name, lambda: entries_file.jsonl(found()), **recorded)
    return table_file(request, name, form, lambda: entries_file.file_table(found()), list_url=reverse("devices:audit"), **recorded)
