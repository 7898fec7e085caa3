"""The installer, device and ticket in the URL or form of an installer page."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from devices.audit.request import person
from devices.lists.ids import HIGHEST
from devices.models import Device
from devices.web.devices import now_called
from devices.web.ticket import query, ticket_of
from installers.models import Installer
from installers.register import queries


def installer_or_404(request: HttpRequest, pk: int) -> Installer:
    """404, too, for an installer that is not visible to the user."""
    found = queries.one(person(request), pk)
    if found is None:
        raise Http404
    return found


def device_for(request: HttpRequest) -> Device | None:
    """The device in the form or the URL, or the one it was merged into; None for anything else."""
    text = request.POST.get("device") or request.GET.get("device", "")
    if not (text.isascii() and text.isdecimal()) or len(text) > 19 or int(text) > HIGHEST:
        return None
    pk = int(text)
    return Device.objects.filter(pk__in=[pk, now_called(pk) or pk]).first()


def purpose_query(request: HttpRequest) -> str:
    """`?device=31&ticket=INC123`: kept from a coverage gap until the installer is shared."""
    device = device_for(request)
    return query(device=str(device.pk) if device else "", ticket=ticket_of(request))
