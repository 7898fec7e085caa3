"""Live lookup: a sync of single names that a worker runs, and the fragment that polls it until it ends."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from devices.audit import log as audit
from devices.audit.request import act_of
from devices.db.messages import translated
from devices.errors import ActionRefused
from devices.lookup.account_answers import question
from devices.lookup.forms import LiveLookupForm
from devices.models import Account, Identifier, Life, SyncRun
from devices.search.documents import DeviceDocument, device_documents
from devices.search.parser import parse
from devices.sync.handler import request_run
from devices.users import request_limits
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import query, ticket_of
from vendors.errors import Unsupported
from vendors.parsing.normalise import hostname_key, serial_key
from vendors.registry import VENDORS
from vendors.states import IdKind

HIGHEST_ID = 2**63 - 1
FOUND = 8


@dataclass(frozen=True, slots=True)
class LiveLookupResult:
    """`code`: waiting, found, absent (the vendor answered that it has none of these names), silent or failed. `name`: as it was typed.

    `hosts` and `serials`: the names of that answer, or by which something was found; `powerless`: names that are too long for the vendor,
    so that its answer does not cover them.
    """

    run: SyncRun
    name: str
    code: str
    found: list[DeviceDocument] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    serials: list[str] = field(default_factory=list)
    powerless: list[str] = field(default_factory=list)
    longest: int = 0


@require_POST
@needs("refresh_account")
def ask(request: HttpRequest) -> HttpResponse:
    """One job for a name, however many users request it."""
    form = LiveLookupForm(request.POST)
    if not form.is_valid():
        raise Http404
    account, term = get_object_or_404(Account, name=form.cleaned_data["account"]), form.cleaned_data["q"]
    run, problem = _request(request, account, term)
    if is_fragment(request):
        return render(request, "devices/lookup/_live_lookup.html", {"asked": outcome(run) if run else None, "problem": problem})
    if problem:
        messages.error(request, problem)
    return redirect(reverse("devices:lookup") + query(q=term, ticket=ticket_of(request), asked=str(run.pk) if run else ""))


@require_safe
@needs("view_device")
def asked(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that the page polls until the job has ended."""
    run = asked_run(pk)
    if run is None:
        raise Http404
    if not is_fragment(request):
        return redirect(reverse("devices:lookup") + query(q=_names(run)[0], asked=str(pk)))
    return render(request, "devices/lookup/_live_lookup.html", {"asked": outcome(run), "problem": ""})


def asked_run(pk: int) -> SyncRun | None:
    """A sync of names; other syncs are not shown here."""
    run = SyncRun.objects.select_related("account").filter(pk=min(pk, HIGHEST_ID), kind="named").first()
    return run if run and _names(run) else None


def outcome(run: SyncRun) -> LiveLookupResult:
    name = _names(run)[0]
    if run.active:
        return LiveLookupResult(run, name, "waiting")
    if run.state != "done":
        return LiveLookupResult(run, name, "failed")
    scope, longest = run.walk_scope, _longest_host_name(run)
    absent = {str(each).casefold() for each in run.absent}
    if run.records:
        hosts = [each for each in scope.hostnames if each.casefold() not in absent]
        serials = [each for each in scope.serials if each.casefold() not in absent]
        return LiveLookupResult(run, name, "found", found=_found(run), hosts=hosts, serials=serials, longest=longest)
    powerless = [each for each in scope.hostnames if longest and len(each) > longest]
    hosts, serials = [each for each in scope.hostnames if each not in powerless], list(scope.serials)
    code = "absent" if all(each.casefold() in absent for each in (*hosts, *serials)) else "silent"
    return LiveLookupResult(run, name, code, hosts=hosts, serials=serials, powerless=powerless, longest=longest)


def _longest_host_name(run: SyncRun) -> int:
    vendor = VENDORS.get(run.account.vendor)
    return vendor.longest_host_name if vendor else 0


def _request(request: HttpRequest, account: Account, term: str) -> tuple[SyncRun | None, str]:
    """The sync, or an error."""
    scope = question(account, parse(term))
    if scope is None:
        text = gettext("%(account)s can't be queried for “%(text)s”. Enter a hostname or serial; the account must be enabled.")
        return None, text % {"account": account.name, "text": term}
    try:
        with transaction.atomic():
            act = act_of(request)
            request_limits.count_request(act)
            run = request_run(account, scope, now=act.now, by=act.person, interactive=True)
            audit.record("refresh asked", act=act, target=account.name, run=run.pk, names=_names(run))
    except Unsupported as error:
        return None, f"{translated(error.sentence)} {translated(error.next_step)}".strip()
    except ActionRefused as refused:
        return None, refused.sentence
    return run, ""


def _found(run: SyncRun) -> list[DeviceDocument]:
    """The devices that the account lists now under exactly these names."""
    scope = run.walk_scope
    hosts = Q(kind=IdKind.HOSTNAME, key__in=[hostname_key(name) for name in scope.hostnames])
    serials = Q(kind=IdKind.SERIAL, key__in=[serial_key(name) for name in scope.serials])
    held = Identifier.objects.filter(hosts | serials, sighting__account=run.account, sighting__life=Life.SEEN).exclude(value="")
    ids = dict.fromkeys(held.order_by("sighting_id").values_list("sighting__device_id", flat=True)[: 4 * FOUND])
    return list(device_documents(list(ids)[:FOUND]).values())


def _names(run: SyncRun) -> list[str]:
    """Hosts, then serials, each once."""
    return list(dict.fromkeys((*run.walk_scope.hostnames, *run.walk_scope.serials)))
