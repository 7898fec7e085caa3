"""Pages and files of coverage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.account_status.stale_sources import aged
from devices.account_status.status import account_statuses
from devices.audit.export import table_file
from devices.coverage.export import table_of_devices, table_of_matrix
from devices.coverage.queries import CoverageCell, all_gaps, drill_page, matrix
from devices.coverage.states import CoverageState
from devices.device_list.filters import DEVICES
from devices.lists.file_table import FileTable, file_name
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
def devices_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """All pages of the list, with the same search."""
    drill = _drill(request)
    name, list_url = f"coverage-{drill.status.name}-{drill.cover}", reverse("devices:coverage_devices")
    return _file(request, name, form, lambda: table_of_devices(drill), list_url=list_url, q=drill.q)


@require_safe
@needs("export_device")
def matrix_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Every device with its state at every account."""
    return _file(request, "coverage", form, lambda: table_of_matrix(account_statuses(request)), list_url=reverse("devices:coverage"))


def _closable(drill: CoverageCell) -> bool:
    """Whether an installer would help these devices."""
    return drill.status.makes_installers and drill.cover in (CoverageState.MISSING, CoverageState.PENDING)


def _drill(request: HttpRequest) -> CoverageCell:
    drill = CoverageCell.read(request.GET, account_statuses(request))
    if drill is None:
        raise Http404
    return drill


def _file(
    request: HttpRequest, name: str, form: str, table: Callable[[], FileTable], /, *, list_url: str, **detail: str
) -> HttpResponseBase:
    name = file_name(name, now=timezone.now())
    return table_file(request, name, form, table, list_url=list_url, action="export", **detail)
