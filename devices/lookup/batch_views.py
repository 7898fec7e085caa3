"""Bulk search: a pasted list as a table, on the page or as a file."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from devices.audit.export import table_file
from devices.lists.file_table import file_name
from devices.lookup.batch import MOST_LINES, BatchRow, answers, file_table
from devices.lookup.forms import BulkSearchForm
from devices.web.permissions import needs, refuse
from devices.web.roles import dotted


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_device")
def page(request: HttpRequest) -> HttpResponseBase:
    """A list is sent by POST, because it is longer than an address can be. Only its file, an export, is audited."""
    may_export = request.user.has_perm(dotted("export_device"))
    form = BulkSearchForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "most": MOST_LINES, "may_export": may_export}
    if form.is_valid():
        format_of_file = form.cleaned_data["format"]
        if format_of_file and not may_export:
            return refuse(request, "export_device")
        pasted = form.cleaned_data["list"]
        lines = answers(pasted.cells, letter=pasted.letter)
        if format_of_file:
            return _file(request, format_of_file, lines)
        counts = Counter(line.answer for line in lines)
        found, missing, ambiguous = counts["found"], counts["not found"], counts["ambiguous"]
        context |= {"lines": lines, "left_out": pasted.left_out, "heads": pasted.heads}
        context |= {"found": found, "missing": missing, "ambiguous": ambiguous, "texts": counts["text"]}
    return render(request, "devices/lookup/batch.html", context, status=400 if form.is_bound and form.errors else 200)


def _file(request: HttpRequest, form: str, lines: list[BatchRow]) -> HttpResponseBase:
    name = file_name("lookup", now=timezone.now())
    devices = sum(len(line.devices) for line in lines)
    detail = {"lines": len(lines), "devices": devices}
    list_url = reverse("devices:lookup_list")
    return table_file(request, name, form, lambda: file_table(lines), list_url=list_url, action="export", **detail)
