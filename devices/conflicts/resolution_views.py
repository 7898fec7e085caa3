"""Settling what vendors contradict each other on."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from devices.audit.request import act_of
from devices.conflicts import services as settling
from devices.errors import ActionRefused
from devices.lists.ids import HIGHEST
from devices.models import Device, Sighting
from devices.reconciliation.conflicts import FIELDS, word
from devices.reconciliation.source_names import source_names
from devices.web.confirm import Confirmation, decide, page_of
from devices.web.devices import device_or_404
from devices.web.permissions import needs

UNTIL = "It holds until a vendor says something else about this field, or somebody takes it back."
STATE_EFFECTS = (
    "This only says that somebody knows about it: the conflict leaves the list.",
    "The verdict stays the worst of the fresh answers, whoever is right here.",
    UNTIL,
)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("settle_device")
def override(request: HttpRequest, pk: int) -> HttpResponse:
    """`field` and `sighting`: whose word about what."""
    device = device_or_404(pk)
    asked = request.POST if request.method == "POST" else request.GET
    field, number = asked.get("field", ""), asked.get("sighting", "")
    winner = _sighting(device, number)
    if field not in FIELDS or winner is None:
        raise Http404

    def carry_out(reason: str) -> int:
        settling.override_field(
            device.pk,
            field=field,
            sighting=winner.pk,
            reason=reason,
            act=act_of(request),
        )
        return device.pk

    return decide(request, device, _decision(device, field, winner), carry_out)


@require_POST
@needs("settle_device")
def remove_override(request: HttpRequest, pk: int, settlement: int) -> HttpResponse:
    device = device_or_404(pk)
    number = min(settlement, HIGHEST)
    try:
        field = settling.remove_override(number, device=device.pk, act=act_of(request))
    except ActionRefused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"{FIELDS[field]} is open again: the table of precedence decides what is shown.")
    return redirect(page_of(request, device.pk))


def _decision(device: Device, field: str, winner: Sighting) -> Confirmation:
    effects: tuple[str, ...] = STATE_EFFECTS
    who, label, value = _name(winner), FIELDS[field].lower(), word(winner, field)
    if field == "state":
        title, button, done = (
            f"Acknowledge the conflicting data of {device}?",
            "Acknowledge",
            "Acknowledged. The verdict stays as it is.",
        )
    else:
        title, button, done = f"{who} is right about the {label} of {device}?", f"{who} is right", f"{who}'s word counts from now on."
        instead = f" instead of “{word(device, field)}”" if word(device, field) != value else ""
        effects = (f"“{value}” ({winner.account.name}) is its {label} everywhere, in lists and searches too{instead}.", UNTIL)
    return Confirmation(title, effects, button, done, hidden={"field": field, "sighting": str(winner.pk)})


def _name(of: Sighting) -> str:
    return source_names(Sighting.objects.filter(device=of.device_id).select_related("account"))[of.pk].short


def _sighting(device: Device, number: str) -> Sighting | None:
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return Sighting.objects.select_related("account").filter(pk=int(number), device=device).first()
