"""The issues that a request names, and the page that it came from."""

from __future__ import annotations

from itertools import islice

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from devices.errors import ActionRefused
from devices.issues.decisions import too_many
from devices.issues.filters import ISSUES
from devices.issues.forms import SelectionForm
from devices.issues.queries import MOST, every_issue, matching
from devices.issues.sources import IssueKey
from devices.lists.ids import HIGHEST
from devices.lists.notices import NO_ACTION
from devices.saved_views.list_request import read_listing
from devices.web.ticket import query, ticket_of


def selection_of(request: HttpRequest) -> SelectionForm:
    form = SelectionForm(request.POST if request.method == "POST" else request.GET)
    form.is_valid()  # as it always is
    return form


def picked(request: HttpRequest, selection: SelectionForm) -> dict[IssueKey, str]:
    """The issues of a form, and what each was when it was shown. Raises ActionRefused for too many."""
    return _matching(request) if selection.all_matching else selection.named


def device_of(request: HttpRequest) -> int | None:
    """The device from whose page the user came."""
    text = (request.POST.get("device") or request.GET.get("device") or "")[:20]
    return int(text) if text.isascii() and text.isdigit() and int(text) <= HIGHEST else None


def back_to(request: HttpRequest) -> str:
    """The device page, or the list with its filters and its page."""
    device = device_of(request)
    if device is not None:
        return reverse("devices:detail", args=[device]) + query(ticket=ticket_of(request))
    return reverse("devices:issues") + here(request)


def here(request: HttpRequest) -> str:
    """The part of the address that names the list and its page."""
    place = {name: request.GET.get(name, "") for name in ("after", "before")}
    return read_listing(request, ISSUES).query_string(**place)


def _matching(request: HttpRequest) -> dict[IssueKey, str]:
    listing = read_listing(request, ISSUES)
    if listing.unread:
        raise ActionRefused(str(NO_ACTION))
    found = matching(listing.filters, now=timezone.now())
    if found.cut or found.total.more:
        raise too_many()
    return {each.handle: "" for each in islice(every_issue(listing, found), MOST)}
