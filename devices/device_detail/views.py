"""The device page and the raw data of a record."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.account_status.status import account_statuses, by_pk
from devices.audit import log as audit
from devices.audit.request import act_of, person
from devices.device_detail import note_views, tag_views
from devices.device_detail.field_values import values
from devices.device_detail.first_screen.account_cards import account_cards
from devices.device_detail.first_screen.fact_panels import fact_panels
from devices.device_detail.first_screen.issue_lines import StepLinks, issue_lines
from devices.device_detail.queries import detail, raw_answer
from devices.device_detail.refresh_views import numbers_of, watched
from devices.device_detail.tabs import ACTIVITY, tabs
from devices.device_detail.ticket_text import texts
from devices.history.entries import NOTE
from devices.history.queries import PAGE, timeline
from devices.matching.queries import joins, rulings
from devices.models import Device, Life, Retirement, Sighting, User
from devices.possible_duplicates.queries import number_with
from devices.sync.refresh import about, under_way
from devices.web.devices import now_called
from devices.web.permissions import is_fragment, needs
from devices.web.roles import dotted
from devices.web.ticket import query, ticket_of

# Larger than any id: the address would otherwise reach the database as a number that it cannot hold.
HIGHEST_ID = 2**63 - 1
LAST_CHANGES = 5


@require_safe
@needs("view_device")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One device: on the first screen what a caller asks for, below it a tab for each kind of detail."""
    now, ticket, known = timezone.now(), ticket_of(request), account_statuses(request)
    try:
        found = detail(pk, now=now, known=by_pk(known)) if pk <= HIGHEST_ID else None
    except Device.DoesNotExist:
        found = None
    if found is None:
        other = now_called(pk) if pk <= HIGHEST_ID else None
        if other is None:
            raise Http404
        return redirect(reverse("devices:detail", args=[other]) + query(ticket=ticket))
    asks = about(view.sighting for view in found.views)
    records = [view.sighting.pk for view in found.views]
    whys = joins({view.sighting.pk: view.short for view in found.views})
    choices = tabs(request.GET.get("tab", ""), path=request.path, ticket=ticket, raw=_may(request, "view_raw"))
    tab = next(each.code for each in choices if each.selected)
    panels = _panels(found.device, person(request), activity=tab == ACTIVITY)
    facts = fact_panels(found, person(request))
    cards = account_cards(found, known)
    context = {
        "found": found,
        "device": found.device,
        "ticket": ticket,
        "ticket_query": query(ticket=ticket),
        "facts": facts,
        "texts": texts(found, address=request.build_absolute_uri(request.path), ticket=ticket, now=now, facts=facts.for_ticket()),
        "questions": asks,
        "possible": any(not each.refusal for each in asks),
        "watched": watched(found.device, under_way(asks, numbers=numbers_of(request)), ticket=ticket),
        "tabs": choices,
        "tab": tab,
        "cards": cards,
        "issues": issue_lines(found, cards, known, _links(request, pk, ticket), now=now),
        "values": values(found),
        "joins": [(view, whys.get(view.sighting.pk)) for view in found.views],
        "rulings": rulings(pk, records),
        "duplicates": number_with(records),
        "older": query(ticket=ticket, before=older) if (older := panels["timeline"].older) else "",
        **panels,
    }
    return render(request, "devices/device_detail/detail.html", context)


def _panels(device: Device, reader: User, *, activity: bool) -> dict[str, Any]:
    """Activity, notes, tags and retirement. Three queries, and one more for a retired device.

    `activity`: its tab is open, and shows a whole page of entries.
    """
    retired = Retirement.objects.filter(device=device).first() if device.life == Life.RETIRED else None
    found = timeline(device.pk, size=PAGE if activity else LAST_CHANGES, notes=activity)
    last = [entry for entry in found.entries if entry.kind != NOTE][:LAST_CHANGES]
    return {"timeline": found, "last_changes": last, "retirement": retired, **note_views.beside(device, reader), **tag_views.beside(device)}


def _may(request: HttpRequest, codename: str) -> bool:
    return person(request).has_perm(dotted(codename))


def _links(request: HttpRequest, pk: int, ticket: str) -> StepLinks:
    def installer(account: str) -> str:
        return reverse("installers:for_device", args=[pk]) + query(account=account, ticket=ticket)

    return StepLinks(_may(request, "open_remediation"), installer if _may(request, "hand_out_installer") else None)


@require_safe
@needs("view_raw")
def raw(request: HttpRequest, pk: int, sighting: int) -> HttpResponse:
    """A record as the vendor sent it, without secrets."""
    try:
        found = raw_answer(pk, sighting) if max(pk, sighting) <= HIGHEST_ID else None
    except Sighting.DoesNotExist:
        found = None
    if found is None:
        raise Http404
    if request.method == "GET":
        audit.record("raw data read", act=act_of(request), target=str(pk), account=found.account.name, sighting=sighting)
    text = json.dumps(found.raw, indent=2, ensure_ascii=False, sort_keys=True)
    template = "devices/device_detail/_raw.html" if is_fragment(request) else "devices/device_detail/raw.html"
    return render(request, template, {"sighting": found, "text": text, "device_id": pk, "ticket_query": query(ticket=ticket_of(request))})
