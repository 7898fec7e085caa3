"""The confirmation page of an action on a device: its effects, and the reason that the user enters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from devices.errors import LONGEST_REASON, ActionRefused
from devices.models import Device
from devices.web.ticket import query, ticket_of


@dataclass(frozen=True, slots=True)
class Confirmation:
    """`effects`: what happens, a sentence each. `hidden`: further fields of the form. `danger`: the action removes something."""

    title: str
    effects: Sequence[str]
    button: str
    done: str
    hidden: dict[str, str] = field(default_factory=dict)
    danger: bool = False


def decide(request: HttpRequest, device: Device, decision: Confirmation, carry_out: Callable[[str], int]) -> HttpResponse:
    """Ask for the reason, then call `carry_out` with it, which returns the id of the device to show, or raises ActionRefused."""
    reason, problem = request.POST.get("reason", ""), ""
    if request.method == "POST":
        try:
            shown = carry_out(reason)
        except ActionRefused as refused:
            problem = str(refused)
        else:
            messages.success(request, decision.done)
            return redirect(page_of(request, shown))
    context = {
        "device": device,
        "decision": decision,
        "reason": reason[: 2 * LONGEST_REASON],
        "problem": problem,
        "longest": LONGEST_REASON,
        "ticket": ticket_of(request),
        "back": page_of(request, device.pk),
    }
    return render(request, "devices/issues/decide.html", context, status=422 if problem else 200)


def page_of(request: HttpRequest, device: int) -> str:
    """The address of a device's page, with the ticket."""
    return reverse("devices:detail", args=[device]) + query(ticket=ticket_of(request))
