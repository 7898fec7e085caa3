"""Adding and removing a tag of one device."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from devices.audit.request import act_of
from devices.device_detail.forms import TagForm
from devices.device_list import tags as tagging
from devices.errors import ActionRefused
from devices.models import Device, DeviceTag
from devices.web.devices import device_or_404
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import query, ticket_of

LONGEST_TYPED = 200


@require_POST
@needs("tag_device")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    device, form = device_or_404(pk), TagForm(request.POST)
    typed, problem = "", ""
    if form.is_valid():
        typed = form.cleaned_data["tag"]
        write = tagging.remove if form.cleaned_data["action"] == "remove" else tagging.add
        try:
            write([device.pk], tag=typed, act=act_of(request))
        except ActionRefused as refused:
            problem = refused.sentence
    if is_fragment(request):
        context = {"device": device, "ticket": ticket_of(request), "tag_problem": problem, "tag_typed": typed if problem else ""}
        return render(request, "devices/device_detail/_tags.html", context | beside(device))
    if problem:
        messages.error(request, problem)
    pairs = query(ticket=ticket_of(request), tag=typed[:LONGEST_TYPED] if problem else "")
    return redirect(reverse("devices:detail", args=[device.pk]) + pairs + "#tags")


def beside(device: Device) -> dict[str, Any]:
    """Context of `devices/device_detail/_tags.html`. One query."""
    return {"tags": list(DeviceTag.objects.filter(device=device).order_by("key"))}
