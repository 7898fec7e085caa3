"""Asking a vendor now whether it knows a name: a row that a worker takes, watched until it ends."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from devices import audit
from devices.models import Account, SyncRun
from devices.queries.answers import question
from devices.queries.asked import clean_query
from devices.queries.clue import parse
from devices.queries.search import Match, search
from devices.sync import request_run
from devices.views.guard import is_fragment, needs
from devices.views.person import act_of
from devices.views.ticket import query, ticket_of
from vendors.errors import Unsupported

HIGHEST_ID = 2**63 - 1
FOUND = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code`: waiting, found, absent (the vendor says that it knows no such name), silent or failed."""

    run: SyncRun
    name: str
    code: str
    found: list[Match]


@require_POST
@needs("refresh_account")
def ask(request: HttpRequest) -> HttpResponse:
    """However many ask for one name, one job is started."""
    account = get_object_or_404(Account, name=request.POST.get("account", "").replace("\0", "")[:60])
    term = clean_query(request.POST.get("q", ""))
    run, problem = _ask(request, account, term)
    if is_fragment(request):
        return render(request, "devices/lookup_asked.html", {"asked": outcome(run) if run else None, "problem": problem})
    if problem:
        messages.error(request, problem)
    return redirect(reverse("devices:lookup") + query(q=term, ticket=ticket_of(request), asked=str(run.pk) if run else ""))


@require_safe
@needs("view_device")
def asked(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that the page polls while the vendor works; the last one does not poll any more."""
    run = asked_run(pk)
    if run is None:
        raise Http404
    if not is_fragment(request):
        return redirect(reverse("devices:lookup") + query(q=_names(run)[-1], asked=str(pk)))
    return render(request, "devices/lookup_asked.html", {"asked": outcome(run), "problem": ""})


def asked_run(pk: int) -> SyncRun | None:
    """A run for names; lists and runs for vendor ids are not shown here."""
    run = SyncRun.objects.select_related("account").filter(pk=min(pk, HIGHEST_ID), kind="named").first()
    return run if run and _names(run) else None


def outcome(run: SyncRun) -> Outcome:
    name = _names(run)[-1]
    if run.active:
        return Outcome(run, name, "waiting", [])
    if run.state != "done":
        return Outcome(run, name, "failed", [])
    if run.records:
        return Outcome(run, name, "found", _found(run))
    unknown = {str(name).casefold() for name in run.absent}
    return Outcome(run, name, "absent" if all(each.casefold() in unknown for each in _names(run)) else "silent", [])


def _ask(request: HttpRequest, account: Account, term: str) -> tuple[SyncRun | None, str]:
    """The run, or what is wrong."""
    scope = question(account, parse(term))
    if scope is None:
        return None, f"{account.name} cannot be asked for “{term}”: it takes a host name or a serial, while it is switched on."
    try:
        with transaction.atomic():
            act = act_of(request)
            run = request_run(account, scope, now=act.now, by=act.person, interactive=True)
            audit.record("refresh asked", act=act, target=account.name, run=run.pk, names=_names(run))
    except Unsupported as error:
        return None, f"{error.sentence} {error.next_step}".strip()
    return run, ""


def _found(run: SyncRun) -> list[Match]:
    """What is stored now under the names that were asked for."""
    scope = run.walk_scope
    terms = [*(f"host:{name}" for name in scope.hostnames), *(f"sn:{name}" for name in scope.serials)]
    matches = {match.device["id"]: match for term in terms for match in search(f"{term} in:{run.account.name}", limit=FOUND).matches}
    return list(matches.values())[:FOUND]


def _names(run: SyncRun) -> list[str]:
    """Hosts, then serials, each once."""
    return list(dict.fromkeys((*run.walk_scope.hostnames, *run.walk_scope.serials)))
