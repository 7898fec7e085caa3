"""A pasted list: what each line means, as a table or as CSV."""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from devices.audit.export import csv_file
from devices.lookup.batch import MOST_LINES, BatchRow, answers, csv_lines
from devices.lookup.pasted_list import read
from devices.web.permissions import needs

ANSWERS = ("found", "not found", "ambiguous")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_device")
def page(request: HttpRequest) -> HttpResponseBase:
    """A list is sent by POST, because it is longer than an address can be. Nothing but the CSV's audit entry is written."""
    text = request.POST.get("list", "")
    pasted = read(text)
    clues = pasted.cells
    problem = ""
    if request.method == "POST" and not clues:
        problem = "The list is empty: paste one name, serial or address per line."
    elif len(clues) > MOST_LINES:
        problem = f"The list has {len(clues):,} lines, and at most {MOST_LINES} are looked up at once: split it and look up the parts."
    lines = answers(clues) if clues and not problem else []
    if lines and request.POST.get("format") == "csv":
        return _csv(request, lines)
    counts = Counter(line.answer for line in lines)
    context = {
        "text": text,
        "lines": lines,
        "left_out": pasted.left_out,
        "problem": problem,
        "counts": [(word, counts[word]) for word in ANSWERS],
        "most": MOST_LINES,
    }
    return render(request, "devices/lookup/batch.html", context, status=400 if problem else 200)


def _csv(request: HttpRequest, lines: list[BatchRow]) -> HttpResponseBase:
    name = f"rollcall-lookup-{timezone.now():%Y%m%dT%H%MZ}.csv"
    devices = sum(len(line.devices) for line in lines)
    return csv_file(request, name, lambda: csv_lines(lines), action="export", format="csv", lines=len(lines), devices=devices)
