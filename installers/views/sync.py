from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from devices.audit import log as audit
from devices.audit.request import act_of, person
from devices.jobs import wake_ups
from devices.web.permissions import needs
from installers.register import scheduling


@require_POST
@needs("create_installer")
def start(request: HttpRequest) -> HttpResponse:
    """Start a sync of installers of every vendor account."""
    accounts = scheduling.offering()
    for account in accounts:
        stocktake = scheduling.request_stocktake(account, now=timezone.now(), by=person(request))
        wake_ups.job_after_commit("installer_sync", stocktake.pk)
        audit.record("installers compared", act=act_of(request), target=account.name)
    if accounts:
        messages.success(request, gettext("Sync started: %(accounts)s.") % {"accounts": ", ".join(account.name for account in accounts)})
    else:
        messages.info(request, gettext("No enabled vendor account supports installers."))
    return redirect("installers:register")
