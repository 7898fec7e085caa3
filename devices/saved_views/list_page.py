"""A list as a whole page, and its results alone, which replace those of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from devices.lists.keyset import Page
from devices.lists.notices import left_out
from devices.lists.state import ListDefinition, ListState
from devices.saved_views.list_request import ListRequest
from devices.web.permissions import is_fragment
from devices.web.roles import ROLES


def place(request: HttpRequest) -> dict[str, str]:
    """`after` or `before`: the token of the requested page."""
    return {name: value for name in ("after", "before") if (value := request.GET.get(name))}


def turned(look: ListRequest[Any], page: Page[Any]) -> dict[str, Any]:
    """The context of every template of a list."""
    listing, shape = look.listing, look.listing.shape
    return {
        "list_url": reverse(shape.url),
        "listing": listing,
        "views": look.views,
        "view": look.view,
        "all_roles": list(ROLES),
        "filters": listing.filters,
        "left_out": left_out(listing.unread, filters=type(listing.filters)),
        "chips": shape.named(list(listing.chips())),
        "page": page,
        "counted": counted(shape, page),
        "position": position(page, size=listing.size),
        "cut": page.more and "q" in listing.filters.pairs(),
        "older": listing.query_string(after=page.older) if page.older else "",
        "newer": listing.query_string(before=page.newer) if page.newer else "",
    }


def counted(shape: ListDefinition[Any], page: Page[Any]) -> SafeString:
    """`1–50 of 61 devices`."""
    first, last = (number_format(number, force_grouping=True) for number in (page.first, page.last))
    values = {"count": page.total, "range": format_html("<strong>{}–{}</strong>", first, last), "total": page.total_words}
    return mark_safe(shape.counted % values)  # noqa: S308  # nosec B308, B703 # a text of ours and numbers


def position(page: Page[Any], *, size: int) -> str:
    """`Page 2 of 7`; how many there are is left out where the rows were not counted to their end."""
    number = number_format(-(-page.first // size), force_grouping=True)
    if page.more:
        return gettext("Page %(number)s") % {"number": number}
    pages = number_format(max(1, -(-page.total // size)), force_grouping=True)
    return gettext("Page %(number)s of %(pages)s") % {"number": number, "pages": pages}


def answer(
    request: HttpRequest,
    context: Mapping[str, Any],
    *,
    results: str,
    page: str,
    choices: Callable[[], Mapping[str, Any]],
    at: Mapping[str, str],
) -> HttpResponse:
    """Template `page` with the `choices` of its filters; for htmx only its `results`. `at`: the token of the page of rows."""
    if not is_fragment(request):
        _warn(request, context["listing"])
        return render(request, page, {**context, "choices": choices()})
    # A fragment also replaces what depends on the results elsewhere on the page.
    fragment = render(request, results, {**context, "fragment": True})
    # The form sends every field; the address to share has only what differs.
    fragment["HX-Push-Url"] = request.path + context["listing"].query_string(**at)
    return fragment


def _warn(request: HttpRequest, listing: ListState[Any]) -> None:
    """Where the saved view of the address is missing, or has unknown filters."""
    if request.GET.get("view") and not listing.view:
        messages.warning(request, gettext("View not found or not shared with you. Showing the list without it."))
    if listing.under.unread:  # stored by a version that knew it
        messages.warning(request, left_out(listing.under.unread, filters=type(listing.filters)))
