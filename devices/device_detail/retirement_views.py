"""Taking a device out of service, after a word about what that does, and bringing it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from devices.audit.request import act_of
from devices.device_detail import retirement
from devices.errors import LONGEST_REASON, ActionRefused
from devices.models import Life
from devices.web.devices import device_or_404
from devices.web.permissions import needs
from devices.web.ticket import query, ticket_of

BACK = {
    Life.SEEN: "is back: a vendor lists it.",
    Life.MISSING: "is back, and missing from the last complete list.",
    Life.GONE: "is back, but removed: no vendor lists it any more.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("retire_device")
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    device, ticket = device_or_404(pk), ticket_of(request)
    back = reverse("devices:detail", args=[device.pk]) + query(ticket=ticket)
    if device.life == Life.RETIRED:
        messages.info(request, f"{device} is retired already.")
        return redirect(back)
    reason, problem = request.POST.get("reason", ""), ""
    if request.method == "POST":
        try:
            retirement.retire(device.pk, reason=reason, act=act_of(request))
        except ActionRefused as refused:
            problem = refused.sentence
        else:
            messages.success(request, f"{device} is retired. It wakes by itself when a vendor hears from it.")
            return redirect(back)
    context = {"device": device, "ticket": ticket, "back": back, "reason": reason, "problem": problem, "longest": LONGEST_REASON}
    return render(request, "devices/device_detail/retire.html", context, status=422 if problem else 200)


@require_POST
@needs("retire_device")
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    device, ticket = device_or_404(pk), ticket_of(request)
    try:
        life = retirement.bring_back(device.pk, act=act_of(request))
    except ActionRefused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"{device} {BACK[Life(life)]}")
    return redirect(reverse("devices:detail", args=[device.pk]) + query(ticket=ticket))
