"""Bulk search: a pasted list as a table or as CSV."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from devices.audit.export import csv_file
from devices.lookup.batch import MOST_LINES, BatchRow, answers, csv_lines
from devices.lookup.forms import BulkSearchForm
from devices.web.permissions import needs, refuse
from devices.web.roles import dotted


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_device")
def page(request: HttpRequest) -> HttpResponseBase:
    """A list is sent by POST, because it is longer than an address can be. Only its CSV, an export, is audited."""
    may_export = request.user.has_perm(dotted("export_device"))
    form = BulkSearchForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "most": MOST_LINES, "may_export": may_export}
    if form.is_valid():
        if form.cleaned_data["format"] == "csv" and not may_export:
            return refuse(request, "export_device")
        pasted = form.cleaned_data["list"]
        lines = answers(pasted.cells, letter=pasted.letter)
        if form.cleaned_data["format"] == "csv":
            return _csv(request, lines)
        counts = Counter(line.answer for line in lines)
        found, missing, ambiguous = counts["found"], counts["not found"], counts["ambiguous"]
        context |= {"lines": lines, "left_out": pasted.left_out, "heads": pasted.heads}
        context |= {"found": found, "missing": missing, "ambiguous": ambiguous, "texts": counts["text"]}
    return render(request, "devices/lookup/batch.html", context, status=400 if form.is_bound and form.errors else 200)


def _csv(request: HttpRequest, lines: list[BatchRow]) -> HttpResponseBase:
    name = f"rollcall-lookup-{timezone.now():%Y%m%dT%H%MZ}.csv"
    devices = sum(len(line.devices) for line in lines)
    return csv_file(request, name, lambda: csv_lines(lines), action="export", format="csv", lines=len(lines), devices=devices)
