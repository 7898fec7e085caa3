"""The issues that a request names, and the page that it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from devices.account_status.status import AccountStatus, statuses
from devices.audit.request import person
from devices.errors import ActionRefused
from devices.issues.decisions import too_many
from devices.issues.filters import ISSUES, PROBLEM_LIST, IssueFilters, IssueListing, shape_of
from devices.issues.forms import SelectionForm
from devices.issues.problems.keys import read_problems
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
    """The issues of a form, and what each was when it was shown. Raises ActionRefused for too many.

    Those of selected problems are the ones that the list shows.
    """
    if selection.all_matching:
        return _matching(request)
    problems = list(read_problems(selection.texts))
    return selection.named | (_of_problems(request, problems) if problems else {})


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
    return listing_of(request).query_string(**place)


def listing_of(request: HttpRequest) -> IssueListing:
    """The list at this address, in its form."""
    return read_listing(request, PROBLEM_LIST, turn=shape_of)


def _matching(request: HttpRequest) -> dict[IssueKey, str]:
    return _found(request, _known(request).filters)


def _known(request: HttpRequest) -> IssueListing:
    listing = listing_of(request)
    if listing.unread:
        raise ActionRefused(str(NO_ACTION))
    return listing


def _of_problems(request: HttpRequest, problems: Sequence[Mapping[str, str]]) -> dict[IssueKey, str]:
    filters, known = _known(request).filters, statuses(timezone.now())
    found: dict[IssueKey, str] = {}
    for problem in problems:
        found |= _found(request, IssueFilters.read(problem, base=filters), known=known)
        if len(found) > MOST:
            raise too_many()
    return found


def _found(request: HttpRequest, filters: IssueFilters, *, known: Sequence[AccountStatus] | None = None) -> dict[IssueKey, str]:
    found = matching(filters, now=timezone.now(), known=known, user=person(request))
    if found.cut or found.total.more:
        raise too_many()
    return {each.handle: "" for each in islice(every_issue(ISSUES.at_first, found), MOST)}
