"""The device page and the raw data of a record."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.account_status.status import account_statuses, by_pk
from devices.audit import log as audit
from devices.audit.request import act_of, person
from devices.coverage.queries import gaps
from devices.device_detail.field_values import values
from devices.device_detail.panels import beside, decisions
from devices.device_detail.queries import detail, raw_answer
from devices.device_detail.refresh_views import numbers_of, watched
from devices.device_detail.ticket_text import texts
from devices.matching.queries import joins, rulings
from devices.models import Device, Sighting
from devices.possible_duplicates.queries import number_with
from devices.sync.refresh import about, under_way
from devices.web.devices import now_called
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import query, ticket_of

# Larger than any id: the address would otherwise reach the database as a number that it cannot hold.
HIGHEST_ID = 2**63 - 1


@require_safe
@needs("view_device")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One device: status and details first, then sources and matching."""
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
    context = {
        "found": found,
        "device": found.device,
        "ticket": ticket,
        "ticket_query": query(ticket=ticket),
        "texts": texts(found, address=request.build_absolute_uri(request.path), ticket=ticket, now=now),
        "questions": asks,
        "possible": any(not each.refusal for each in asks),
        "watched": watched(found.device, under_way(asks, numbers=numbers_of(request)), ticket=ticket),
        "gaps": gaps(pk, known),
        "values": values(found),
        "joins": [(view, whys.get(view.sighting.pk)) for view in found.views],
        "rulings": rulings(pk, records),
        "duplicates": number_with(records),
        **decisions(found, known, now=now),
        **beside(found.device, person(request)),
    }
    return render(request, "devices/device_detail/detail.html", context)


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
