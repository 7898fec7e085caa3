"""The list of data conflicts: its filters, columns and sort orders."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy, ngettext_lazy

from devices.device_list.columns import NAME, SORTS
from devices.device_list.conditions import ANY
from devices.device_list.filters import DIFFERS
from devices.device_list.fleet_filters import PART, FleetFilters
from devices.lists.columns import Column
from devices.lists.filters import FilterField
from devices.lists.state import ListDefinition, ListState


@dataclass(frozen=True, slots=True)
class ConflictFilters(FleetFilters):
    kinds = {"q": FilterField(gettext_lazy("Search")), "field": FilterField(gettext_lazy("Field"), DIFFERS, ANY), **PART}

    q: str = ""
    field: str = ANY


ConflictListing = ListState[ConflictFilters]
CONFLICTS = ListDefinition(
    name="conflicts",
    title=gettext_lazy("Data conflicts"),
    counted=ngettext_lazy("%(range)s of %(total)s device", "%(range)s of %(total)s devices", "count"),
    url="devices:disagreements",
    filters=ConflictFilters,
    columns={
        NAME: Column(gettext_lazy("Device")),
        "state": Column(gettext_lazy("Status")),
        "user": Column(gettext_lazy("User")),
        "os": Column(gettext_lazy("OS")),
        "field": Column(gettext_lazy("Field")),
        "values": Column(gettext_lazy("Reported values")),
    },
    sorts={name: SORTS[name] for name in (NAME, "state", "user", "os")},
    sort=NAME,
)
