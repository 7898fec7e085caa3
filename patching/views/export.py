"""What leaves the lists of patching: a file of exactly what they show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.queries.listing import Listing
from devices.views.guard import needs
from devices.views.leaving import csv_file, no_file
from devices.views.viewed import read_listing
from patching.export import ATTEMPT_VALUES, DEVICE_VALUES, PATCH_VALUES, TITLE_VALUES, Values, lines
from patching.queries.attempts import ATTEMPTS
from patching.queries.devices import DEVICES
from patching.queries.numbers import narrowed
from patching.queries.patches import PATCHES
from patching.queries.table import Table
from patching.queries.titles import SHAPE, every_title


@require_safe
@needs("export_patch")
def patches(request: HttpRequest) -> HttpResponseBase:
    return _table(request, "patches", PATCHES, PATCH_VALUES)


@require_safe
@needs("export_patch")
def attempts(request: HttpRequest) -> HttpResponseBase:
    return _table(request, "attempts", ATTEMPTS, ATTEMPT_VALUES)


@require_safe
@needs("export_patch")
def devices(request: HttpRequest) -> HttpResponseBase:
    return _table(request, "devices", DEVICES, DEVICE_VALUES, name="devices-by-patches")


@require_safe
@needs("export_patch")
def titles(request: HttpRequest) -> HttpResponseBase:
    listing = read_listing(request, SHAPE)
    if listing.unread:
        return no_file(request, reverse("patching:titles"))
    return _file(request, "applications", listing, lambda: lines(every_title(listing, now=timezone.now()), TITLE_VALUES))


def _table(request: HttpRequest, what: str, table: Table[Any, Any, Any], values: Values, *, name: str = "") -> HttpResponseBase:
    """Refused where the list itself cannot say what it means."""
    listing = read_listing(request, table.shape)
    if listing.unread:
        return no_file(request, reverse(f"patching:{what}"))
    now = timezone.now()
    if narrowed(listing.filters, now=now).wide:
        messages.error(request, f"“{listing.filters.q}” means more devices than are looked at: type more to narrow it down, then export.")
        return redirect(reverse(f"patching:{what}") + listing.address)
    return _file(request, name or what, listing, lambda: lines(table.every(listing, now=now), values))


def _file(request: HttpRequest, what: str, listing: Listing[Any], content: Callable[[], Iterable[str]]) -> HttpResponseBase:
    name = f"rollcall-{listing.view or what}-{timezone.now().astimezone(UTC):%Y-%m-%d}.csv"
    return csv_file(request, name, content, action="patching exported", filters=listing.whole or "as at first")
