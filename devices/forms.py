"""The form of a vendor account, made from the vendor's own description. Secrets go in and never come out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from devices import certificates
from devices.account_settings import LONGEST_SECRET, BadAccount, Options, checked, moves
from devices.models import Account
from devices.templatetags.runs import every
from vendors.base import Field, Vendor

LONGEST = 500
MOST_MINUTES = 31 * 24 * 60
ENTER_AGAIN = "Enter it again: what you typed is never sent back to the browser."
MOVED = "The address changed, so the stored secrets are removed and not sent there: enter them again."
_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class AccountForm(forms.Form):
    """Settings are named `set_…` and secrets `secret_…`, so that no vendor's word meets one of ours or a browser's autofill."""

    def __init__(self, vendor: Vendor, data: Any = None, *, account: Account | None = None) -> None:
        self.vendor, self.account = vendor, account
        self.moved = False
        self.stored = set(account.secrets.values_list("name", flat=True)) if account else set[str]()
        super().__init__(data, initial=_initial(account) if account else None)
        if account is None:
            self.fields["name"] = forms.SlugField(
                label="Name",
                max_length=60,
                widget=forms.TextInput(_PLAIN),
                help_text="What people call it here, like eset-berlin. Letters, digits, hyphens and underscores.",
            )
        for field in vendor.fields:
            if field.secret:
                self.fields[f"secret_{field.name}"] = SecretField(field, stored=field.name in self.stored)
            else:
                self.fields[f"set_{field.name}"] = _setting(field)
        self._add_schedule()
        self._add_trust()

    def _add_schedule(self) -> None:
        self.fields["full_minutes"] = _minutes("Whole list every … minutes", self.vendor.full_every)
        if "changed" in self.vendor.scopes:
            self.fields["changes_minutes"] = _minutes("Changes every … minutes", self.vendor.changes_every)

    def _add_trust(self) -> None:
        self.fields["ca_pem"] = forms.CharField(
            label="Certificate of your own CA",
            required=False,
            widget=forms.Textarea({**_PLAIN, "rows": 5, "class": "mono", "placeholder": "-----BEGIN CERTIFICATE-----"}),
            help_text="Only for servers inside your network: PEM text, certificates only. It is then trusted instead of the public CAs.",
        )
        self.fields["lax_ca"] = forms.BooleanField(
            label="The CA is old and breaks today's rules for certificates",
            required=False,
            help_text="Names, dates and signatures are still checked.",
        )

    # What groups the page shows, in order.

    def connection(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name == "name" or name.startswith(("set_", "secret_"))]

    def schedule(self) -> list[forms.BoundField]:
        return [self[name] for name in ("full_minutes", "changes_minutes") if name in self.fields]

    def trust(self) -> list[forms.BoundField]:
        return [self["ca_pem"], self["lax_ca"]]

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
    def options(self) -> Options:
        return Options(
            ca_pem=self.cleaned_data.get("ca_pem", ""),
            strict_ca=not self.cleaned_data.get("lax_ca", False),
            full_every=_seconds(self.cleaned_data.get("full_minutes")),
            changes_every=_seconds(self.cleaned_data.get("changes_minutes")),
        )

    def clean_ca_pem(self) -> str:
        pem = str(self.cleaned_data["ca_pem"])
        if pem.strip():
            try:
                certificates.check(pem)
            except certificates.BadCertificate as bad:
                self._forget("ca_pem")
                raise forms.ValidationError(str(bad)) from None
        return pem

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self._check_whole()
        if self.errors:
            for name in self.vendor.secret_names:
                if data.get(f"secret_{name}"):
                    self.add_error(f"secret_{name}", ENTER_AGAIN)
        return data

    def _check_whole(self) -> None:
        self.moved = self.account is not None and moves(self.account, self.settings)
        missing = [name for name in self.vendor.secret_names if not self.secrets[name]]
        if self.moved and self.stored & set(missing):
            self.add_error(None, MOVED)
            for name in missing:
                self.add_error(f"secret_{name}", "Enter it again for the new address.")
            return
        try:
            known = frozenset[str]() if self.moved else frozenset(self.stored)
            checked(self.vendor, self.settings, self.secrets, known_secrets=known)
        except BadAccount as bad:
            for sentence in bad.sentences:
                self.add_error(None, sentence)

    def _forget(self, name: str) -> None:
        """What was refused here may be a private key: it is not sent back."""
        self.data = {**self.data.dict(), name: ""} if isinstance(self.data, QueryDict) else {**self.data, name: ""}


def _initial(account: Account) -> dict[str, Any]:
    booleans = {field.name for field in account.about.fields if field.boolean}
    values = {f"set_{name}": value == "true" if name in booleans else value for name, value in account.settings.items()}
    return values | {
        "ca_pem": account.ca_pem,
        "lax_ca": not account.strict_ca,
        "full_minutes": None if account.full_every is None else -(-account.full_every // 60),
        "changes_minutes": None if account.changes_every is None else -(-account.changes_every // 60),
    }


def _setting(field: Field) -> forms.Field:
    common: dict[str, Any] = {"label": field.label, "help_text": field.help}
    if field.boolean:
        return forms.BooleanField(required=False, initial=field.default == "true", **common)
    if field.choices:
        return forms.ChoiceField(choices=field.choices, required=field.required, initial=field.default, **common)
    return forms.CharField(required=field.required, max_length=LONGEST, initial=field.default, widget=forms.TextInput(_PLAIN), **common)


class SecretField(forms.CharField):
    """Write-only: its widget never renders a value. `stored`: an empty one keeps what there is."""

    def __init__(self, field: Field, *, stored: bool) -> None:
        self.stored = stored
        super().__init__(
            label=field.label,
            required=field.required and not stored,
            strip=False,
            max_length=LONGEST_SECRET,
            help_text="Empty: what is stored stays." if stored else field.help,
            widget=forms.PasswordInput(_PLAIN, render_value=False),
            validators=[_sendable],
        )


def _sendable(value: str) -> None:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        raise forms.ValidationError("It contains a line break or another control character: copy only the secret itself.")


def _minutes(label: str, usual: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST_MINUTES,
        help_text=f"Empty: {every(usual)}. 0: only when asked.",
        widget=forms.NumberInput({"inputmode": "numeric", **_PLAIN}),
    )


def _seconds(minutes: int | None) -> int | None:
    return None if minutes is None else minutes * 60
