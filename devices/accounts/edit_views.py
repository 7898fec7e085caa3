"""Adding, editing and testing vendor accounts. Secrets are received by POST and are in no response."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from devices.accounts import certificates
from devices.accounts.action_forms import AccountRequest
from devices.accounts.forms import AccountForm
from devices.accounts.probe import CORRECT, ProbeResult, probe_account, probe_values
from devices.accounts.services import create_account, refresh_account, update_account
from devices.accounts.validation import AccountOptions, InvalidAccount
from devices.audit import log as audit
from devices.audit.request import act_of, person
from devices.connections import health
from devices.db.messages import translated
from devices.jobs import heartbeat
from devices.models import Account
from devices.users.reauthentication import reauthenticated
from devices.web import rate_limit
from devices.web.permissions import is_fragment, needs
from devices.web.rate_limit import UserRateLimit
from vendors.base import Vendor
from vendors.errors import AuthFailed
from vendors.registry import VENDORS
from vendors.texts import Message, gettext_noop

MOST_TESTS, TEST_WINDOW = 10, 60
WAIT = Message(gettext_noop("Wait a minute, then test again."))
REFUSED = {
    UserRateLimit.TOO_MANY: ProbeResult(
        False, Message(gettext_noop("%(number)s tests within a minute are allowed."), number=MOST_TESTS), WAIT, tested=False
    ),
    UserRateLimit.UNAVAILABLE: ProbeResult(
        False, Message(gettext_noop("The message broker is not available, so fewer tests are allowed.")), WAIT, tested=False
    ),
}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs("manage_account")
@reauthenticated
def add(request: HttpRequest) -> HttpResponse:
    """First the vendor, then its form. An account is saved after a successful test, or on "Save anyway"."""
    _, vendor = _target(request.POST if request.method == "POST" else request.GET)
    if vendor is None:
        offered = [(each, _needed(each)) for each in VENDORS.values()]
        return render(request, "devices/accounts/choose.html", {"vendors": offered})
    return _filled_in(request, vendor, None) if request.method == "POST" else _form(request, AccountForm(vendor))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs("manage_account")
@reauthenticated
def edit(request: HttpRequest, name: str) -> HttpResponse:
    account = get_object_or_404(Account, name=name)
    vendor = VENDORS.get(account.vendor)
    if vendor is None:
        text = gettext("This version of Rollcall does not support the vendor “%(vendor)s”.")
        messages.error(request, text % {"vendor": account.vendor})
        return redirect("devices:account", name=name)
    if account.being_deleted:
        messages.error(request, gettext("%(account)s is being deleted and cannot be edited.") % {"account": name})
        return redirect("devices:account", name=name)
    return _filled_in(request, vendor, account) if request.method == "POST" else _form(request, AccountForm(vendor, account=account))


def _target(data: QueryDict) -> tuple[Account | None, Vendor | None]:
    """The account of a form, None for a new one, and its vendor, None for an unknown one. Raises Http404 for an unknown account."""
    target = AccountRequest(data)
    if not target.is_valid():
        return None, None
    name = target.cleaned_data["account"]
    account = get_object_or_404(Account, name=name) if name else None
    return account, VENDORS.get(account.vendor if account else target.cleaned_data["vendor"])


def _needed(vendor: Vendor) -> str:
    return ", ".join(gettext(field.label) for field in vendor.fields if field.required and not field.default)


def _filled_in(request: HttpRequest, vendor: Vendor, account: Account | None) -> HttpResponse:
    """Saved after a successful test, or on "Save anyway"; else the form again with all errors."""
    form = AccountForm(vendor, request.POST, account=account, keeps_secrets=is_fragment(request))
    if not form.is_valid():
        _record_refused(request, form)
        return _form(request, form)
    probe = None if form.only_schedule else _tested(request, form)
    if probe is not None and not probe.ok and not _anyway(request):
        return _form(request, form, probe=probe)
    try:
        saved = _save(request, form)
    except InvalidAccount as bad:
        for sentence in bad.sentences:
            form.add_error(None, sentence)
        return _form(request, form)
    _follow(request, form, saved, probe)
    address = reverse("devices:account", args=[saved.name])
    return HttpResponseClientRedirect(address) if is_fragment(request) else redirect(address)


def _anyway(request: HttpRequest) -> bool:
    wanted = AccountRequest(request.POST)
    return wanted.is_valid() and bool(wanted.cleaned_data["anyway"])


def _save(request: HttpRequest, form: AccountForm) -> Account:
    values: dict[str, Any] = {"settings": form.settings, "secrets": form.secrets, "options": form.options, "act": act_of(request)}
    if form.account is not None:
        return update_account(form.account, **values)
    return create_account(name=form.cleaned_data["name"], vendor=form.vendor.slug, **values)


def _follow(request: HttpRequest, form: AccountForm, account: Account, probe: ProbeResult | None) -> None:
    """Start a sync, so that the account's status is that of the new settings; not with credentials that the test showed to be wrong,
    because vendors lock an account after a few refused sign-ins.
    """
    done = [gettext("%(account)s is saved.") % {"account": account.name}]
    if form.moved:
        done.append(gettext("Its stored secrets were removed, because the address or the certificate changed."))
    if probe is not None and isinstance(probe.error, AuthFailed):
        health.refused(account.pk, probe.error, timezone.now())
    elif probe is not None and account.enabled:
        refresh_account(account, act=act_of(request))
        start = gettext("The first sync starts.") if form.account is None else gettext("A sync with the new settings starts.")
        done.append(heartbeat.promise(start))
    if probe is None or probe.ok:
        messages.success(request, " ".join(done))
        return
    failed = gettext("The connection test failed:") if probe.tested else gettext("The connection was not tested:")
    messages.warning(request, " ".join([*done, failed, probe.shown]))


def _form(request: HttpRequest, form: AccountForm, *, probe: ProbeResult | None = None, offer_save: bool = True) -> HttpResponse:
    """The page, or for htmx only the form. `probe`: the result of its test; `offer_save`: "Save anyway" is offered."""
    fragment = is_fragment(request)
    wrong = form.is_bound and (bool(form.errors) or (probe is not None and not probe.ok and offer_save))
    context = {
        "form": form,
        "vendor": form.vendor,
        "account": form.account,
        "probe": probe,
        "fragment": fragment,
        "offer_save": offer_save and probe is not None and not probe.ok,
        "private": _private_hosts(form, probe),
    }
    template = "devices/accounts/_form.html" if fragment else "devices/accounts/form.html"
    return render(request, template, context, status=422 if wrong and not fragment else 200)


def _private_hosts(form: AccountForm, probe: ProbeResult | None) -> Any:
    """The checkbox that allows a private host: shown where the test found one, and where it is checked."""
    private = form.private_hosts
    return private if private.allowed or (probe is not None and probe.private) else None


@sensitive_post_parameters()
@require_POST
@needs("manage_account")
def test(request: HttpRequest) -> HttpResponse:
    """Test the values of the form before they are saved."""
    account, vendor = _target(request.POST)
    if vendor is None:
        return redirect("devices:account_add")
    form = AccountForm(vendor, request.POST, account=account, keeps_secrets=is_fragment(request))
    form.fields.pop("name", None)
    usable = form.is_valid()
    probe = _tested(request, form) if usable else ProbeResult(False, _in_words(form), CORRECT, tested=False)
    if not usable:
        _record_refused(request, form)
    if is_fragment(request):
        return _found(request, probe, pem=form.options.ca_pem, form=form, vendor=vendor, private=_private_hosts(form, probe))
    again = AccountForm(vendor, request.POST, account=account)
    again.is_valid()
    return _form(request, again, probe=probe, offer_save=False)


def _tested(request: HttpRequest, form: AccountForm) -> ProbeResult:
    """Of a valid form."""
    if refused := _refused_test(request):
        return refused
    probe = probe_values(form.vendor.slug, form.settings, form.secrets, account=form.account, options=form.options)
    _record(request, form.vendor, form.account, probe, **_trust(form))
    return probe


def _trust(form: AccountForm) -> dict[str, Any]:
    """For the audit log: the CAs (SHA-256) and checks of this test, where they are not those of the account. No CA: the public ones."""
    before = AccountOptions.of(form.account) if form.account else AccountOptions()
    if not form.options.trusts_others_than(before):
        return {}
    return {"ca": certificates.fingerprints(form.options.ca_pem), "strict_ca": form.options.strict_ca}


def _record_refused(request: HttpRequest, form: AccountForm) -> None:
    """Another CA without the secrets: no call was made, and the audit log says which CA it was."""
    if form.moved and (trust := _trust(form)):
        _record(request, form.vendor, form.account, ProbeResult(False, "", tested=False), **trust)


def _in_words(form: AccountForm) -> str:
    """All errors of the form in one line."""
    return " ".join([*form.non_field_errors(), *(f"{field.label}: {sentence}" for field, sentence in form.faults())])


@require_safe
@needs("manage_account")
def note(request: HttpRequest, vendor: str, field: str) -> HttpResponse:
    """The note on a value while it is typed, or its error, as one line."""
    found = next((each for each in VENDORS[vendor].fields if each.name == field and each.note), None) if vendor in VENDORS else None
    if found is None or found.note is None:
        raise Http404
    value = found.tidy(request.GET.get(f"set_{field}", "")) or found.default
    text = found.note(value, timezone.now()) or VENDORS[vendor].check({field: value}).get(field, "")
    return HttpResponse(escape(translated(text)))


@require_POST
@needs("manage_account")
def test_stored(request: HttpRequest, name: str) -> HttpResponse:
    """Test the stored values, from the account's page."""
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
    parts = [probe.shown]
    if probe.request_id:
        parts.append(gettext("Request ID: %(id)s.") % {"id": probe.request_id})
    messages.add_message(request, messages.SUCCESS if probe.ok else messages.ERROR, " ".join(parts))
    return redirect("devices:account", name=name)


def _refused_test(request: HttpRequest) -> ProbeResult | None:
    """Tests are limited, so that the button is no port scanner."""
    return REFUSED.get(rate_limit.check(f"rollcall:tests:{person(request).pk}", most=MOST_TESTS, seconds=TEST_WINDOW))


def _record(request: HttpRequest, vendor: Vendor, account: Account | None, probe: ProbeResult, **trust: Any) -> None:
    audit.record(
        "connection tested",
        act=act_of(request),
        target=account.name if account else f"new {vendor.label} account",
        accepted=probe.ok,
        **trust,
    )


def _found(request: HttpRequest, probe: ProbeResult, *, pem: str = "", **context: Any) -> HttpResponse:
    """`context`: with `form`, the checkbox of private hosts is updated too."""
    return render(request, "devices/accounts/_probe.html", {"probe": probe, "certificates": certificates.describe(pem), **context})
