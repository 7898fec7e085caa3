"""Adding, changing and testing vendor accounts. Secrets come in by POST and leave in no answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from devices.accounts import certificates
from devices.accounts.forms import AccountForm
from devices.accounts.probe import ProbeResult, probe_account, probe_values
from devices.accounts.services import create_account, refresh_account, update_account
from devices.accounts.validation import InvalidAccount
from devices.audit import log as audit
from devices.audit.request import act_of, person
from devices.connections import health
from devices.jobs import heartbeat
from devices.models import Account
from devices.web import rate_limit
from devices.web.permissions import is_fragment, needs
from devices.web.rate_limit import UserRateLimit
from vendors.base import Vendor
from vendors.errors import AuthFailed
from vendors.registry import VENDORS

MOST_TESTS, TEST_WINDOW = 10, 60
REFUSED = {
    UserRateLimit.TOO_MANY: ProbeResult(
        False, f"You tested {MOST_TESTS} times within a minute.", "Wait a minute, then test again.", tested=False
    ),
    UserRateLimit.UNAVAILABLE: ProbeResult(
        False,
        "The message broker is not available, so fewer tests per minute are allowed.",
        "Wait a minute, then test again.",
        tested=False,
    ),
}
ANYWAY = "anyway"  # the button that saves what failed its test


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs("manage_account")
def add(request: HttpRequest) -> HttpResponse:
    """First the vendor, then its form. What is saved was tested, or the person said that it does not matter."""
    vendor = VENDORS.get((request.POST if request.method == "POST" else request.GET).get("vendor", ""))
    if vendor is None:
        offered = [(each, [field.label for field in each.fields if field.required and not field.default]) for each in VENDORS.values()]
        return render(request, "devices/accounts/choose.html", {"vendors": offered})
    return _filled_in(request, vendor, None) if request.method == "POST" else _form(request, AccountForm(vendor))


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
    return _filled_in(request, vendor, account) if request.method == "POST" else _form(request, AccountForm(vendor, account=account))


def _filled_in(request: HttpRequest, vendor: Vendor, account: Account | None) -> HttpResponse:
    """Saved after a test that went well, or anyway; else the form again, with everything that is wrong with it."""
    form = AccountForm(vendor, request.POST, account=account, keeps_secrets=is_fragment(request))
    if not form.is_valid():
        return _form(request, form)
    probe = None if form.only_schedule else _tested(request, form)
    if probe is not None and not probe.ok and ANYWAY not in request.POST:
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


def _save(request: HttpRequest, form: AccountForm) -> Account:
    values: dict[str, Any] = {"settings": form.settings, "secrets": form.secrets, "options": form.options, "act": act_of(request)}
    if form.account is not None:
        return update_account(form.account, **values)
    return create_account(name=form.cleaned_data["name"], vendor=form.vendor.slug, **values)


def _follow(request: HttpRequest, form: AccountForm, account: Account, probe: ProbeResult | None) -> None:
    """A sync with the new settings at once, so that the account's health speaks of them; not with credentials that the test showed to be
    wrong, because vendors lock an account after a few refused sign-ins.
    """
    words = f"{account.name} is saved."
    if form.moved:
        words += " Its old secrets were removed, because its address or certificate changed."
    if probe is not None and isinstance(probe.error, AuthFailed):
        health.refused(account.pk, probe.error, timezone.now())
    elif probe is not None and account.enabled:
        refresh_account(account, act=act_of(request))
        words += f" {heartbeat.promise('A first sync begins.' if form.account is None else 'A sync with the new settings begins.')}"
    if probe is not None and not probe.ok:
        found = "does not work" if probe.tested else "was not tested"
        messages.warning(request, f"{words} Its connection {found}: {probe.sentence} {probe.next_step}".strip())
    else:
        messages.success(request, words)


def _form(request: HttpRequest, form: AccountForm, *, probe: ProbeResult | None = None, offer_save: bool = True) -> HttpResponse:
    """The page, or for htmx the form alone. `probe`: what its test found; `offer_save`: the person was about to save."""
    fragment = is_fragment(request)
    wrong = form.is_bound and (bool(form.errors) or (probe is not None and not probe.ok and offer_save))
    context = {
        "form": form,
        "vendor": form.vendor,
        "account": form.account,
        "probe": probe,
        "fragment": fragment,
        "offer_save": offer_save and probe is not None and not probe.ok,
        "private": _question(form, probe),
    }
    template = "devices/accounts/_form.html" if fragment else "devices/accounts/form.html"
    return render(request, template, context, status=422 if wrong and not fragment else 200)


def _question(form: AccountForm, probe: ProbeResult | None) -> Any:
    """May the account reach its server on a private network? Asked where the test found it there, and shown where it was answered."""
    private = form.private_hosts
    return private if private.allowed or (probe is not None and probe.private) else None


@sensitive_post_parameters()
@require_POST
@needs("manage_account")
def test(request: HttpRequest) -> HttpResponse:
    """Try what the form holds, before it is saved."""
    account = get_object_or_404(Account, name=request.POST["account"]) if request.POST.get("account") else None
    vendor = VENDORS.get(account.vendor if account else request.POST.get("vendor", ""))
    if vendor is None:
        return redirect("devices:account_add")
    form = AccountForm(vendor, request.POST, account=account, keeps_secrets=is_fragment(request))
    form.fields.pop("name", None)
    usable = form.is_valid()
    probe = (
        _tested(request, form)
        if usable
        else ProbeResult(False, _in_words(form), "Nothing was sent. Correct this and test again.", tested=False)
    )
    if is_fragment(request):
        return _found(request, probe, pem=form.options.ca_pem, form=form, vendor=vendor, private=_question(form, probe))
    again = AccountForm(vendor, request.POST, account=account)
    again.is_valid()
    return _form(request, again, probe=probe, offer_save=False)


def _tested(request: HttpRequest, form: AccountForm) -> ProbeResult:
    """Of a valid form."""
    if refused := _refused_test(request):
        return refused
    probe = probe_values(form.vendor.slug, form.settings, form.secrets, account=form.account, options=form.options)
    _record(request, form.vendor, form.account, probe)
    return probe


def _in_words(form: AccountForm) -> str:
    """Everything that is wrong with the form, in one line."""
    return " ".join([*form.non_field_errors(), *(f"{field.label}: {sentence}" for field, sentence in form.faults())])


@require_safe
@needs("manage_account")
def note(request: HttpRequest, vendor: str, field: str) -> HttpResponse:
    """What a value that is being typed means, or what is wrong with it, as one line."""
    found = next((each for each in VENDORS[vendor].fields if each.name == field and each.note), None) if vendor in VENDORS else None
    if found is None or found.note is None:
        raise Http404
    value = found.tidy(request.GET.get(f"set_{field}", "")) or found.default
    told = found.note(value, timezone.now()) or VENDORS[vendor].check({field: value}).get(field, "")
    return HttpResponse(escape(told))


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


def _refused_test(request: HttpRequest) -> ProbeResult | None:
    """Tests are limited, or the button would be a port scanner."""
    return REFUSED.get(rate_limit.check(f"rollcall:tests:{person(request).pk}", most=MOST_TESTS, seconds=TEST_WINDOW))


def _record(request: HttpRequest, vendor: Vendor, account: Account | None, probe: ProbeResult) -> None:
    audit.record(
        "connection tested",
        act=act_of(request),
        target=account.name if account else f"new {vendor.label} account",
        accepted=probe.ok,
    )


def _found(request: HttpRequest, probe: ProbeResult, *, pem: str = "", **context: Any) -> HttpResponse:
    """`context`: with `form`, the question about private hosts beside its address is renewed too."""
    return render(request, "devices/accounts/_probe.html", {"probe": probe, "certificates": certificates.describe(pem), **context})
