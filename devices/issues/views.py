"""The list of issues, and its files. Filters, order and page are in the address."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from devices.account_status.data_sources import DataSources
from devices.account_status.stale_sources import aged
from devices.account_status.status import account_statuses
from devices.audit.export import no_file, table_file
from devices.device_list.fleet_filters import known_groups, nobody
from devices.issues.export import file_table
from devices.issues.filters import ALL, ISSUES, KINDS, OPEN
from devices.issues.forms import written
from devices.issues.queries import IssueResult, every_issue, issue_page, matching
from devices.saved_views.list_page import answer, place, turned
from devices.saved_views.list_request import read_listing, viewed
from devices.web.permissions import needs


@require_safe
@needs("view_issue")
def page(request: HttpRequest) -> HttpResponse:
    """The list; as a fragment only the results."""
    look, now = viewed(request, ISSUES), timezone.now()
    listing, filters = look.listing, look.listing.filters
    known = account_statuses(request)
    found = matching(filters, now=now, known=known)
    at = place(request)
    shown = issue_page(listing, found, **at)
    if at and not shown.rows and found.total.number:  # the last issues of this page have just been triaged
        at, shown = {}, issue_page(listing, found)
    context = turned(look, shown) | {
        "cut": found.cut,
        "aged": aged(known, account=filters.account, vendor=filters.vendor),
        "here": listing.query_string(**at),
        "export_name": "devices:issues_file",
        "may_export": request.user.has_perm("devices.export_device"),
        "undecided": filters.standing == OPEN,
        "items": written([each.handle for each in shown.rows]),
        "everything": listing.asking(standing=ALL),
        "sources": DataSources(known),
        "nobody": SimpleLazyObject(lambda: nobody(filters)),  # only an empty page needs it
    }
    templates = {"results": "devices/issues/_results.html", "page": "devices/issues/list.html"}
    return answer(request, context, **templates, choices=lambda: _choices(found), at=at)


@require_safe
@needs("export_device")
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All pages of the list at this address. Refused where the address has an unknown filter or the text finds too many issues."""
    listing, now = read_listing(request, ISSUES), timezone.now()
    if listing.unread:
        return no_file(request, reverse("devices:issues"))
    with translation.override("en"):  # the file and the audit log have texts of the account status
        found = matching(listing.filters, now=now)
        detail = {"issues": found.total.words, "filters": listing.whole or "open issues"}
    if found.cut:
        text = gettext("Too many issues match “%(text)s”. Add more characters, then export again.")
        messages.error(request, text % {"text": listing.filters.q})
        return redirect(reverse("devices:issues") + listing.address)
    name, list_url = listing.file_name(now=now), reverse("devices:issues")
    detail |= {"list_url": list_url, "action": "issues exported"}
    return table_file(request, name, form, lambda: file_table(every_issue(listing, found)), **detail)


def _choices(found: IssueResult) -> dict[str, Any]:
    options = {name: [pair for pair in kind.options.items() if pair[0] != kind.default] for name, kind in KINDS.items() if kind.options}
    names = sorted(each.name for each in found.accounts.values())
    return {**options, "account": [(name, name) for name in names], "group": known_groups()}
