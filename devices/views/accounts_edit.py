"""Adding, changing and testing vendor accounts. Secrets come in by POST and leave in no answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from devices import audit, certificates, heartbeat, throttle
from devices.account_settings import BadAccount
from devices.accounts import create_account, refresh_account, update_account
from devices.forms import AccountForm
from devices.models import Account
from devices.probing import Probe, probe_account, probe_values
from devices.throttle import Limit
from devices.views.guard import is_fragment, needs
from devices.views.person import act_of, person
from vendors.base import Vendor
from vendors.registry import VENDORS

MOST_TESTS, TEST_WINDOW = 10, 60
REFUSED = {
    Limit.TOO_MANY: Probe(False, f"You tested {MOST_TESTS} times within a minute.", "Wait a minute, then test again.", tested=False),
    Limit.UNAVAILABLE: Probe(
        False,
        "The message broker is not available, so fewer tests per minute are allowed.",
        "Wait a minute, then test again.",
        tested=False,
    ),
}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs("manage_account")
def add(request: HttpRequest) -> HttpResponse:
    """First the vendor, then its form; saved accounts are fetched by themselves."""
    vendor = VENDORS.get((request.POST if request.method == "POST" else request.GET).get("vendor", ""))
    if vendor is None:
        offered = [(each, [field.label for field in each.fields if field.required and not field.default]) for each in VENDORS.values()]
        return render(request, "devices/account_choose.html", {"vendors": offered})
    form = AccountForm(vendor, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            account = create_account(
                name=form.cleaned_data["name"],
                vendor=vendor.slug,
                settings=form.settings,
                secrets=form.secrets,
                options=form.options,
                act=act_of(request),
            )
        except BadAccount as bad:
            _refused(form, bad)
        else:
            refresh_account(account, act=act_of(request))
            messages.success(request, f"{account.name} is saved. {heartbeat.promise('Its first fetch begins.')}")
            return redirect("devices:account", name=account.name)
    return _form(request, form)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs("manage_account")
def edit(request: HttpRequest, name: str) -> HttpResponse:
    account = get_object_or_404(Account, name=name)
    vendor = VENDORS.get(account.vendor)
    if vendor is None:
        messages.error(request, f"This version of Rollcall does not know the vendor “{account.vendor}”, so {name} cannot be edited.")
        return redirect("devices:account", name=name)
    if account.being_deleted:
        messages.error(request, f"{name} is being deleted, so it cannot be edited.")
        return redirect("devices:account", name=name)
    form = AccountForm(vendor, request.POST if request.method == "POST" else None, account=account)
    if request.method == "POST" and form.is_valid():
        try:
            account = update_account(account, settings=form.settings, secrets=form.secrets, options=form.options, act=act_of(request))
        except BadAccount as bad:
            _refused(form, bad)
        else:
            gone = " Its address changed, so its old secrets are gone." if form.moved else ""
            messages.success(request, f"{name} is saved.{gone}{_try(request, account, form)}")
            return redirect("devices:account", name=name)
    return _form(request, form)


def _try(request: HttpRequest, account: Account, form: AccountForm) -> str:
    """New settings and secrets are tried by a fetch at once, so that the account's health speaks of them and not of the old ones."""
    changed = [name for name in form.changed_data if name.startswith(("set_", "secret_", "ca_pem", "lax_ca"))]
    if not account.enabled or not changed:
        return ""
    refresh_account(account, act=act_of(request))
    return f" {heartbeat.promise('A fetch with the new settings begins.')}"


def _refused(form: AccountForm, bad: BadAccount) -> None:
    for sentence in bad.sentences:
        form.add_error(None, sentence)


def _form(request: HttpRequest, form: AccountForm, *, probe: Probe | None = None) -> HttpResponse:
    wrong = form.is_bound and bool(form.errors) and probe is None
    return render(
        request,
        "devices/account_form.html",
        {"form": form, "vendor": form.vendor, "account": form.account, "probe": probe},
        status=422 if wrong else 200,
    )


@sensitive_post_parameters()
@require_POST
@needs("manage_account")
def test(request: HttpRequest) -> HttpResponse:
    """Try what the form holds, before it is saved."""
    account = get_object_or_404(Account, name=request.POST["account"]) if request.POST.get("account") else None
    vendor = VENDORS.get(account.vendor if account else request.POST.get("vendor", ""))
    if vendor is None:
        return redirect("devices:account_add")
    form = AccountForm(vendor, request.POST, account=account)
    form.fields.pop("name", None)
    probe = _of_form(request, form)
    if is_fragment(request):
        return _found(request, probe, pem=form.options.ca_pem)
    again = AccountForm(vendor, request.POST, account=account)
    again.is_valid()
    return _form(request, again, probe=probe)


def _of_form(request: HttpRequest, form: AccountForm) -> Probe:
    usable = form.is_valid()
    if refused := _refused_test(request):
        return refused
    if not usable:
        return Probe(False, _first_error(form), "Nothing was sent. Correct this and test again.", tested=False)
    probe = probe_values(form.vendor.slug, form.settings, form.secrets, account=form.account, options=form.options)
    _record(request, form.vendor, form.account, probe)
    return probe


def _first_error(form: AccountForm) -> str:
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label}: " if name in form.fields else ""
        return f"{label}{errors[0]}"
    return ""


@require_POST
@needs("manage_account")
def test_stored(request: HttpRequest, name: str) -> HttpResponse:
    """Try what is stored, from the account's own page."""
    account = get_object_or_404(Account, name=name)
    vendor = VENDORS.get(account.vendor)
    if vendor is None:
        return redirect("devices:account", name=name)
    probe = _refused_test(request)
    if probe is None:
        probe = probe_account(account)
        _record(request, vendor, account, probe)
    if is_fragment(request):
        return _found(request, probe)
    reference = f" Request id {probe.request_id}." if probe.request_id else ""
    messages.add_message(
        request, messages.SUCCESS if probe.ok else messages.ERROR, f"{probe.sentence} {probe.next_step}{reference}".strip()
    )
    return redirect("devices:account", name=name)


def _refused_test(request: HttpRequest) -> Probe | None:
    """Tests are limited, or the button would be a port scanner."""
    return REFUSED.get(throttle.check(f"rollcall:tests:{person(request).pk}", most=MOST_TESTS, seconds=TEST_WINDOW))


def _record(request: HttpRequest, vendor: Vendor, account: Account | None, probe: Probe) -> None:
    audit.record(
        "connection tested",
        act=act_of(request),
        target=account.name if account else f"new {vendor.label} account",
        accepted=probe.ok,
    )


def _found(request: HttpRequest, probe: Probe, *, pem: str = "") -> HttpResponse:
    context: dict[str, Any] = {"probe": probe, "certificates": certificates.describe(pem)}
    return render(request, "devices/_account_probe.html", context)
