"""Where "Open in …" on a device leads: the vendor's console, at an address that an administrator enters for the account. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from vendors.base import Field
from vendors.gateway.address_rules import openable
from vendors.parsing.setting_values import bare

FIELD = Field(
    "console_url",
    "Console address",
    required=False,
    help="Where “Open in …” on a device leads. {id}, {name} and {serial} stand for the device, as in https://console.example/#/devices/{id}.",
    tidy=bare,
)
PLACES = ("{id}", "{name}", "{serial}")
SENTENCE = "The console address must be an https:// address without a user name, with {id}, {name} and {serial} only after the host."


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
