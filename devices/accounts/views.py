"""Vendor accounts: the list, the page of one, and its actions: sync, cancel, enable, disable."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from devices.account_status.status import account_statuses, named
from devices.accounts import certificates
from devices.accounts.action_forms import EnableForm, SyncForm
from devices.accounts.deletion.services import progress_of
from devices.accounts.field_repairs import repaired
from devices.accounts.list_size import size_change
from devices.accounts.queries import AccountCard, cards, under_way
from devices.accounts.run_progress import spoken
from devices.accounts.services import refresh_account, switch_account
from devices.accounts.validation import InvalidAccount
from devices.audit.request import act_of
from devices.db.messages import translated
from devices.jobs import heartbeat
from devices.lists.keyset import newest
from devices.models import Account, Quarantine, SyncRun
from devices.sync import absence, cancellation
from devices.web.permissions import is_fragment, needs
from vendors.errors import Unsupported
from vendors.registry import VENDORS

RUNS = 25
MOST_NAMES = 50  # as on the page of the review
MOST_QUARANTINED = 50
RUN_ENDED = "run-ended"


@require_safe
@needs("view_account")
def index(request: HttpRequest) -> HttpResponse:
    found = cards(account_statuses(request), timezone.now())
    context = {"cards": found, "shown_accounts": [card.account.name for card in found]}
    return render(request, "devices/accounts/list.html", context)


@require_safe
@needs("view_account")
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One account: status and next step, then counts, sync history, invalid records, and secrets."""
    account, now = get_object_or_404(Account, name=name), timezone.now()
    shown = cards(named(account_statuses(request), [name]), now)[0]
    trusted = certificates.describe(account.ca_pem)
    expiring = certificates.expiring(trusted, now)
    context = {
        "card": shown,
        "account": account,
        "shown_accounts": [account.name],
        "secrets": _secrets(shown),
        "deleting": progress_of(account) if account.being_deleted else None,
        "repaired": repaired(account),
        "certificates": trusted,
        "expiring": expiring,
        "expired": expiring is not None and expiring.expired(now),
        "size": size_change(account, shown.full),
        # A list filtered by vendor shows this account's devices only where the vendor has no second account.
        "sole": not Account.objects.filter(vendor=account.vendor).exclude(pk=account.pk).exists(),
    }
    if request.user.has_perm("devices.view_syncrun"):
        runs = SyncRun.objects.filter(account=account).select_related("requested_by", "applied_by")
        context["history"] = newest(runs, size=RUNS, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    if shown.held and not shown.held.being_applied:
        context["unseen"] = absence.unseen(shown.held).order_by("name", "pk").values_list("name", "external_id", "device_id")[:MOST_NAMES]
    if shown.quarantined and request.user.has_perm("devices.view_quarantine"):
        context["quarantine"] = Quarantine.objects.filter(account=account).order_by("-last_at", "external_id")[:MOST_QUARANTINED]
    return render(request, "devices/accounts/detail.html", context)


def _secrets(shown: AccountCard) -> list[tuple[str, object]]:
    """Label and row, never the value; a row of None is a secret that is missing."""
    if shown.vendor is None:
        return []
    rows = {row.name: row for row in shown.account.secrets.select_related("set_by").defer("sealed")}
    return [(gettext(field.label), rows.get(field.name)) for field in shown.vendor.fields if field.secret]


@require_safe
@needs("view_account")
def progress(request: HttpRequest, name: str) -> HttpResponse:
    """The fragment that the page polls while a run is under way; the answer after its end does not poll any more."""
    account = get_object_or_404(Account, name=name)
    if not is_fragment(request):
        return redirect("devices:account", name=name)
    return _progress(request, account)


def _progress(request: HttpRequest, account: Account, *, problem: str = "") -> HttpResponse:
    run, ended = under_way(account)
    # A text that a screen reader has read out is not sent again.
    said = request.GET.get("said") if run else None
    context = {"card": {"run": run, "ended": ended}, "account": account, "problem": problem, "say": not run or said != spoken(run)}
    answer = render(request, "devices/accounts/_progress.html", context)
    if run is None and not problem:
        trigger_client_event(answer, RUN_ENDED)
    return answer


@require_POST
@needs("refresh_account")
def refresh(request: HttpRequest, name: str) -> HttpResponse:
    account = get_object_or_404(Account, name=name)
    done, problem = _request_sync(request, account)
    if is_fragment(request):
        return _progress(request, account, problem=problem)
    messages.add_message(request, messages.ERROR if problem else messages.SUCCESS, problem or done)
    return redirect("devices:account", name=name)


def _request_sync(request: HttpRequest, account: Account) -> tuple[str, str]:
    """What was done, or why it was refused."""
    before = timezone.now()
    if account.vendor not in VENDORS:
        return "", gettext("This version of Rollcall does not support the vendor “%(vendor)s”.") % {"vendor": account.vendor}
    if not account.enabled and not account.being_deleted:
        return "", gettext("%(account)s is disabled: enable it, then sync.") % {"account": account.name}
    try:
        run = refresh_account(account, full=SyncForm(request.POST).full, act=act_of(request))
    except Unsupported as error:
        return "", f"{translated(error.sentence)} {translated(error.next_step)}".strip()
    except InvalidAccount as bad:
        return "", str(bad)
    if run.created_at < before:
        return gettext("A sync is already running."), ""
    return heartbeat.promise(gettext("The sync starts within seconds.")), ""


@require_POST
@needs("refresh_account")
def cancel(request: HttpRequest, name: str) -> HttpResponse:
    """End the sync that is under way; what it has stored stays."""
    account = get_object_or_404(Account, name=name)
    run = cancellation.cancel(account, act=act_of(request))
    problem = "" if run else gettext("No sync is running.")
    if is_fragment(request):
        return _progress(request, account, problem=problem)
    messages.add_message(request, messages.SUCCESS if run else messages.ERROR, problem or gettext("Sync canceled."))
    return redirect("devices:account", name=name)


@require_POST
@needs("manage_account")
def switch(request: HttpRequest, name: str) -> HttpResponse:
    account = get_object_or_404(Account, name=name)
    enabled = EnableForm(request.POST).wanted
    try:
        if enabled != account.enabled:
            switch_account(account, enabled=enabled, act=act_of(request))
    except InvalidAccount as bad:
        messages.error(request, str(bad))
        return redirect("devices:account", name=name)
    if enabled:
        enabled_text = gettext("%(account)s is enabled.") % {"account": name}
        next_step = heartbeat.promise(gettext("It is synced within a minute."))
        messages.success(request, f"{enabled_text} {next_step}")
    else:
        messages.success(request, gettext("%(account)s is disabled. The last synced data is shown.") % {"account": name})
    return redirect("devices:account", name=name)
