"""Match overrides: split a device, merge two, and reset to automatic matching."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from devices.audit.request import act_of
from devices.lists.filters import clean_query
from devices.lists.ids import HIGHEST
from devices.lookup.results import hit
from devices.matching import overrides
from devices.models import Device, Ruling, Sighting
from devices.reconciliation.source_names import source_names
from devices.search.queries import search
from devices.web.confirm import Confirmation, decide, page_of
from devices.web.devices import device_or_404
from devices.web.permissions import needs
from devices.web.ticket import ticket_of

OFFERED = 20
REVERSIBLE = "Every later sync respects it. Reset it on the device page to match automatically again."


@require_http_methods(["GET", "HEAD", "POST"])
@needs("link_device")
def take_apart(request: HttpRequest, pk: int, sighting: int) -> HttpResponse:
    device = device_or_404(pk)
    leaving = get_object_or_404(Sighting.objects.select_related("account"), pk=min(sighting, HIGHEST), device=device)
    who = source_names(Sighting.objects.filter(device=device).select_related("account"), with_account=True)[leaving.pk].short
    decision = Confirmation(
        title=f"Split {who} from {device}?",
        effects=(
            f"What {who} says about “{leaving.name or leaving.external_id}” becomes a device of its own, or joins others by its keys.",
            f"Notes, tags and the timeline stay with {device}; nothing changes at any vendor.",
            REVERSIBLE,
        ),
        button="Split",
        done=f"{who} is split off. This is its device now.",
        danger=True,
    )

    def carry_out(reason: str) -> int:
        return overrides.take_apart(
            leaving.pk,
            device=device.pk,
            reason=reason,
            act=act_of(request),
        )

    return decide(request, device, decision, carry_out)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("link_device")
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """First a search for the other device, then the reason. `q`: the clue, `other`: the device that was chosen."""
    device = device_or_404(pk)
    number = (request.POST if request.method == "POST" else request.GET).get("other", "")
    other = _other(number)
    if other is None or other.pk == device.pk:
        if number:
            messages.error(request, "Choose another device: this one is not there any more, or it is the same.")
        return _candidates(request, device)
    decision = Confirmation(
        title=f"Are {device} and {other} one machine?",
        effects=(
            f"All that vendors say about {_who(device)} and {_who(other)} is shown as one device, with one verdict.",
            "The older one keeps its address; the address of the other one leads there, with its notes, tags and timeline.",
            REVERSIBLE,
        ),
        button="Merge",
        done=f"{device} and {other} are one device now.",
        hidden={"other": str(other.pk)},
    )

    def carry_out(reason: str) -> int:
        return overrides.link(
            device.pk,
            other.pk,
            reason=reason,
            act=act_of(request),
        )

    return decide(request, device, decision, carry_out)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("link_device")
def end_ruling(request: HttpRequest, pk: int, ruling: int) -> HttpResponse:
    device = device_or_404(pk)
    standing = Ruling.objects.filter(pk=min(ruling, HIGHEST), ended_at=None).select_related("first", "second", "made_by").first()
    if standing is None or device.pk not in (standing.first.device_id, standing.second.device_id):
        raise Http404
    said = "were linked" if standing.together else "were split"
    decision = Confirmation(
        title=f"Reset {device} to automatic matching?",
        effects=(
            f"“{standing.first.name}” and “{standing.second.name}” {said} by {standing.made_by or 'somebody'}: {standing.reason}",
            "They become one device if their serial, BIOS UUID, MAC or hostname says so, and two if not.",
        ),
        button="Reset",
        done="Matching is automatic again.",
    )

    def carry_out(reason: str) -> int:
        overrides.end_ruling(standing.pk, reason=reason, act=act_of(request))
        return Sighting.objects.values_list("device_id", flat=True).get(pk=standing.first_id)

    return decide(request, device, decision, carry_out)


def _candidates(request: HttpRequest, device: Device) -> HttpResponse:
    term = clean_query(request.GET.get("q", ""))
    answer = search(term, limit=OFFERED + 1) if term else None
    hits = [hit(match, answer.clue, now=timezone.now()) for match in answer.matches if match.device["id"] != device.pk] if answer else []
    context = {
        "device": device,
        "term": term,
        "hits": hits[:OFFERED],
        "more": len(hits) > OFFERED,
        "ticket": ticket_of(request),
        "back": page_of(request, device.pk),
    }
    return render(request, "devices/device_detail/merge.html", context)


def _other(number: str) -> Device | None:
    usable = number.isascii() and number.isdigit() and len(number) < 19
    return Device.objects.filter(pk=int(number)).first() if usable else None


def _who(device: Device) -> str:
    return f"{device}{f' (serial {device.serial})' if device.serial else ''}"
