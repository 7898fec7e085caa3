"""Revoking at the vendor, after a word about what that does, confirmed by the installer's name."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from devices.audit.request import act_of
from devices.errors import ActionRefused
from devices.web.permissions import needs
from devices.web.ticket import ticket_of
from installers.models import Installer
from installers.orders import services
from installers.views.request_context import installer_or_404, purpose_query


@require_http_methods(["GET", "HEAD", "POST"])
@needs("revoke_installer")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    installer, ticket = installer_or_404(request, pk), ticket_of(request)
    back = reverse("installers:detail", args=[installer.pk]) + purpose_query(request)
    typed, problem = request.POST.get("name", ""), ""
    if request.method == "POST":
        problem = _revoke(request, installer, typed, ticket)
        if not problem:
            messages.success(request, f"The vendor is asked to delete “{installer.title}”.")
            return redirect(back)
    context = {"installer": installer, "ticket": ticket, "back": back, "typed": typed, "problem": problem}
    return render(request, "installers/revoke.html", context, status=422 if problem else 200)


def _revoke(request: HttpRequest, installer: Installer, typed: str, ticket: str) -> str:
    """What is wrong, or nothing."""
    if " ".join(typed.split()) != " ".join(installer.title.split()):
        return f"Nothing was revoked: type its name exactly as it is written here, “{installer.title}”."
    try:
        services.revoke(installer, act=act_of(request))
    except ActionRefused as refused:
        return refused.sentence
    return ""
