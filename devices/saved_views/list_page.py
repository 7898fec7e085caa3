"""A list as a page and, asked for on its own, as the results that take the place of those shown before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from devices.lists.keyset import Page
from devices.lists.notices import left_out
from devices.saved_views.list_request import ListRequest
from devices.web.roles import ROLES


def place(request: HttpRequest) -> dict[str, str]:
    """`after` or `before`: the token of the page that is asked for."""
    return {name: value for name in ("after", "before") if (value := request.GET.get(name))}


def turned(look: ListRequest[Any], page: Page[Any]) -> dict[str, Any]:
    """What every template of a list shows."""
    listing, shape = look.listing, look.listing.shape
    one, many = shape.rows
    return {
        "one": one,
        "many": many,
        "list_url": reverse(shape.url),
        "listing": listing,
        "views": look.views,
        "view": look.view,
        "all_roles": list(ROLES),
        "filters": listing.filters,
        "left_out": left_out(listing.unread, filters=type(listing.filters)),
        "chips": shape.named(list(listing.chips())),
        "page": page,
        "cut": page.more and "q" in listing.filters.pairs(),
        "older": listing.query_string(after=page.older) if page.older else "",
        "newer": listing.query_string(before=page.newer) if page.newer else "",
    }


def results(request: HttpRequest, template: str, context: Mapping[str, Any], *, at: Mapping[str, str]) -> HttpResponse:
    """Only the results of the page `at` a place; as a `fragment` they renew what stands elsewhere on the page too."""
    answer = render(request, template, {**context, "fragment": True})
    # The form sends every field; the address that people share has only what differs.
    answer["HX-Push-Url"] = request.path + context["listing"].query_string(**at)
    return answer


def full_page(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """The whole page. It says what the address asks of saved views and is not there."""
    listing = context["listing"]
    if request.GET.get("view") and not listing.view:
        messages.warning(request, "There is no such view, or it is not shared with you: this is the list without it.")
    if listing.under.unread:  # stored by a version that knew it
        messages.warning(request, left_out(listing.under.unread, filters=type(listing.filters), source="view"))
    return render(request, template, context)
