"""The form of a vendor account, made from the fields of its vendor. Secrets are write-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy

from devices.accounts import certificates
from devices.accounts.action_forms import PLAIN
from devices.accounts.services import name_taken
from devices.accounts.validation import LONGEST_SECRET, AccountOptions, InvalidAccount, check_name, checked, moves, not_a_choice
from devices.db.messages import translated
from devices.models import Account
from devices.web.durations import seconds_words
from vendors.base import Field, Vendor
from vendors.parsing.setting_values import trimmed, without_user

LONGEST = 500
MOST_MINUTES = 31 * 24 * 60
SCHEDULE = frozenset({"full_minutes", "changes_minutes"})
ALLOW_PRIVATE = "allow_private"
ENTER_AGAIN = gettext_lazy("Enter it again: secrets are not sent back to the browser.")
MOVED = gettext_lazy("The address or the certificate changed: enter the secrets again. They are not sent to another server.")
MISSING = {
    "required": gettext_lazy("Enter a value."),
    "max_length": gettext_lazy("Enter at most %(limit_value)d characters."),
    "null_characters_not_allowed": gettext_lazy("This contains a character that cannot be stored: enter it again."),
}


@dataclass(frozen=True, slots=True)
class PrivateHostsField:
    """The servers of an account as `host:port`, and whether it may reach them on a private network."""

    places: tuple[str, ...]
    allowed: bool

    @property
    def value(self) -> str:
        return " ".join(self.places)


class AccountForm(forms.Form):
    """Settings are named `set_…` and secrets `secret_…`, so that no vendor's name collides with another field or a browser's autofill.

    Values are tidied first, so that what is checked, stored and shown again is the same. `keeps_secrets`: the page keeps the values of its
    password fields (static/js/account_form.js), so that no error needs to ask for them again.
    """

    def __init__(
        self,
        vendor: Vendor,
        data: Mapping[str, Any] | None = None,
        *,
        account: Account | None = None,
        keeps_secrets: bool = False,
    ) -> None:
        self.vendor, self.account, self.keeps_secrets = vendor, account, keeps_secrets
        self.moved = False
        self.stored = set(account.secrets.values_list("name", flat=True)) if account else set[str]()
        super().__init__(None if data is None else _tidied(vendor, data), initial=_initial(account) if account else None)
        if account is None:
            self.fields["name"] = forms.CharField(  # validated by `check_name`
                label=gettext("Name"),
                widget=forms.TextInput({**PLAIN, "maxlength": 60}),
                help_text=gettext("Display name, e.g. eset-berlin. Letters, digits, hyphens and underscores."),
                error_messages=MISSING,
            )
        for field in vendor.fields:
            if field.secret:
                self.fields[f"secret_{field.name}"] = SecretField(field, stored=field.name in self.stored)
            else:
                self.fields[f"set_{field.name}"] = _setting(field)
        self._add_schedule()
        self._add_trust()
        self._add_notes()

    def _add_notes(self) -> None:
        """Notes on values: on the initial one here, and on each that is typed by `note` of edit_views.py."""
        for field in self.vendor.fields:
            key, made = f"set_{field.name}", self.fields.get(f"set_{field.name}")
            if isinstance(made, SettingField) and field.note is not None:
                made.note = translated(field.note(str(self[key].value() or ""), timezone.now()))
                made.widget.attrs |= {"hx-get": reverse("devices:account_note", args=[self.vendor.slug, field.name])}
                made.widget.attrs |= {"hx-trigger": "input changed delay:300ms", "hx-target": f"#id_{key}_note"}

    def _add_schedule(self) -> None:
        self.fields["full_minutes"] = _minutes(gettext("Full sync interval (min)"), self.vendor.full_every)
        if "changed" in self.vendor.scopes:
            self.fields["changes_minutes"] = _minutes(gettext("Interval for changes (min)"), self.vendor.changes_every)

    def _add_trust(self) -> None:
        self.fields["ca_pem"] = forms.CharField(
            label=gettext("Private CA certificate"),
            required=False,
            widget=forms.Textarea({**PLAIN, "rows": 5, "class": "mono", "placeholder": "-----BEGIN CERTIFICATE-----"}),
            error_messages=MISSING,
            help_text=gettext("PEM format, certificates only. Trusted instead of the public CAs."),
        )
        self.fields["lax_ca"] = forms.BooleanField(
            label=gettext("Accept legacy CA certificates"),
            required=False,
            help_text=gettext("Names, dates and signatures are still checked."),
        )

    # The groups of the page, in order.

    def connection(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name == "name" or name.startswith(("set_", "secret_"))]

    def schedule(self) -> list[forms.BoundField]:
        return [self[name] for name in ("full_minutes", "changes_minutes") if name in self.fields]

    def trust(self) -> list[forms.BoundField]:
        return [self["ca_pem"], self["lax_ca"]]

    def faults(self) -> list[tuple[forms.BoundField, str]]:
        """Every field with an error, and its error, in the order of the page."""
        return [(self[name], str(error)) for name in self.fields if name in self.errors for error in self.errors[name]]

    @property
    def settings(self) -> dict[str, str]:
        values = {}
        for field in self.vendor.fields:
            if not field.secret:
                value = self.cleaned_data.get(f"set_{field.name}", "")
                values[field.name] = str(value).lower() if field.boolean else str(value)
        return values

    @property
    def secrets(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(f"secret_{name}", "") for name in self.vendor.secret_names}

    @property
    def options(self) -> AccountOptions:
        private = self.private_hosts
        return AccountOptions(
            ca_pem=self.cleaned_data.get("ca_pem", ""),
            strict_ca=not self.cleaned_data.get("lax_ca", False),
            full_every=_seconds(self.cleaned_data.get("full_minutes")),
            changes_every=_seconds(self.cleaned_data.get("changes_minutes")),
            private_hosts=private.places if private.allowed else (),
        )

    @property
    def private_hosts(self) -> PrivateHostsField:
        """The checkbox applies to the servers that the page showed, not to those of another address."""
        if not self.is_bound:
            settings, allowed = (self.account.settings, self.account.private_hosts) if self.account else ({}, [])
            places = self.vendor.places(self.vendor.tidied(settings))
            return PrivateHostsField(places, bool(allowed) and {*places} <= {*allowed})
        places = self.vendor.places(self.vendor.tidied(self.settings))
        return PrivateHostsField(places, bool(places) and self.data.get(ALLOW_PRIVATE) == " ".join(places))

    @property
    def only_schedule(self) -> bool:
        """Only the intervals changed, so that there is no connection to test."""
        stored = AccountOptions.of(self.account).private_hosts if self.account else ()
        return bool(self.changed_data) and {*self.changed_data} <= SCHEDULE and self.options.private_hosts == stored

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        try:
            check_name(name)
        except InvalidAccount as bad:
            raise forms.ValidationError(str(bad)) from None
        if Account.objects.filter(name=name).exists():
            raise forms.ValidationError(str(name_taken(name)))
        return name

    def clean_ca_pem(self) -> str:
        pem = str(self.cleaned_data["ca_pem"])
        if pem:
            try:
                certificates.check(pem)
            except certificates.BadCertificate as bad:
                self._show_instead("ca_pem", "")  # it may be a private key
                raise forms.ValidationError(str(bad)) from None
        return pem

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_whole()
        if "set_url" in self.errors:
            self._show_instead("set_url", without_user(self.data.get("set_url", "")))
        if self.errors and not self.keeps_secrets:
            for name in self.vendor.secret_names:
                if data.get(f"secret_{name}"):
                    self.add_error(f"secret_{name}", ENTER_AGAIN)
        return data

    def _check_whole(self) -> None:
        """Checks over several fields. A field with an error gets no second one."""
        self.moved = self.account is not None and "set_url" not in self.errors and moves(self.account, self.settings, self.options)
        known = frozenset[str]() if self.moved else frozenset(self.stored)
        again = [name for name in self.vendor.secret_names if self.moved and name in self.stored and not self.secrets[name]]
        if again:
            self.add_error(None, MOVED)
        for name in again:
            self.add_error(f"secret_{name}", gettext("Enter it again for the new address or certificate."))
        try:
            checked(self.vendor, self.settings, self.secrets, known_secrets=known)
        except InvalidAccount as bad:
            for sentence in bad.general:
                self.add_error(None, sentence)
            for name, sentence in bad.fields.items():
                key = f"secret_{name}" if name in self.vendor.secret_names else f"set_{name}"
                if key not in self.errors:
                    self.add_error(key, sentence)

    def _show_instead(self, name: str, value: str) -> None:
        """Replace a value that must not be sent back to the browser."""
        self.data = {**self.data, name: value}


def _tidied(vendor: Vendor, data: Mapping[str, Any]) -> dict[str, Any]:
    """The values without blanks and invisible characters around them."""
    tidy = {f"set_{field.name}": field.tidy for field in vendor.fields if not field.secret}
    return {name: tidy.get(name, trimmed)(str(data[name])) for name in data}


def _initial(account: Account) -> dict[str, Any]:
    booleans = {field.name for field in account.about.fields if field.boolean}
    values = {f"set_{name}": value == "true" if name in booleans else value for name, value in account.settings.items()}
    return values | {
        "ca_pem": account.ca_pem,
        "lax_ca": not account.strict_ca,
        "full_minutes": None if account.full_every is None else -(-account.full_every // 60),
        "changes_minutes": None if account.changes_every is None else -(-account.changes_every // 60),
    }


def _help(field: Field) -> str:
    return gettext(field.help) if field.help else ""


def _setting(field: Field) -> forms.Field:
    common: dict[str, Any] = {"label": gettext(field.label), "help_text": _help(field), "error_messages": MISSING}
    if field.boolean:
        return forms.BooleanField(required=False, initial=field.default == "true", **common)
    if field.choices:
        common["error_messages"] = {**MISSING, "invalid_choice": not_a_choice(field)}
        choices = [(key, gettext(label)) for key, label in field.choices]
        return forms.ChoiceField(choices=choices, required=field.required, initial=field.default, **common)
    return SettingField(field, **common)


class SettingField(forms.CharField):
    """`suggestions`: values that the browser offers. `note`: a sentence about the value; None for a field without notes."""

    def __init__(self, field: Field, **common: Any) -> None:
        self.suggestions = field.suggestions() if field.suggestions else ()
        self.note: str | None = None
        widget = forms.TextInput({**PLAIN, "list": f"id_set_{field.name}_list"} if self.suggestions else PLAIN)
        super().__init__(required=field.required, max_length=LONGEST, initial=field.default, widget=widget, **common)


class SecretField(forms.CharField):
    """Write-only: its widget never renders a value. `stored`: an empty value keeps the stored one."""

    def __init__(self, field: Field, *, stored: bool) -> None:
        self.stored = stored
        super().__init__(
            label=gettext(field.label),
            required=field.required and not stored,
            strip=False,
            max_length=LONGEST_SECRET,
            help_text=gettext("Leave blank to keep.") if stored else _help(field),
            widget=forms.PasswordInput(PLAIN, render_value=False),
            error_messages=MISSING,
        )


def _minutes(label: str, default: int) -> forms.IntegerField:
    most = number_format(MOST_MINUTES, force_grouping=True)
    invalid = gettext("Enter a whole number of minutes from 0 to %(most)s.") % {"most": most}
    if default:
        help_text = gettext("Default: %(interval)s; 0 = manual only") % {"interval": seconds_words(default)}
    else:
        help_text = gettext("Default: manual only")
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST_MINUTES,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), invalid),
        help_text=help_text,
        widget=forms.NumberInput({"inputmode": "numeric", **PLAIN}),
    )


def _seconds(minutes: int | None) -> int | None:
    return None if minutes is None else minutes * 60
