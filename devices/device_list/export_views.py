"""Export of the device list."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from devices.account_status.stale_sources import aged
from devices.account_status.status import account_statuses
from devices.audit.export import no_file, table_file
from devices.device_list.export import file_table, with_accounts
from devices.device_list.filters import DeviceListing, devices_for
from devices.device_list.queries import every_row, matching
from devices.models import Device
from devices.saved_views.list_request import read_listing
from devices.web.permissions import needs


@require_safe
@needs("export_device")
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All pages of the list at this address. Refused for an address with unknown filters."""
    listing = read_listing(request, devices_for(request.user))
    if listing.unread:
        return no_file(request, reverse("devices:list"))
    found, total, more = matching(listing.filters, now=timezone.now())
    if listing.filters.q and more:
        text = gettext("More than %(number)s devices match “%(text)s”. Narrow the search, then export.")
        messages.error(request, text % {"number": number_format(total, force_grouping=True), "text": listing.filters.q})
        return redirect(reverse("devices:list") + listing.address)
    count = f"{total:,}+" if more else f"{total:,}"
    return stream(request, listing, found, form=form, count=count, which=listing.whole or "all active devices")


def stream(request: HttpRequest, listing: DeviceListing, found: QuerySet[Device], *, form: str, count: str, which: str) -> HttpResponseBase:
    """`count` and `which` are for the audit log."""
    now = timezone.now()
    detail = {"devices": count, "filters": which, "columns": list(listing.columns)}
    old = aged(account_statuses(request))
    content = partial(file_table, every_row(found, with_accounts(listing) if old else listing, now=now), listing, old)
    return table_file(request, listing.file_name(now=now), form, content, list_url=reverse("devices:list"), action="export", **detail)
