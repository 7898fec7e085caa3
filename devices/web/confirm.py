"""The confirmation of an action on a device: its effects, and the reason that the user enters. A dialog, or a page without scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from devices.errors import ActionRefused
from devices.models import Device
from devices.web.reasons import ReasonForm
from devices.web.ticket import query, ticket_of


@dataclass(frozen=True, slots=True)
class Confirmation:
    """`effects`: what happens, a sentence each. `hidden`: further fields of the form. `danger`: the action removes something.

    `tab`: of the device page, where the result is shown.
    """

    title: str
    effects: Sequence[str]
    button: str
    done: str
    hidden: dict[str, str] = field(default_factory=dict)
    danger: bool = False
    tab: str = ""


def decide(request: HttpRequest, device: Device, decision: Confirmation, carry_out: Callable[[str], int]) -> HttpResponse:
    """Ask for the reason, then call `carry_out` with it, which returns the id of the device to show, or raises ActionRefused."""
    form = ReasonForm(request.POST if request.method == "POST" else None, ticket=ticket_of(request))
    if form.is_valid():
        try:
            shown = carry_out(form.cleaned_data["reason"])
        except ActionRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, decision.done)
            return redirect(page_of(request, shown, tab=decision.tab))
    context = {
        "device": device,
        "decision": decision,
        "form": form,
        "ticket": ticket_of(request),
        "back": page_of(request, device.pk, tab=decision.tab),
    }
    return render(request, "devices/confirm.html", context, status=422 if form.errors else 200)


def page_of(request: HttpRequest, device: int, *, tab: str = "") -> str:
    """The address of a device's page, or of a tab of it, with the ticket."""
    return reverse("devices:detail", args=[device]) + query(tab=tab, ticket=ticket_of(request))
