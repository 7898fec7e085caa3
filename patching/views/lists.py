"""The list of patches and the list of attempts. Everything about them stands in their address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.models import Account, Device
from devices.queries.asked import Chip
from devices.queries.plain_listing import PlainListing
from devices.views.guard import is_fragment, needs
from patching.filters import ALL, OPEN, TELLING, AttemptFilters, PatchFilters
from patching.models import Title
from patching.queries.attempts import ATTEMPTS
from patching.queries.patches import PATCHES
from patching.queries.table import Table
from patching.words import Work, work_of
from vendors.states import PatchStatus

ONE = {"patches": "patch", "attempts": "attempt"}
Listing = PlainListing[PatchFilters] | PlainListing[AttemptFilters]


@require_safe
@needs("view_device")
def patches(request: HttpRequest) -> HttpResponse:
    listing = PATCHES.shape.read(request.GET)
    return _answer(request, "patches", PATCHES, listing, {"all": ALL, "work": _work(listing.filters.status, listing.filters.reason)})


@require_safe
@needs("view_device")
def attempts(request: HttpRequest) -> HttpResponse:
    listing = ATTEMPTS.shape.read(request.GET)
    return _answer(request, "attempts", ATTEMPTS, listing, {"work": _work(listing.filters.status, listing.filters.reason)})


def _answer(request: HttpRequest, what: str, table: Table[Any, Any, Any], listing: Listing, more: Mapping[str, Any]) -> HttpResponse:
    """The page; as a fragment only the results."""
    found = table.page(listing, now=timezone.now(), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "what": what,
        "one": ONE[what],
        "list_url": reverse(f"patching:{what}"),
        "export_url": reverse(f"patching:{what}_csv"),
        "listing": listing,
        "filters": listing.filters,
        "chips": list(chips(listing)),
        "page": found,
        "older": listing.query_string(after=found.older) if found.older else "",
        "newer": listing.query_string(before=found.newer) if found.newer else "",
        **more,
    }
    if not is_fragment(request):
        return render(request, f"patching/{what}.html", context | {"choices": _choices(listing)})
    answer = render(request, "patching/_results.html", context)
    # The form sends every field; the address that people share has only what differs.
    place = {name: value for name in ("after", "before") if (value := request.GET.get(name))}
    answer["HX-Push-Url"] = request.path + listing.query_string(**place)
    return answer


def chips(listing: Listing) -> Iterator[Chip]:
    """With names where the address has ids."""
    filters, called = listing.filters, {}
    if filters.title:
        called["Application"] = Title.objects.filter(pk=filters.title).values_list("name", flat=True).first()
    if filters.device:
        called["Device"] = Device.objects.filter(pk=filters.device).values_list("name", flat=True).first()
    for chip in listing.chips():
        yield replace(chip, value=called.get(chip.label) or chip.value)


def _choices(listing: Listing) -> dict[str, Any]:
    options = {name: list(kind.options.items()) for name, kind in listing.filters.kinds.items() if kind.options}
    # What stands there without a choice is not a choice of its own.
    options["status"] = [(value, label) for value, label in options["status"] if value != OPEN]
    accounts = Account.objects.order_by("name").values_list("name", "name")
    return {**options, "vendor": list(TELLING.items()), "account": list(accounts)}


def _work(status: str, reason: str) -> Work | None:
    """The next step of a work list; none while several are mixed."""
    if reason:
        return work_of(PatchStatus.FAILED, reason)
    return work_of(status, "") if status in (PatchStatus.RESTART, PatchStatus.UNKNOWN) else None
