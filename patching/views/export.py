"""What leaves the lists of patching: a file of exactly what they show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices import audit
from devices.export import blocks
from devices.queries.plain_listing import PlainListing
from devices.views.guard import needs
from devices.views.person import person
from patching.export import ATTEMPT_VALUES, PATCH_VALUES, TITLE_VALUES, Values, lines
from patching.queries.attempts import ATTEMPTS
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
def titles(request: HttpRequest) -> HttpResponseBase:
    listing = SHAPE.read(request.GET)
    return _stream(request, "applications", listing, lines(every_title(listing, now=timezone.now()), TITLE_VALUES))


def _table(request: HttpRequest, what: str, table: Table[Any, Any, Any], values: Values) -> HttpResponseBase:
    """Refused where the list itself cannot say what it means."""
    listing = table.shape.read(request.GET)
    now = timezone.now()
    if narrowed(listing.filters, now=now).wide:
        messages.error(request, f"“{listing.filters.q}” means more devices than are looked at: type more to narrow it down, then export.")
        return redirect(reverse(f"patching:{what}") + listing.address)
    return _stream(request, what, listing, lines(table.every(listing, now=now), values))


def _stream(request: HttpRequest, what: str, listing: PlainListing[Any], content: Iterable[str]) -> HttpResponseBase:
    name = f"rollcall-{what}-{timezone.now().astimezone(UTC):%Y-%m-%d}.csv"
    if request.method == "HEAD":
        content = ()
    else:
        # Written first: what left is known even if the reader or this process dies on the way.
        audit.record("patching exported", actor=person(request), target=name, request=request, filters=listing.address or "as at first")
    answer = StreamingHttpResponse(blocks(content), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
