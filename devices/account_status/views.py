"""The banner as a fragment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from devices.account_status.alerts import troubles
from devices.account_status.status import account_statuses
from devices.web.permissions import needs


@require_safe
@needs("view_device")
def fragment(request: HttpRequest) -> HttpResponse:
    """System alerts and account statuses for a page that stays open."""
    found = account_statuses(request)
    alerts = troubles(found).without(request.GET.getlist("shown"))
    return render(request, "devices/account_status/_troubles_now.html", {"troubles": alerts, "statuses": found})
