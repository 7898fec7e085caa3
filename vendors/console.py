"""Console links: the address behind "Open in …" on a device, from a template that an administrator enters for the account. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from vendors.base import Field
from vendors.gateway.address_rules import openable
from vendors.parsing.setting_values import bare
from vendors.texts import Message, gettext_noop

FIELD = Field(
    "console_url",
    gettext_noop("Console address"),
    required=False,
    help=gettext_noop("Target of “Open in …” on a device, with {id}, {name} or {serial}: https://console.example/#/devices/{id}."),
    tidy=bare,
)
PLACES = ("{id}", "{name}", "{serial}")
SENTENCE = Message(gettext_noop("The console address must start with https://; {id}, {name} and {serial} are allowed only after the host."))


def check(settings: Mapping[str, str]) -> dict[str, str]:
    template = settings.get(FIELD.name, "")
    filled = link(settings, external_id="x", name="x", serial="x")
    return {FIELD.name: SENTENCE} if template and (not filled or "{" in filled) else {}


def link(settings: Mapping[str, str], *, external_id: str, name: str, serial: str) -> str:
    """ "" where the account has no address, the address is none to open, or names what this device does not have."""
    template = settings.get(FIELD.name, "")
    host, slash, path = template.removeprefix("https://").partition("/")
    for place, value in zip(PLACES, (external_id, name, serial), strict=True):
        if place in path and not value:
            return ""
        path = path.replace(place, quote(value, safe=""))
    filled = f"https://{host}{slash}{path}"
    return filled if template.startswith("https://") and openable(filled) else ""
