"""The form that orders an installer. What a wish may be is decided in installers/orders/requests.py; here it is only shown and kept."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from django import forms

from devices.errors import ActionRefused
from devices.models import Account
from installers.orders.requests import LONGEST_PURPOSE, LONGEST_TICKET, InstallerRequest
from installers.register.queries import groups
from vendors.installer_api import InstallerOptions
from vendors.states import Family

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class InstallerForm(forms.Form):
    """`request_key` makes it one order, however often it is sent."""

    request_key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "", "invalid": ""})
    account = forms.CharField(widget=forms.HiddenInput, required=False)
    purpose = forms.CharField(
        label="What is it for?",
        widget=forms.TextInput({**_PLAIN, "maxlength": LONGEST_PURPOSE}),
        help_text="Its name here and at the vendor, like “Reception Berlin”. A short mark is added, by which it is found again.",
        error_messages={"required": "Say what it is for, like “Reception Berlin”."},
    )
    family = forms.CharField(label="Operating system", required=False)
    language = forms.CharField(label="Language", error_messages={"required": "Choose a language of the list."})
    group = forms.CharField(label="Static group", required=False)
    detect_unwanted = forms.BooleanField(
        label="Detect potentially unwanted applications", required=False, help_text="Toolbars, adware and the like."
    )
    cloud_feedback = forms.BooleanField(
        label="Take part in the vendor's cloud feedback",
        required=False,
        help_text="Suspicious files and their facts are sent to the vendor.",
    )
    diagnostics = forms.BooleanField(
        label="Send diagnostic data to the vendor", required=False, help_text="Crash reports and usage numbers."
    )
    for_helpdesk = forms.BooleanField(
        label="The helpdesk may hand it out", required=False, help_text="Without this only IT staff see it. It can be changed later."
    )
    ticket = forms.CharField(label="Ticket", required=False, widget=forms.TextInput({**_PLAIN, "maxlength": LONGEST_TICKET}))

    def __init__(self, at: Account, offer: InstallerOptions, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.at, self.offer = at, offer
        self.fields["language"].widget = forms.Select(choices=[(code, f"{name} ({code})") for code, name in offer.languages])
        self.fields["language"].help_text = f"Where the vendor lacks it, it makes the installer in {offer.fallback}, and the page says so."
        cached = groups(at)
        self.fields["group"].widget = forms.Select(choices=[("", "None: Lost & found"), *cached])
        self.fields["group"].help_text = (
            "Where new devices appear at the vendor." if cached else "No static groups are cached: they come with the next complete fetch."
        )

    @property
    def systems(self) -> list[tuple[str, str, bool]]:
        """Value, label, chosen."""
        chosen = self["family"].value()
        return [(each.value, each.label, each.value == chosen) for each in self.offer.families]

    @property
    def refusal(self) -> str:
        """Why the computers that people ask for most have none."""
        return self.offer.refusals.get(Family.LINUX, "")

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
            self.add_error(None, "This form is damaged: open it anew, then order.")

    def refuse(self, problem: ActionRefused) -> None:
        self.add_error(problem.field if problem.field in self.fields and problem.field != "account" else None, problem.sentence)


def beginning(offer: InstallerOptions, *, wish: InstallerRequest | None, named: Mapping[str, str]) -> dict[str, Any]:
    """What a form begins with: the usual, over it a wish to be repeated, over it what was named. Languages must be in the list."""
    told: dict[str, Any] = {"family": offer.families[0].value, "detect_unwanted": True, "cloud_feedback": True, "language": ""}
    told |= (asdict(wish) if wish else {}) | dict(named)
    code = told["language"].lower()
    return told | {"language": code if code in dict(offer.languages) else offer.fallback}
