"""Pages and files of coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.account_status.stale_sources import aged
from devices.account_status.status import account_statuses
from devices.audit.export import csv_file
from devices.coverage.export import lines_of_devices, lines_of_matrix
from devices.coverage.queries import CoverageCell, all_gaps, drill_page, matrix
from devices.coverage.states import CoverageState
from devices.device_list.filters import DEVICES
from devices.saved_views.list_page import counted, place
from devices.web.permissions import needs
from devices.web.ticket import query


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    """The coverage matrix."""
    known = account_statuses(request)
    rows = matrix(known)
    context = {
        "rows": rows,
        "covers": list(CoverageState),
        "devices": rows[0].total if rows else 0,
        "gaps": all_gaps(rows),
        "aged": aged(known),
    }
    return render(request, "devices/coverage/matrix.html", context)


@require_safe
@needs("view_device")
def devices(request: HttpRequest) -> HttpResponse:
    """The devices behind a number of the matrix."""
    drill = _drill(request)
    now = timezone.now()
    found = drill_page(drill, now=now, **place(request))
    context = {
        "drill": drill,
        "status": drill.status,
        "page": found,
        "counted": counted(DEVICES, found),
        "columns": DEVICES.chosen,
        "heads": [replace(head, url="", order="") for head in DEVICES.at_first.heads()],  # the order is fixed
        "aged": aged(account_statuses(request)),
        "older": drill.query_string(after=found.older) if found.older else "",
        "newer": drill.query_string(before=found.newer) if found.newer else "",
        "installer_account": query(account=drill.status.name) if _closable(drill) else "",
    }
    return render(request, "devices/coverage/devices.html", context)


@require_safe
@needs("export_device")
def devices_csv(request: HttpRequest) -> HttpResponseBase:
    """All pages of the list, with the same search."""
    drill = _drill(request)
    return _csv(request, f"coverage-{drill.status.name}-{drill.cover}", lambda: lines_of_devices(drill), q=drill.q)


@require_safe
@needs("export_device")
def matrix_csv(request: HttpRequest) -> HttpResponseBase:
    """Every device with its state at every account."""
    return _csv(request, "coverage", lambda: lines_of_matrix(account_statuses(request)))


def _closable(drill: CoverageCell) -> bool:
    """Whether an installer would help these devices."""
    return drill.status.makes_installers and drill.cover in (CoverageState.MISSING, CoverageState.PENDING)


def _drill(request: HttpRequest) -> CoverageCell:
    drill = CoverageCell.read(request.GET, account_statuses(request))
    if drill is None:
        raise Http404
    return drill


def _csv(request: HttpRequest, name: str, lines: Callable[[], Iterable[str]], **detail: str) -> HttpResponseBase:
    return csv_file(request, f"rollcall-{name}-{timezone.now():%Y%m%d-%H%M}.csv", lines, action="export", format="csv", **detail)
