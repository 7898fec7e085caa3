"""Pages and files of an earlier day."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.as_of.coverage import FormerCell, matrix_at, page_of, read_cell, table_of
from devices.as_of.device_page import accounts_deleted_since, device_page
from devices.as_of.moments import Moment, ensure_recorded, read_moment, recorded_since
from devices.as_of.not_recorded import NotRecorded
from devices.audit.export import table_file
from devices.coverage.states import CoverageState
from devices.errors import ActionRefused
from devices.lists.file_table import file_name
from devices.web.devices import device_or_404
from devices.web.permissions import needs
from devices.web.ticket import query, ticket_of


@require_safe
@needs("view_device")
def device(request: HttpRequest, pk: int) -> HttpResponse:
    """One device as it was, also one that was merged into another since."""
    now_called = device_or_404(pk)
    ticket = ticket_of(request)
    context = _frame(request) | {
        "device": now_called,
        "pk": pk,
        "merged": now_called.pk != pk,
        "back": reverse("devices:detail", args=[now_called.pk]) + query(ticket=ticket),
        "ticket": ticket,
        "unknown": [each.label for each in NotRecorded if each != NotRecorded.REVIEW],
    }
    if moment := context["moment"]:
        context["page"] = device_page(pk, moment)
    return render(request, "devices/as_of/device.html", context)


@require_safe
@needs("view_device")
def coverage(request: HttpRequest) -> HttpResponse:
    """The numbers of coverage as they were."""
    context = _frame(request) | {"back": reverse("devices:coverage"), "covers": list(CoverageState)}
    if moment := context["moment"]:
        rows = matrix_at(moment)
        context |= {
            "rows": rows,
            "devices": rows[0].total if rows else 0,
            "reviews": [row for row in rows if row.withheld],
            "removed_accounts": accounts_deleted_since(moment.at),
        }
    return render(request, "devices/as_of/coverage.html", context)


@require_safe
@needs("view_device")
def coverage_devices(request: HttpRequest) -> HttpResponse:
    """The devices behind a number."""
    context = _frame(request)
    moment: Moment | None = context["moment"]
    if moment is None:
        return redirect(f"{reverse('devices:coverage_as_of')}?{request.GET.urlencode()}")
    cell = _cell(request, moment)
    context |= {
        "cell": cell,
        "page": page_of(cell, after=request.GET.get("after", ""), before=request.GET.get("before", "")),
        "back": reverse("devices:coverage"),
    }
    return render(request, "devices/as_of/coverage_devices.html", context)


@require_safe
@needs("export_device")
def coverage_devices_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """All pages of the list."""
    moment: Moment | None = _frame(request)["moment"]
    if moment is None:
        return redirect(f"{reverse('devices:coverage_as_of')}?{request.GET.urlencode()}")
    cell = _cell(request, moment)
    name = file_name(f"coverage-as-of-{moment.day}", now=timezone.now())
    detail = {"date": str(moment.day), "time": moment.clock}
    return table_file(
        request, name, form, lambda: table_of(cell), list_url=reverse("devices:coverage_as_of_devices"), action="export", **detail
    )


def _frame(request: HttpRequest) -> dict[str, Any]:
    """The moment and the form of it. `moment` None: there is none, and `refusal` says why; "" where none was chosen yet."""
    now, began = timezone.now(), recorded_since()
    context: dict[str, Any] = {
        "moment": None,
        "refusal": "",
        "date": request.GET.get("date", "")[:40],
        "time": request.GET.get("time", "")[:20],
        "today": timezone.localdate(now),
        "since": timezone.localdate(began),
    }
    if not context["date"]:
        return context
    try:
        moment = read_moment(request.GET, now=now)
        ensure_recorded(moment, began=began, now=now)
    except ActionRefused as refused:
        return context | {"refusal": refused.sentence}
    return context | {"moment": moment, "is_now": moment.at == now}


def _cell(request: HttpRequest, moment: Moment) -> FormerCell:
    cell = read_cell(request.GET, moment)
    if cell is None:
        raise Http404
    return cell
