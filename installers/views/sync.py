from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from devices.audit.request import person
from devices.web.permissions import needs
from installers.register import scheduling


@require_POST
@needs("create_installer")
def compare(request: HttpRequest) -> HttpResponse:
    """Read every vendor's list of installers now; one reading at a time, however many ask."""
    accounts = scheduling.offering()
    for account in accounts:
        scheduling.request_stocktake(account, now=timezone.now(), by=person(request))
    if accounts:
        messages.success(request, f"Rollcall asks {', '.join(account.name for account in accounts)}: reload this page in a moment.")
    else:
        messages.info(request, "No enabled account lists installers.")
    return redirect("installers:register")
