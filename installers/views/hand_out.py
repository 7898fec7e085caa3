"""Giving an installer to somebody. What was made is shown in the answer to the form: it stands in no address, and no cache keeps it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from devices.audit.request import act_of, person
from devices.errors import ActionRefused
from devices.models import Device
from devices.web.permissions import needs
from devices.web.ticket import ticket_of
from installers.handouts import queries as given
from installers.handouts import services as handing
from installers.handouts.services import LinkTerms, Recipient
from installers.models import Installer
from installers.views.request_context import device_for, installer_or_404, purpose_query
from vendors.secret import Secret

USES = "3"  # a download that breaks off is begun again
LONGEST_KEPT = 500  # of what was typed, when the form is shown again


@require_http_methods(["GET", "HEAD", "POST"])
@needs("hand_out_installer")
def hand_out(request: HttpRequest, pk: int) -> HttpResponse:
    """`way`: shown or short. Addresses may name a device and a ticket."""
    installer = installer_or_404(request, pk)
    device = device_for(request)
    if request.method != "POST":
        return _form(request, installer, device)
    try:
        return _given(request, installer, device)
    except ActionRefused as refused:
        return _form(request, installer, device, problem=refused)


def _given(request: HttpRequest, installer: Installer, device: Device | None) -> HttpResponse:
    slip = Recipient(request.POST.get("recipient", ""), device.pk if device else None)
    told: dict[str, Any] = {"act": act_of(request), "slip": slip}
    key = request.POST.get("key", "")
    context: dict[str, Any] = {"installer": installer, "device": device, "recipient": slip.recipient, "ticket": ticket_of(request)}
    if request.POST.get("way") == "shown":
        link = handing.show_link(installer, key=key, **told)
    else:
        handout, token = handing.make_short_link(installer, key=key, terms=_terms(request), **told)
        link = Secret(request.build_absolute_uri(reverse("short_link", args=[token.reveal()])))
        context["handout"] = handout
    answer = render(request, "installers/handed.html", context | {"link": link, "back": _back(request, installer)})
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "no-store"
    return answer


def _terms(request: HttpRequest) -> LinkTerms:
    days, uses = request.POST.get("days", "").strip(), request.POST.get("uses", "").strip()
    return LinkTerms(handing.default_days() if not days else _number(days), _number(uses) if uses else None)


def _number(text: str) -> int:
    """0, which is refused, for what is no number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _form(request: HttpRequest, installer: Installer, device: Device | None, *, problem: ActionRefused | None = None) -> HttpResponse:
    ticket = ticket_of(request)
    typed = {name: request.POST.get(name, default)[:LONGEST_KEPT] for name, default in _blank().items()}
    context = {
        "installer": installer,
        "device": device,
        "ticket": ticket,
        "typed": typed,
        "back": _back(request, installer),
        "key": handing.new_key(),
        "most_days": handing.MOST_DAYS,
        "problem": problem,
        "default_days": handing.default_days(),
        "lines": given.of_installer(installer, person(request), now=timezone.now()),
    }
    return render(request, "installers/hand_out.html", context, status=422 if problem else 200)


def _blank() -> dict[str, str]:
    return {"recipient": "", "days": str(handing.default_days()), "uses": USES}


def _back(request: HttpRequest, installer: Installer) -> str:
    return reverse("installers:detail", args=[installer.pk]) + purpose_query(request)
