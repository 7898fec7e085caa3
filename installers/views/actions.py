"""Decisions of users: whether an unconfirmed installer was created, and whether the helpdesk may share it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST

from devices.audit.request import act_of
from devices.errors import ActionRefused
from devices.web.permissions import needs
from installers.models import Installer
from installers.orders import services
from installers.orders.forms import DecisionForm, HelpdeskForm
from installers.views.detail import show
from installers.views.request_context import installer_or_404, purpose_query

DONE = {
    "look": gettext_lazy("Checking the vendor's list."),
    "made": gettext_lazy("Marked as created. Reading the installer at the vendor."),
    "not made": gettext_lazy("Marked as not created. You can create it again."),
}


@require_POST
@needs("create_installer")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """`decision`: look, made (with the vendor's id) or not made."""
    installer, form = installer_or_404(request, pk), DecisionForm(request.POST)
    if form.is_valid():
        try:
            _apply(request, installer, **form.cleaned_data)
        except ActionRefused as refused:
            form.add_error("external_id", refused.sentence)
        else:
            messages.success(request, str(DONE[form.cleaned_data["decision"]]))
            return _back(request, installer)
    if form.has_error("decision"):
        raise Http404
    return show(request, installer, form=form)


def _apply(request: HttpRequest, installer: Installer, *, decision: str, external_id: str) -> None:
    act = act_of(request)
    if decision == "look":
        services.look_again(installer, act=act)
    else:
        services.confirm_creation(installer, made=decision == "made", external_id=external_id, act=act)


@require_POST
@needs("create_installer")
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """`may`: 1 or 0."""
    installer, form = installer_or_404(request, pk), HelpdeskForm(request.POST)
    may = form.is_valid() and form.cleaned_data["may"]
    services.mark_for_helpdesk(installer, may=may, act=act_of(request))
    messages.success(request, gettext("Available to the helpdesk.") if may else gettext("Hidden from the helpdesk."))
    return _back(request, installer)


def _back(request: HttpRequest, installer: Installer) -> HttpResponse:
    return redirect(reverse("installers:detail", args=[installer.pk]) + purpose_query(request))
