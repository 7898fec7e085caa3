"""The device list. Its address has its whole state."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.account_status.data_sources import DataSources
from devices.account_status.stale_sources import aged
from devices.account_status.status import account_statuses
from devices.device_list import filters as filtering
from devices.device_list.conditions import known_releases
from devices.device_list.filters import DeviceListing, devices_for
from devices.device_list.fleet_filters import known_groups
from devices.device_list.queries import list_page
from devices.models import Account
from devices.saved_views.list_page import answer, place, turned
from devices.saved_views.list_request import viewed
from devices.sync.refresh import MOST
from devices.web.permissions import needs

MOST_PLACES = 2


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    """The list; as a fragment only the results."""
    look = viewed(request, devices_for(request.user))
    listing = look.listing
    if "col" in request.GET:
        return _chosen(request, listing)
    now, filters = timezone.now(), listing.filters
    rows = list_page(listing, now=now, **place(request))
    context = turned(look, rows) | {
        "page_ids": ",".join(str(row.id) for row in rows.rows),
        "aged": aged(account_statuses(request), account=filters.account, vendor=filters.vendor),
        "export_name": "devices:export",
        "may_export": request.user.has_perm("devices.export_device"),
        "sources": DataSources(account_statuses(request)),
        "everywhere": listing.asking(life="all"),
        "life_label": filtering.LIVES[filters.life],
        "most": MOST,
        "can_pick": request.user.has_perm("devices.export_device") or request.user.has_perm("devices.refresh_account"),
    }
    templates = {"results": "devices/device_list/_results.html", "page": "devices/device_list/list.html"}
    return answer(request, context, **templates, choices=_choices, at=place(request))


def _chosen(request: HttpRequest, listing: DeviceListing) -> HttpResponse:
    """Redirect from the form of the column chooser to the short address of the list."""
    ticked = listing.shape.read_columns(",".join(request.GET.getlist("col")))
    chosen = sorted(ticked, key=lambda key: _place(request.GET.get(f"at_{key}", "")))
    answer = HttpResponse(status=302)
    answer["Location"] = request.path + listing.with_columns(tuple(chosen)).query_string()
    return answer


def _place(text: str) -> int:
    """Columns without a place come last, in their own order."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_PLACES else 10**MOST_PLACES


def _choices() -> dict[str, Any]:
    accounts = Account.objects.order_by("name").values_list("name", "name")
    return {"account": list(accounts), "group": known_groups(), "release": known_releases()}
