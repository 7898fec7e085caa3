"""One application."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.account_status.status import account_statuses
from devices.web.permissions import needs
from patching.lists.filters import PatchFilters
from patching.lists.stale_sources import aged
from patching.lists.titles import one_title
from patching.pages.title import of_title


@require_safe
@needs("view_device")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    title = one_title(pk)
    if title is None:
        raise Http404
    now = timezone.now()
    context = {
        "found": of_title(title, now=now),
        "title": title,
        "aged": aged(PatchFilters(vendor=title.vendor), account_statuses(request), now=now),
    }
    return render(request, "patching/title.html", context)
