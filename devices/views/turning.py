"""A list as a page and, asked for on its own, as the results that take the place of those shown before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from devices.queries.asked import Asked, Chip
from devices.queries.left_out import left_out
from devices.queries.turning import Turned


class Listing(Protocol):
    @property
    def filters(self) -> Asked: ...

    @property
    def unread(self) -> Mapping[str, str]: ...

    def query_string(self, **more: str) -> str: ...

    def chips(self) -> Iterable[Chip]: ...


def place(request: HttpRequest) -> dict[str, str]:
    """`after` or `before`: the token of the page that is asked for."""
    return {name: value for name in ("after", "before") if (value := request.GET.get(name))}


def turned(listing: Listing, page: Turned[Any], *, rows: tuple[str, str]) -> dict[str, Any]:
    """What every template of a list shows; `rows`: what one is called, and several are."""
    return {
        "one": rows[0],
        "many": rows[1],
        "listing": listing,
        "filters": listing.filters,
        "left_out": left_out(listing.unread, filters=type(listing.filters)),
        "chips": list(listing.chips()),
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
