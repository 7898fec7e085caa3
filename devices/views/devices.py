"""The device list. Everything about it stands in its address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from devices.asking import MOST
from devices.models import Account, SavedView
from devices.queries import filters as filtering
from devices.queries.aged import aged
from devices.queries.clue import SHORTEST_WORD
from devices.queries.columns import read_columns
from devices.queries.left_out import left_out
from devices.queries.list import list_page
from devices.queries.listing import Listing
from devices.queries.part import known_groups
from devices.queries.sources import sources
from devices.saving import visible_to
from devices.views.guard import is_fragment, needs
from devices.views.person import person
from devices.views.turning import place, results, turned

MOST_PLACES = 2


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    """The list; as a fragment only the results."""
    views = list(visible_to(person(request)))
    listing = read_listing(request, views)
    if "col" in request.GET:
        return _chosen(request, listing)
    now, filters = timezone.now(), listing.filters
    context = turned(listing, list_page(listing, now=now, **place(request)), rows=("device", "devices")) | {
        "aged": aged(now=now, account=filters.account, vendor=filters.vendor),
        "list_url": reverse("devices:list"),
        "export_url": reverse("devices:export"),
        "may_export": request.user.has_perm("devices.export_device"),
        "short": 0 < len(filters.q) < SHORTEST_WORD,
        "sources": SimpleLazyObject(sources),  # only an empty page asks
        "views": views,
        "view": next((view for view in views if view.slug == listing.view), None),
        "most": MOST,
        "can_pick": request.user.has_perm("devices.export_device") or request.user.has_perm("devices.refresh_account"),
    }
    if is_fragment(request):
        return results(request, "devices/_rows.html", context, at=place(request))
    if request.GET.get("view") and not listing.view:
        messages.warning(request, "There is no such view, or it is not shared with you: this is the list without it.")
    if listing.base and listing.base.unread:  # stored by a version that knew it
        messages.warning(request, left_out(listing.base.unread, filters=filtering.Filters, source="view"))
    return render(request, "devices/list.html", context | {"choices": _choices()})


def read_listing(request: HttpRequest, views: Sequence[SavedView]) -> Listing:
    """What the address asks for, on top of the view it names, else of the columns and order that the person likes best."""
    slug = request.GET.get("view", "")
    view = next((each for each in views if each.slug == slug), None)
    own = next((each for each in views if each.is_default and each.owner_id == person(request).pk), None)
    base = Listing.stored(view.query) if view else Listing.stored(own.query).look if own else None
    return Listing.read(request.GET.dict(), base=base, view=view.slug if view else "")


def _chosen(request: HttpRequest, listing: Listing) -> HttpResponse:
    """The chooser sends ticked columns and their places: from these the address that people share."""
    ticked = read_columns(",".join(request.GET.getlist("col")))
    chosen = sorted(ticked, key=lambda key: _place(request.GET.get(f"at_{key}", "")))
    answer = HttpResponse(status=302)
    answer["Location"] = request.path + listing.with_columns(tuple(chosen)).query_string()
    return answer


def _place(text: str) -> int:
    """Those without a place come last, in the order in which they are listed."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_PLACES else 10**MOST_PLACES


def _choices() -> dict[str, Any]:
    options = {name: list(kind.options.items()) for name, kind in filtering.KINDS.items() if kind.options}
    options["life"] = [(value, label) for value, label in options["life"] if value != filtering.CURRENT]
    accounts = Account.objects.order_by("name").values_list("name", "name")
    return {**options, "account": list(accounts), "groups": known_groups()}
