"""What only a person can decide: whether a doubtful installer was made, and whether the helpdesk may have it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from devices.audit.request import act_of
from devices.errors import ActionRefused
from devices.web.permissions import needs
from installers.models import Installer
from installers.orders import services
from installers.views.detail import show
from installers.views.request_context import installer_or_404, purpose_query

DONE = {
    "look": "Rollcall looks in the vendor's list once more.",
    "made": "It was made, you say: Rollcall reads it at the vendor.",
    "not made": "It was not made, you say: it can be ordered again.",
}


@require_POST
@needs("create_installer")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """`decision`: look, made (with the vendor's id) or not made."""
    installer, decision = installer_or_404(request, pk), request.POST.get("decision", "")
    if decision not in DONE:
        raise Http404
    typed = request.POST.get("external_id", "")
    try:
        _apply(request, installer, decision, typed)
    except ActionRefused as refused:
        return show(request, installer, problem=refused.sentence, typed=typed)
    messages.success(request, DONE[decision])
    return _back(request, installer)


def _apply(request: HttpRequest, installer: Installer, decision: str, typed: str) -> None:
    act = act_of(request)
    if decision == "look":
        services.look_again(installer, act=act)
    else:
        services.confirm_creation(installer, made=decision == "made", external_id=typed, act=act)


@require_POST
@needs("create_installer")
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """`may`: 1 or 0."""
    installer, may = installer_or_404(request, pk), request.POST.get("may") == "1"
    services.mark_for_helpdesk(installer, may=may, act=act_of(request))
    messages.success(request, "The helpdesk may hand it out." if may else "The helpdesk does not see it any more.")
    return _back(request, installer)


def _back(request: HttpRequest, installer: Installer) -> HttpResponse:
    return redirect(reverse("installers:detail", args=[installer.pk]) + purpose_query(request))
