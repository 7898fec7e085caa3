"""The lists of patching. Their whole state is in their address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from devices.account_status.status import account_statuses
from devices.device_list.fleet_filters import FleetFilters, known_groups, nobody
from devices.lists.filters import FilterSet
from devices.lists.keyset import Page
from devices.models import Account
from devices.saved_views.list_page import answer, place, turned
from devices.saved_views.list_request import ListRequest, viewed
from devices.web.permissions import needs
from patching.lists.attempts import ATTEMPTS
from patching.lists.devices import DEVICES
from patching.lists.filters import ALL, OPEN, TELLING, PatchDeviceFilters, PatchFilters, PatchingFilters
from patching.lists.next_steps import NextStep, work_of
from patching.lists.patches import PATCHES
from patching.lists.stale_sources import aged
from patching.lists.table import Table
from patching.lists.titles import SHAPE, title_page
from vendors.patch_states import PatchStatus

_ROWS = {"patches": "patch", "attempts": "attempt", "devices": "device", "titles": "entry"}  # what the template of the rows is named after


@require_safe
@needs("view_device")
def patches(request: HttpRequest) -> HttpResponse:
    look, found = _table(request, PATCHES)
    return _answer(request, look, found, all=ALL, work=_work(look.listing.filters))


@require_safe
@needs("view_device")
def attempts(request: HttpRequest) -> HttpResponse:
    look, found = _table(request, ATTEMPTS)
    return _answer(request, look, found, work=_work(look.listing.filters))


@require_safe
@needs("view_device")
def devices(request: HttpRequest) -> HttpResponse:
    return _answer(request, *_table(request, DEVICES))


@require_safe
@needs("view_device")
def titles(request: HttpRequest) -> HttpResponse:
    look = viewed(request, SHAPE)
    return _answer(request, look, title_page(look.listing, now=timezone.now(), **place(request)))


def _table(request: HttpRequest, table: Table[Any, Any, Any]) -> tuple[ListRequest[Any], Page[Any]]:
    look = viewed(request, table.shape)
    return look, table.page(look.listing, now=timezone.now(), **place(request))


def _answer(request: HttpRequest, look: ListRequest[Any], found: Page[Any], **more: Any) -> HttpResponse:
    """The page; as a fragment only the results."""
    filters, shape = look.listing.filters, look.listing.shape
    what = shape.url.removeprefix("patching:")
    context = turned(look, found) | {
        "what": what,
        "row_template": f"patching/_{_ROWS[what]}_rows.html",
        "export_name": f"{shape.url}_file",
        "may_export": request.user.has_perm("patching.export_patch"),
        "aged": aged(filters, account_statuses(request), now=timezone.now()),
        "nobody": SimpleLazyObject(lambda: nobody(filters) if isinstance(filters, FleetFilters) else ""),  # only an empty page asks
        **more,
    }
    templates = {"results": "patching/_results.html", "page": f"patching/{what}.html"}
    return answer(request, context, **templates, choices=lambda: _choices(filters), at=place(request))


def _choices(filters: FilterSet) -> dict[str, Any]:
    found: dict[str, Any] = {name: list(kind.options.items()) for name, kind in filters.kinds.items() if kind.options}
    if "vendor" in found:
        found["vendor"] = list(TELLING.items())
    if isinstance(filters, PatchFilters):  # the empty choice
        found["status"] = [(value, label) for value, label in found["status"] if value != OPEN]
    if isinstance(filters, PatchingFilters):
        found["account"] = list(Account.objects.order_by("name").values_list("name", "name"))
    if isinstance(filters, PatchingFilters | PatchDeviceFilters):
        found["group"] = known_groups()
    return found


def _work(filters: Any) -> NextStep | None:
    """The next step that all rows share; None while several are mixed."""
    if filters.reason:
        return work_of(PatchStatus.FAILED, filters.reason)
    return work_of(filters.status, "") if filters.status in (PatchStatus.RESTART, PatchStatus.UNKNOWN) else None
