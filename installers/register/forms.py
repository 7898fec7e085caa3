"""The form of a new installer. Its options are checked in installers/orders/requests.py."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from devices.errors import ActionRefused
from devices.models import Account
from installers.orders.requests import LONGEST_PURPOSE, LONGEST_TICKET, InstallerRequest
from installers.register.queries import groups
from vendors.installer_api import InstallerOptions
from vendors.states import Family

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class AccountForm(forms.Form):
    """The vendor account, whose options the form of an installer needs."""

    account = forms.CharField(required=False)


class InstallerForm(forms.Form):
    """`request_key`: a form that is sent twice creates one installer."""

    request_key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "", "invalid": ""})
    account = forms.CharField(widget=forms.HiddenInput, required=False)
    purpose = forms.CharField(
        label=gettext_lazy("Name"),
        widget=forms.TextInput({**_PLAIN, "maxlength": LONGEST_PURPOSE}),
        help_text=gettext_lazy("Shown here and at the vendor, e.g. Reception Berlin. A short ID is appended."),
        error_messages={"required": gettext_lazy("Enter a name, e.g. Reception Berlin.")},
    )
    family = forms.CharField(label=gettext_lazy("Operating system"), required=False)
    language = forms.CharField(
        label=gettext_lazy("Language"), error_messages={"required": gettext_lazy("Choose a language from the list.")}
    )
    group = forms.CharField(label=gettext_lazy("Static group"), required=False)
    detect_unwanted = forms.BooleanField(
        label=gettext_lazy("PUA detection"),
        required=False,
        help_text=gettext_lazy("Potentially unwanted applications, such as toolbars and adware."),
    )
    cloud_feedback = forms.BooleanField(
        label=gettext_lazy("ESET LiveGrid feedback"),
        required=False,
        help_text=gettext_lazy("Sends suspicious files and their metadata to the vendor."),
    )
    diagnostics = forms.BooleanField(
        label=gettext_lazy("Product improvement program"),
        required=False,
        help_text=gettext_lazy("Sends crash reports and usage data to the vendor."),
    )
    for_helpdesk = forms.BooleanField(
        label=gettext_lazy("Available to helpdesk"), required=False, help_text=gettext_lazy("Otherwise only IT staff can see it.")
    )
    ticket = forms.CharField(label=gettext_lazy("Ticket"), required=False, widget=forms.TextInput({**_PLAIN, "maxlength": LONGEST_TICKET}))

    def __init__(self, at: Account, offer: InstallerOptions, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.at, self.offer = at, offer
        languages = {code: gettext(name) for code, name in offer.languages}
        self.fields["language"].widget = forms.Select(choices=[(code, f"{name} ({code})") for code, name in languages.items()])
        self.fields["language"].help_text = gettext("Falls back to %(language)s.") % {"language": languages[offer.fallback]}
        cached = groups(at)
        self.fields["group"].widget = forms.Select(choices=[("", gettext("None (Lost & found)")), *cached])
        in_group, no_groups = (
            gettext("New devices are added to this group."),
            gettext("No static groups yet. They are read by the next full sync."),
        )
        self.fields["group"].help_text = in_group if cached else no_groups

    @property
    def systems(self) -> list[tuple[str, str, bool]]:
        """Operating systems: value, label, whether it is chosen."""
        chosen = self["family"].value()
        return [(each.value, each.label, each.value == chosen) for each in self.offer.families]

    @property
    def refusal(self) -> str:
        """Why there is no installer for Linux, if there is none."""
        return gettext(self.offer.refusals.get(Family.LINUX, ""))

    def choices(self) -> list[forms.BoundField]:
        return [self[name] for name in ("detect_unwanted", "cloud_feedback", "diagnostics")]

    @property
    def key(self) -> uuid.UUID:
        return uuid.UUID(str(self.cleaned_data["request_key"]))

    @property
    def wish(self) -> InstallerRequest:
        return InstallerRequest(**{field.name: self.cleaned_data[field.name] for field in fields(InstallerRequest)})

    def clean(self) -> None:
        if self.has_error("request_key"):
            self.add_error(None, gettext("This form is incomplete. Open a new form."))

    def refuse(self, problem: ActionRefused) -> None:
        self.add_error(problem.field if problem.field in self.fields and problem.field != "account" else None, problem.sentence)


def initial_options(offer: InstallerOptions, *, wish: InstallerRequest | None, named: Mapping[str, str]) -> dict[str, Any]:
    """Initial values: defaults, replaced by those of `wish`, replaced by `named`. A language that is not in the list is the fallback."""
    options: dict[str, Any] = {"family": offer.families[0].value, "detect_unwanted": True, "cloud_feedback": True, "language": ""}
    options |= (asdict(wish) if wish else {}) | dict(named)
    code = options["language"].lower()
    return options | {"language": code if code in dict(offer.languages) else offer.fallback}
