"""Revoking an installer at the vendor, confirmed by its name."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from devices.audit.request import act_of
from devices.errors import ActionRefused
from devices.web.permissions import needs
from devices.web.ticket import ticket_of
from installers.orders import services
from installers.orders.forms import RevokeForm
from installers.views.request_context import installer_or_404, purpose_query


@require_http_methods(["GET", "HEAD", "POST"])
@needs("revoke_installer")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    installer = installer_or_404(request, pk)
    back = reverse("installers:detail", args=[installer.pk]) + purpose_query(request)
    form = RevokeForm(installer, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.revoke(installer, act=act_of(request))
        except ActionRefused as refused:
            form.add_error("name", refused.sentence)
        else:
            messages.success(request, gettext("Revoking “%(name)s” at the vendor.") % {"name": installer.title})
            return redirect(back)
    context = {"installer": installer, "ticket": ticket_of(request), "back": back, "form": form}
    return render(request, "installers/revoke.html", context, status=422 if form.errors else 200)
