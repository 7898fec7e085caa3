"""Search: the page of results, links from a ticket system, and suggestions. Nothing here calls a vendor."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from devices.account_status.stale_sources import StaleSource, aged_among
from devices.account_status.status import AccountStatus, account_statuses
from devices.lists.filters import clean_query
from devices.lists.keyset import Total
from devices.lookup.account_answers import account_answers, account_reasons, document
from devices.lookup.live_views import LiveLookupResult, asked_run, outcome
from devices.lookup.results import groups, hit
from devices.search.interpretations import words
from devices.search.parser import parse
from devices.search.queries import MOST, SearchResult, search
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import query, ticket_of

SHOWN = 50
SUGGESTED = 8
SHORTEST_SUGGESTED = 2
# The address of a deep link → the search prefix of its field.
DEEP = {"serial": "sn", "host": "host", "mac": "mac", "user": "user"}


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    return _answer(request, request.GET.get("q", ""), typed=True)


@require_safe
@needs("view_device")
def deep(request: HttpRequest, kind: str, value: str) -> HttpResponse:
    """`/d/serial/PF3XK2`: a link from a ticket system. Without a match the value stays in the search box."""
    if kind not in DEEP:
        raise Http404
    return _answer(request, f"{DEEP[kind]}:{value.strip('/')}")


@require_safe
@needs("view_device")
def suggest(request: HttpRequest) -> HttpResponse:
    """A few devices below the search box while the user types."""
    term = clean_query(request.GET.get("q", ""))
    ticket = ticket_of(request)
    if not is_fragment(request):
        return redirect(f"{reverse('devices:lookup')}?{urlencode({'q': term})}")
    answer = search(term, limit=SUGGESTED) if len(parse(term).rest) >= SHORTEST_SUGGESTED else None
    hits = [hit(match, answer.clue, now=timezone.now()) for match in answer.matches] if answer else []
    return render(request, "devices/lookup/_suggestions.html", {"hits": hits, "ticket_query": query(ticket=ticket)})


def _answer(request: HttpRequest, term: str, *, typed: bool = False) -> HttpResponse:
    """`typed`: by a user, who sees that the one device was found by a part of its data; a link has whole values."""
    term = clean_query(term)
    as_json = _wants_json(request)
    answer = search(term, limit=_limit(request) if as_json else SHOWN)
    if as_json:
        with translation.override("en"):
            return JsonResponse(document(term, answer, account_answers(answer.clue, account_statuses(request))))
    ticket = ticket_of(request)
    opens = answer.only if typed and answer.opens is None else answer.opens
    if opens is not None and "all" not in request.GET:
        return _open(request, answer, opens, term, ticket)
    now = timezone.now()
    context = {
        "answer": answer,
        "term": term,
        "search_value": term,
        "ticket": ticket,
        "ticket_query": query(ticket=ticket),
        "groups": groups(answer, now=now),
        "readings": [words(each) for each in answer.readings],
        "reasons": account_reasons(answer.clue, account_statuses(request)) if term else [],
        "aged": _aged(answer, account_statuses(request)),
        "asked": _asked(request),
        "list_query": query(q=term),
    }
    shown = render(request, "devices/lookup/lookup.html", context)
    patch_vary_headers(shown, ["Accept"])
    return shown


def _open(request: HttpRequest, answer: SearchResult, pk: int, term: str, ticket: str) -> HttpResponse:
    if answer.total > 1 or answer.opens is None:
        more = f"{reverse('devices:lookup')}{query(q=term, ticket=ticket, all='1')}"
        text = gettext('Exact match for “{term}”. <a href="{url}">Show all {number} results</a>')
        if answer.opens is None:
            text = gettext('Only match for “{term}”. <a href="{url}">Show the search</a>')
        messages.info(request, format_html(text, term=term, url=more, number=Total(answer.total, answer.many).words))
    elif answer.readings:
        readings = "; ".join(words(each) for each in answer.readings)
        messages.info(request, gettext("Read as: %(readings)s") % {"readings": readings})
    return redirect(reverse("devices:detail", args=[pk]) + query(ticket=ticket))


def _aged(answer: SearchResult, found: Sequence[AccountStatus]) -> list[StaleSource]:
    """Of the accounts that report the devices shown."""
    names = {sighting["account"] for match in answer.matches for sighting in match.device["sightings"]}
    return aged_among(found, names)


def _asked(request: HttpRequest) -> LiveLookupResult | None:
    """The live lookup that was just requested, where no script shows it in place."""
    number = request.GET.get("asked", "")
    run = asked_run(int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else None
    return outcome(run) if run else None


def _wants_json(request: HttpRequest) -> bool:
    if "format" in request.GET:
        return request.GET["format"] == "json"
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _limit(request: HttpRequest) -> int:
    text = request.GET.get("limit", "")
    return min(max(int(text), 1), MOST) if text.isascii() and text.isdigit() and len(text) < 10 else SHOWN
