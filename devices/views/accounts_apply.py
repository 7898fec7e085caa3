"""Disappearances that were held back: a person looks, says why, and decides."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from devices import absence
from devices.accounts import apply_disappearance
from devices.models import Account, SyncRun
from devices.queries.newest import HIGHEST
from devices.views.guard import needs
from devices.views.person import person

MOST_NAMES = 50
LONGEST_REASON = 500


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_syncrun")
def apply(request: HttpRequest, name: str, run: int) -> HttpResponse:
    account = get_object_or_404(Account, name=name)
    if run > HIGHEST:
        raise Http404
    found = get_object_or_404(SyncRun, pk=run, account=account)
    if not absence.proves_absence(found):
        messages.error(request, "There is nothing to decide any more: a newer list came in, or somebody decided already.")
        return redirect("devices:account", name=name)
    reason = request.POST.get("reason", "").strip()
    if request.method == "POST" and reason and "\0" not in reason:
        count = apply_disappearance(found, reason=reason[:LONGEST_REASON], actor=person(request), request=request)
        if count is None:
            messages.error(request, "Somebody else was faster, or a newer list came in: look again.")
        else:
            messages.success(request, f"{count:,} {'device is' if count == 1 else 'devices are'} now shown as missing.")
        return redirect("devices:account", name=name)
    unseen = absence.unseen(found)
    context = {
        "account": account,
        "run": found,
        "count": unseen.count(),
        "names": unseen.order_by("name", "pk").values_list("name", "external_id", "device_id")[:MOST_NAMES],
        "error": "Write in a few words why: it is kept in the audit log." if request.method == "POST" else "",
    }
    return render(request, "devices/account_apply.html", context, status=422 if request.method == "POST" else 200)
