"""Sharing an installer. The link is shown only in the answer to the form: it is in no URL, and no cache keeps it."""

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
from devices.users.reauthentication import reauthenticated
from devices.web.permissions import needs
from devices.web.ticket import query, ticket_of
from installers.handouts import queries, services
from installers.handouts.forms import ShareForm
from installers.handouts.services import LinkLimits, Recipient
from installers.models import Installer, Way
from installers.views.request_context import device_for, installer_or_404, purpose_query
from vendors.secret import Secret


@require_http_methods(["GET", "HEAD", "POST"])
@needs("hand_out_installer")
@reauthenticated
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """`way`: shown or short. The URL may name a device and a ticket."""
    installer, device = installer_or_404(request, pk), device_for(request)
    given = request.POST if request.method == "POST" else None
    form = ShareForm(given, limits=LinkLimits.of(person(request)), ticket=ticket_of(request))
    if form.is_valid():
        try:
            return _shared(request, form, installer, device)
        except ActionRefused as refused:
            form.refuse(refused)
    context = {
        "installer": installer,
        "device": device,
        "ticket_query": query(ticket=ticket_of(request)),
        "form": form,
        "back": _back(request, installer),
        "key": services.new_key(),
        "lines": queries.of_installer(installer, person(request), now=timezone.now()),
    }
    return render(request, "installers/share.html", context, status=422 if form.errors else 200)


def _shared(request: HttpRequest, form: ShareForm, installer: Installer, device: Device | None) -> HttpResponse:
    to, key, act = Recipient(form.cleaned_data["recipient"], device.pk if device else None), form.cleaned_data["key"], act_of(request)
    context: dict[str, Any] = {"installer": installer, "device": device, "recipient": to.recipient, "ticket": ticket_of(request)}
    if form.cleaned_data["way"] == Way.SHOWN:
        link = services.show_link(installer, key=key, to=to, act=act)
    else:
        context["handout"], token = services.make_short_link(installer, key=key, to=to, terms=form.terms, act=act)
        link = Secret(request.build_absolute_uri(reverse("short_link", args=[token.reveal()])))
    answer = render(request, "installers/shared.html", context | {"link": link, "back": _back(request, installer)})
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "no-store"
    return answer


def _back(request: HttpRequest, installer: Installer) -> str:
    return reverse("installers:detail", args=[installer.pk]) + purpose_query(request)
