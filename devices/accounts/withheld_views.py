"""Disappearances that were held back: a person looks, says why, and decides; a worker marks them, and the page follows it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from devices.accounts.views import RUN_ENDED
from devices.audit.request import act_of
from devices.errors import LONGEST_REASON
from devices.lists.ids import HIGHEST
from devices.models import Account, SyncRun
from devices.sync import absence, withheld
from devices.web.permissions import is_fragment, needs

MOST_NAMES = 50


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_syncrun")
def apply(request: HttpRequest, name: str, run: int) -> HttpResponse:
    account, found = _run(name, run)
    if found.being_applied:
        messages.info(request, "Somebody has decided already, and the devices are being marked.")
        return redirect("devices:account", name=name)
    if not absence.proves_absence(found):
        messages.error(request, "There is nothing to decide any more: a newer list came in, or somebody decided already.")
        return redirect("devices:account", name=name)
    reason = request.POST.get("reason", "").strip()
    if request.method == "POST" and reason and "\0" not in reason:
        if withheld.decide_withheld(found, reason=reason[:LONGEST_REASON], act=act_of(request)):
            messages.success(request, "Decided. They are marked from now on, which takes a moment.")
        else:
            messages.error(request, "Somebody else was faster, or a newer list came in: look again.")
        return redirect("devices:account", name=name)
    unseen = absence.unseen(found)
    context = {
        "account": account,
        "run": found,
        "count": unseen.count(),
        "names": unseen.order_by("name", "pk").values_list("name", "external_id", "device_id")[:MOST_NAMES],
        "error": "Write in a few words why: it is kept in the audit log." if request.method == "POST" else "",
    }
    return render(request, "devices/accounts/withheld.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@needs("view_account")
def applying(request: HttpRequest, name: str, run: int) -> HttpResponse:
    """The fragment that the page polls while devices are being marked; its last answer renews the page around it."""
    account, found = _run(name, run)
    if not is_fragment(request):
        return redirect("devices:account", name=name)
    context = {"account": account, "run": found, "done": not found.being_applied}
    answer = render(request, "devices/accounts/_withheld_progress.html", context)
    return answer if found.being_applied else trigger_client_event(answer, RUN_ENDED)


def _run(name: str, run: int) -> tuple[Account, SyncRun]:
    account = get_object_or_404(Account, name=name)
    if run > HIGHEST:
        raise Http404
    return account, get_object_or_404(SyncRun.objects.select_related("applied_by"), pk=run, account=account)
