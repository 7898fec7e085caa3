"""The list of issues, and its files. Filters, order and page are in the address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from devices.account_status.data_sources import DataSources
from devices.account_status.stale_sources import aged
from devices.account_status.status import account_statuses
from devices.audit.export import no_file, table_file
from devices.audit.request import person
from devices.device_list.fleet_filters import known_groups, nobody
from devices.issues.assignments.services import assignable
from devices.issues.export import file_table
from devices.issues.filters import ALL, KINDS, ME, NO_USER, ONE_PROBLEM, OPEN, PROBLEM_LIST, PROBLEMS, SINGLE, USER, IssueListing, shape_of
from devices.issues.forms import written
from devices.issues.problems.consoles import consoles
from devices.issues.problems.export import file_table as problem_table
from devices.issues.problems.queries import every_problem, is_counted, is_incomplete, problem_page
from devices.issues.problems.views import context_of, is_named
from devices.issues.queries import IssueResult, every_issue, issue_page, matching
from devices.issues.selection import listing_of
from devices.lists.keyset import Page
from devices.models import User
from devices.saved_views.list_page import answer, counted, place, turned
from devices.saved_views.list_request import viewed
from devices.web.permissions import needs

PAGES = {
    PROBLEMS: {"results": "devices/issues/_problem_results.html", "page": "devices/issues/list.html"},
    SINGLE: {"results": "devices/issues/_results.html", "page": "devices/issues/list.html"},
    ONE_PROBLEM: {"results": "devices/issues/_devices_of_problem.html", "page": "devices/issues/problem.html"},
}


@require_safe
@needs("view_issue")
def page(request: HttpRequest) -> HttpResponse:
    """The list, by problem or each issue, or the page of one problem; as a fragment only the results."""
    look, now = viewed(request, PROBLEM_LIST, turn=shape_of), timezone.now()
    listing, filters = look.listing, look.listing.filters
    if filters.rows == ONE_PROBLEM and not is_named(listing):
        return redirect(reverse("devices:issues") + listing.asking(rows=SINGLE))
    known = account_statuses(request)
    found = matching(filters, now=now, known=known, user=person(request))
    at = place(request)
    read: Callable[..., Page[Any]] = problem_page if filters.rows == PROBLEMS else issue_page
    shown = read(listing, found, **at)
    if at and not shown.rows and found.total.number:  # the last issues of this page have just been triaged
        at, shown = {}, read(listing, found)
    users: list[User] = SimpleLazyObject(lambda: list(assignable()))  # type: ignore[assignment]  # a fragment for the helpdesk needs none
    context = turned(look, shown) | {
        "cut": found.cut and filters.rows != PROBLEMS,
        "chips": [chip for chip in listing.chips() if chip.name != "rows"],
        "aged": aged(known, account=filters.account, vendor=filters.vendor),
        "here": listing.query_string(**at),
        "export_name": "devices:issues_file",
        "may_export": request.user.has_perm("devices.export_device"),
        "undecided": filters.standing == OPEN,
        "items": written([each.key if filters.rows == PROBLEMS else each.handle for each in shown.rows]),
        "everything": listing.asking(standing=ALL),
        "by_problem": _in_form(listing, PROBLEMS),
        "single": _in_form(listing, SINGLE),
        "sources": DataSources(known),
        "users": users,
        "nobody": SimpleLazyObject(lambda: nobody(filters)),  # only an empty page needs it
        "incomplete": filters.rows == PROBLEMS and not is_counted(filters, found) and is_incomplete(shown.rows),
        **({"counted": _both(look.listing, shown, found)} if filters.rows == PROBLEMS else {}),
        **({} if filters.rows == PROBLEMS else {"consoles": consoles(shown.rows)}),
        **(context_of(listing, found) if filters.rows == ONE_PROBLEM else {}),
    }
    return answer(request, context, **PAGES[filters.rows], choices=lambda: _choices(found, users), at=at)


def _both(listing: IssueListing, shown: Page[Any], found: IssueResult) -> SafeString:
    """`1–9 of 9 problems · 61 issues`"""
    number = found.total.number
    issues = ngettext("%(number)s issue", "%(number)s issues", number) % {"number": found.total.words}
    return format_html("{} · {}", counted(listing.shape, shown), issues)


def _in_form(listing: IssueListing, rows: str) -> str:
    """The address of the list in another form, in the default order of that."""
    filters = replace(listing.filters, rows=rows)
    return replace(listing, shape=shape_of(filters), filters=filters, sort=listing.shape.sort).query_string()


@require_safe
@needs("export_device")
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All pages of the list at this address. Refused where the address has an unknown filter or the text finds too many issues."""
    listing, now = listing_of(request), timezone.now()
    if listing.unread:
        return no_file(request, reverse("devices:issues"))
    with translation.override("en"):  # the file and the audit log have texts of the account status
        found = matching(listing.filters, now=now, user=person(request))
        detail = {"issues": found.total.words, "filters": listing.whole or "open issues"}
    by_problem = listing.filters.rows == PROBLEMS
    if found.cut and not by_problem:
        text = gettext("Too many issues match “%(text)s”. Add more characters, then export again.")
        messages.error(request, text % {"text": listing.filters.q})
        return redirect(reverse("devices:issues") + listing.address)
    name, list_url = listing.file_name(now=now), reverse("devices:issues")
    detail |= {"list_url": list_url, "action": "issues exported"}
    if by_problem:
        return table_file(request, name, form, lambda: problem_table(every_problem(listing, found), found.accounts.values()), **detail)
    return table_file(request, name, form, lambda: file_table(every_issue(listing, found)), **detail)


def _choices(found: IssueResult, users: Sequence[User]) -> dict[str, Any]:
    options = {name: [pair for pair in kind.options.items() if pair[0] != kind.default] for name, kind in KINDS.items() if kind.options}
    names = sorted(each.name for each in found.accounts.values())
    names_of_users = [(f"{USER}{user.username}", user.username) for user in users]
    assignees = [(ME, gettext("Me")), (NO_USER, gettext("Unassigned")), *names_of_users]
    return {**options, "account": [(name, name) for name in names], "group": known_groups(), "assignee": assignees}
