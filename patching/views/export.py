"""Files of the lists of patching."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from django.views.decorators.http import require_safe

from devices.account_status.status import account_statuses
from devices.audit.export import no_file, table_file
from devices.lists.file_table import FileTable
from devices.lists.state import ListState
from devices.saved_views.list_request import read_listing
from devices.web.permissions import needs
from patching.lists.attempts import ATTEMPTS
from patching.lists.counts import narrowed
from patching.lists.devices import DEVICES
from patching.lists.export import ATTEMPT_VALUES, DEVICE_VALUES, PATCH_VALUES, TITLE_VALUES, Values, dated, file_table
from patching.lists.patches import PATCHES
from patching.lists.stale_sources import ages
from patching.lists.table import Table
from patching.lists.titles import SHAPE, every_title


@require_safe
@needs("export_patch")
def patches(request: HttpRequest, form: str) -> HttpResponseBase:
    return _table(request, form, PATCHES, PATCH_VALUES, by_account=True)


@require_safe
@needs("export_patch")
def attempts(request: HttpRequest, form: str) -> HttpResponseBase:
    return _table(request, form, ATTEMPTS, ATTEMPT_VALUES, by_account=True)


@require_safe
@needs("export_patch")
def devices(request: HttpRequest, form: str) -> HttpResponseBase:
    return _table(request, form, DEVICES, DEVICE_VALUES)


@require_safe
@needs("export_patch")
def titles(request: HttpRequest, form: str) -> HttpResponseBase:
    listing = read_listing(request, SHAPE)
    if listing.unread:
        return no_file(request, reverse(SHAPE.url))
    return _file(request, form, listing, lambda: file_table(every_title(listing, now=timezone.now()), TITLE_VALUES))


def _table(request: HttpRequest, form: str, table: Table[Any, Any, Any], values: Values, *, by_account: bool = False) -> HttpResponseBase:
    """Refused where the search matches too many devices. `by_account`: each row comes from one account."""
    listing = read_listing(request, table.shape)
    if listing.unread:
        return no_file(request, reverse(table.shape.url))
    now = timezone.now()
    if narrowed(listing.filters, now=now).wide:
        text = gettext("Too many devices match “%(query)s”. Add characters, then export again.")
        messages.error(request, text % {"query": listing.filters.q})
        return redirect(reverse(table.shape.url) + listing.address)
    with override("en"):  # why data is old, as text in the file
        columns = dated(values, ages(listing.filters, account_statuses(request), now=now)) if by_account else values
    return _file(request, form, listing, lambda: file_table(table.every(listing, now=now), columns))


def _file(request: HttpRequest, form: str, listing: ListState[Any], content: Callable[[], FileTable]) -> HttpResponseBase:
    name, list_url = listing.file_name(now=timezone.now()), reverse(listing.shape.url)
    return table_file(request, name, form, content, list_url=list_url, action="patching exported", filters=listing.whole or "none")
