"""One box for any clue: the page of answers, links that tickets hold, and suggestions while typing. Nothing here calls a vendor."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from devices.account_status.stale_sources import StaleSource, aged_among
from devices.account_status.status import AccountStatus, account_statuses
from devices.lists.filters import clean_query
from devices.lookup.account_answers import account_answers, document, silences
from devices.lookup.live_views import LiveLookupResult, asked_run, outcome
from devices.lookup.results import groups, hit
from devices.search.parser import parse
from devices.search.queries import MOST, SearchResult, search
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import query, ticket_of

SHOWN = 50
SUGGESTED = 8
SHORTEST_SUGGESTED = 2
# The address of a deep link → the prefix that asks for this kind only.
DEEP = {"serial": "sn", "host": "host", "mac": "mac", "user": "user"}


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    return _answer(request, request.GET.get("q", ""))


@require_safe
@needs("view_device")
def deep(request: HttpRequest, kind: str, value: str) -> HttpResponse:
    """`/d/serial/PF3XK2`: what a ticket system links to. A miss keeps the value in the box."""
    if kind not in DEEP:
        raise Http404
    return _answer(request, f"{DEEP[kind]}:{value.strip('/')}")


@require_safe
@needs("view_device")
def suggest(request: HttpRequest) -> HttpResponse:
    """A few devices below the box while somebody types."""
    term = clean_query(request.GET.get("q", ""))
    ticket = ticket_of(request)
    if not is_fragment(request):
        return redirect(f"{reverse('devices:lookup')}?{urlencode({'q': term})}")
    answer = search(term, limit=SUGGESTED) if len(parse(term).rest) >= SHORTEST_SUGGESTED else None
    hits = [hit(match, answer.clue, now=timezone.now()) for match in answer.matches] if answer else []
    return render(request, "devices/lookup/_suggestions.html", {"hits": hits, "ticket_query": query(ticket=ticket)})


def _answer(request: HttpRequest, term: str) -> HttpResponse:
    term = clean_query(term)
    as_json = _wants_json(request)
    answer = search(term, limit=_limit(request) if as_json else SHOWN)
    if as_json:
        return JsonResponse(document(term, answer, account_answers(answer.clue, account_statuses(request))))
    ticket = ticket_of(request)
    if answer.opens is not None and "all" not in request.GET:
        return _open(request, answer, answer.opens, term, ticket)
    now = timezone.now()
    told = silences(answer.clue, account_statuses(request)) if term else []
    context = {
        "answer": answer,
        "term": term,
        "search_value": term,
        "ticket": ticket,
        "ticket_query": query(ticket=ticket),
        "groups": groups(answer, now=now),
        "silences": told,
        "aged": _aged(answer, account_statuses(request)),
        "asked": _asked(request),
        "list_query": query(q=term),
    }
    shown = render(request, "devices/lookup/lookup.html", context)
    patch_vary_headers(shown, ["Accept"])
    return shown


def _open(request: HttpRequest, answer: SearchResult, pk: int, term: str, ticket: str) -> HttpResponse:
    if answer.total > 1:
        more = f"{reverse('devices:lookup')}{query(q=term, ticket=ticket, all='1')}"
        words = '“{}” is exactly this device. <a href="{}">Show all {} that match</a>.'
        messages.info(request, format_html(words, term, more, f"{answer.total:,}{'+' if answer.many else ''}"))
    return redirect(reverse("devices:detail", args=[pk]) + query(ticket=ticket))


def _aged(answer: SearchResult, found: Sequence[AccountStatus]) -> list[StaleSource]:
    """Of the accounts that told of the devices that are shown."""
    names = {sighting["account"] for match in answer.matches for sighting in match.device["sightings"]}
    return aged_among(found, names)


def _asked(request: HttpRequest) -> LiveLookupResult | None:
    """The question that was just sent to a vendor, where there are no scripts to show it in place."""
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
