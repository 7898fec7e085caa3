"""The page of muted issues and devices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.account_status.status import account_statuses
from devices.issues.muted import muted_issues
from devices.web.permissions import needs


@require_safe
@needs("view_issue")
def page(request: HttpRequest) -> HttpResponse:
    context = {
        "found": muted_issues(now=timezone.now(), known=account_statuses(request)),
        "list_url": reverse("devices:issues"),
        "devices_url": reverse("devices:list"),
    }
    return render(request, "devices/issues/muted.html", context)
