"""The lists of patching. Everything about them stands in their address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from devices.models import Account, Device
from devices.queries.asked import Asked, Chip
from devices.queries.part import Part, known_groups, nobody
from devices.queries.plain_listing import PlainListing
from devices.queries.turning import Turned
from devices.views.guard import is_fragment, needs
from devices.views.turning import place, results, turned
from patching.filters import ALL, OPEN, TELLING, DeviceFilters, PatchFilters, Told
from patching.models import Title
from patching.queries.aged import aged
from patching.queries.attempts import ATTEMPTS
from patching.queries.devices import DEVICES
from patching.queries.patches import PATCHES
from patching.queries.table import Table
from patching.queries.titles import SHAPE, title_page
from patching.words import Work, work_of
from vendors.patch_states import PatchStatus

# By the name of their address: what one row is, and several are.
ROWS = {
    "patches": ("patch", "patches"),
    "attempts": ("attempt", "attempts"),
    "devices": ("device", "devices"),
    "titles": ("entry", "entries"),  # also packages, systems and vulnerabilities
}


@require_safe
@needs("view_device")
def patches(request: HttpRequest) -> HttpResponse:
    listing, found = _table(request, PATCHES)
    return _answer(request, "patches", listing, found, all=ALL, work=_work(listing.filters))


@require_safe
@needs("view_device")
def attempts(request: HttpRequest) -> HttpResponse:
    listing, found = _table(request, ATTEMPTS)
    return _answer(request, "attempts", listing, found, work=_work(listing.filters))


@require_safe
@needs("view_device")
def devices(request: HttpRequest) -> HttpResponse:
    return _answer(request, "devices", *_table(request, DEVICES))


@require_safe
@needs("view_device")
def titles(request: HttpRequest) -> HttpResponse:
    listing = SHAPE.read(request.GET)
    return _answer(request, "titles", listing, title_page(listing, now=timezone.now(), **place(request)))


def _table(request: HttpRequest, table: Table[Any, Any, Any]) -> tuple[PlainListing[Any], Turned[Any]]:
    listing = table.shape.read(request.GET)
    return listing, table.page(listing, now=timezone.now(), **place(request))


def _answer(request: HttpRequest, what: str, listing: PlainListing[Any], found: Turned[Any], **more: Any) -> HttpResponse:
    """The page; as a fragment only the results."""
    filters, rows = listing.filters, ROWS[what]
    context = turned(listing, found, rows=rows) | {
        "what": what,
        "row_template": f"patching/parts/{rows[0]}_rows.html",
        "list_url": reverse(f"patching:{what}"),
        "export_url": reverse(f"patching:{what}_csv"),
        "may_export": request.user.has_perm("patching.export_patch"),
        "chips": list(chips(listing)),
        "aged": aged(filters, now=timezone.now()),
        "nobody": SimpleLazyObject(lambda: nobody(filters) if isinstance(filters, Part) else ""),  # only an empty page asks
        **more,
    }
    if is_fragment(request):
        return results(request, "patching/_results.html", context, at=place(request))
    return render(request, f"patching/{what}.html", context | {"choices": _choices(filters)})


def chips(listing: PlainListing[Any]) -> Iterator[Chip]:
    """With names where the address has ids."""
    filters, called = listing.filters, {}
    if isinstance(filters, Told) and filters.title:
        called["Application"] = Title.objects.filter(pk=filters.title).values_list("name", flat=True).first()
    if isinstance(filters, Told) and filters.device:
        called["Device"] = Device.objects.filter(pk=filters.device).values_list("name", flat=True).first()
    if isinstance(filters, PatchFilters) and filters.probably:
        called["Probably"] = Title.objects.filter(pk=filters.probably).values_list("name", flat=True).first()
    for chip in listing.chips():
        yield replace(chip, value=called.get(chip.label) or chip.value)


def _choices(filters: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {name: list(kind.options.items()) for name, kind in filters.kinds.items() if kind.options}
    if "vendor" in found:
        found["vendor"] = list(TELLING.items())
    if isinstance(filters, PatchFilters):  # what stands there without a choice is not a choice of its own
        found["status"] = [(value, label) for value, label in found["status"] if value != OPEN]
    if isinstance(filters, Told):
        found["account"] = list(Account.objects.order_by("name").values_list("name", "name"))
    if isinstance(filters, Told | DeviceFilters):
        found["groups"] = known_groups()
    return found


def _work(filters: Any) -> Work | None:
    """The next step of a work list; none while several are mixed."""
    if filters.reason:
        return work_of(PatchStatus.FAILED, filters.reason)
    return work_of(filters.status, "") if filters.status in (PatchStatus.RESTART, PatchStatus.UNKNOWN) else None
