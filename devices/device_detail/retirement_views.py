"""Retiring a device, after a confirmation, and restoring it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from devices.audit.request import act_of
from devices.device_detail import retirement
from devices.errors import ActionRefused
from devices.models import Device, Life
from devices.web.confirm import Confirmation, decide, page_of
from devices.web.devices import device_or_404
from devices.web.permissions import needs

RESTORED = {
    Life.SEEN: gettext_lazy("%(device)s restored."),
    Life.MISSING: gettext_lazy("%(device)s restored. It is missing from the last full sync."),
    Life.GONE: gettext_lazy("%(device)s restored. It is removed: no vendor reports it."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("retire_device")
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    device = device_or_404(pk)
    if device.life == Life.RETIRED:
        messages.info(request, gettext("%(device)s is already retired.") % {"device": device})
        return redirect(page_of(request, device.pk))
    decision = Confirmation(
        title=gettext("Retire %(device)s") % {"device": device},
        effects=(
            _identity(device),
            gettext("Hidden from lists and counts. All data is kept, and search still finds the device."),
            gettext("Restored automatically when it checks in. Nothing changes at the vendors."),
        ),
        button=gettext("Retire device"),
        done=gettext("%(device)s retired. It is restored automatically when it checks in.") % {"device": device},
        danger=True,
    )

    def carry_out(reason: str) -> int:
        retirement.retire(device.pk, reason=reason, act=act_of(request))
        return device.pk

    return decide(request, device, decision, carry_out)


@require_POST
@needs("retire_device")
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    device = device_or_404(pk)
    try:
        life = retirement.bring_back(device.pk, act=act_of(request))
    except ActionRefused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, RESTORED[Life(life)] % {"device": device})
    return redirect(page_of(request, device.pk))


def _identity(device: Device) -> str:
    """Name, serial and user, so that the right device is retired."""
    serial = gettext("Serial %(serial)s") % {"serial": device.serial} if device.serial else ""
    user = gettext("User %(user)s") % {"user": device.user} if device.user else ""
    return " · ".join(text for text in (str(device), serial, user) if text)
