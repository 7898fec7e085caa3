"""Tabs of the device page. Each has an address, so that it can be linked and works without JavaScript: `?tab=hardware`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from devices.web.ticket import query

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OVERVIEW, ACTIVITY, RAW = "overview", "activity", "raw"
LABELS: dict[str, StrOrPromise] = {
    OVERVIEW: gettext_lazy("Overview"),
    "hardware": gettext_lazy("Hardware"),
    "software": gettext_lazy("Software and agents"),
    "identifiers": gettext_lazy("Identifiers"),
    "matching": gettext_lazy("Matching"),
    ACTIVITY: gettext_lazy("Activity"),
    RAW: gettext_lazy("Raw data"),
}


@dataclass(frozen=True, slots=True)
class DeviceTab:
    code: str
    label: StrOrPromise
    url: str
    selected: bool


def tabs(wanted: str, *, path: str, ticket: str, raw: bool) -> list[DeviceTab]:
    """`wanted`: the code in the address; the first tab for any other text. `raw`: the user may view raw data."""
    codes = [code for code in LABELS if code != RAW or raw]
    selected = wanted if wanted in codes else OVERVIEW
    return [
        DeviceTab(code, LABELS[code], path + query(tab="" if code == OVERVIEW else code, ticket=ticket), code == selected) for code in codes
    ]
