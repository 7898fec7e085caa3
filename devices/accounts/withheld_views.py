"""Review of missing devices that were withheld: a user enters a reason, a worker marks them, and the page shows the progress."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from devices.accounts.views import RUN_ENDED
from devices.audit.request import act_of
from devices.lists.ids import HIGHEST
from devices.models import Account, SyncRun
from devices.sync import absence, withheld
from devices.users.reauthentication import reauthenticated
from devices.web.permissions import is_fragment, needs
from devices.web.reasons import ReasonForm

MOST_NAMES = 50


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_syncrun")
@reauthenticated
def apply(request: HttpRequest, name: str, run: int) -> HttpResponse:
    account, found = _run(name, run)
    if found.being_applied:
        messages.info(request, gettext("The review is already done, and the devices are being marked."))
        return redirect("devices:account", name=name)
    if not absence.proves_absence(found):
        messages.error(request, gettext("There is nothing left to review: a newer sync has completed, or the review is done."))
        return redirect("devices:account", name=name)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if withheld.decide_withheld(found, reason=form.cleaned_data["reason"], act=act_of(request)):
            messages.success(request, gettext("Review saved. The devices are being marked as missing."))
        else:
            messages.error(request, gettext("Nothing was changed: a newer sync has completed, or another user did the review."))
        return redirect("devices:account", name=name)
    unseen = absence.unseen(found)
    context = {
        "account": account,
        "run": found,
        "count": unseen.count(),
        "names": unseen.order_by("name", "pk").values_list("name", "external_id", "device_id")[:MOST_NAMES],
        "form": form,
    }
    return render(request, "devices/accounts/withheld.html", context, status=422 if form.is_bound else 200)


@require_safe
@needs("view_account")
def applying(request: HttpRequest, name: str, run: int) -> HttpResponse:
    """The fragment that the page polls while devices are being marked; its last answer updates the page around it."""
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
