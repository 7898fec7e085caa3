"""Panels of the coverage page: shares by operating system, by group and by location."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from devices.account_status.status import AccountStatus
from devices.coverage.filters import CoverageFilters
from devices.coverage.tallies import Dimension, FleetPart, Tally

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN = 8  # of each panel on the coverage page


@dataclass(frozen=True, slots=True)
class PanelTexts:
    title: StrOrPromise
    label: StrOrPromise
    none: StrOrPromise
    why: StrOrPromise
    note: StrOrPromise = ""


TEXTS = {
    Dimension.OS: PanelTexts(
        gettext_lazy("By operating system"),
        gettext_lazy("Operating system"),
        gettext_lazy("No operating systems"),
        gettext_lazy("No vendor account reports operating systems of devices."),
    ),
    Dimension.GROUP: PanelTexts(
        gettext_lazy("By group"),
        gettext_lazy("Group"),
        gettext_lazy("No groups"),
        gettext_lazy("No vendor account reports groups of devices."),
    ),
    Dimension.LOCATION: PanelTexts(
        gettext_lazy("By location"),
        gettext_lazy("Location"),
        gettext_lazy("No locations"),
        gettext_lazy("No vendor account reports locations of devices."),
        note=gettext_lazy("Only devices with a reported location"),
    ),
}


@dataclass(frozen=True, slots=True)
class PartPanel:
    """`parts`: those with most gaps first; `total`: how many there are."""

    code: str
    texts: PanelTexts
    parts: Sequence[FleetPart]
    total: int

    @property
    def rest(self) -> bool:
        return self.total > len(self.parts)


def panels(tally: Tally, known: Sequence[AccountStatus], filters: CoverageFilters, *, most: int | None = SHOWN) -> list[PartPanel]:
    """By the dimensions whose filter the user has. A tally that an earlier version counted may lack one until the next."""
    found = {dimension: tally.parts(dimension, known) for dimension in tally.dimensions if dimension in filters.kinds}
    return [PartPanel(dimension.value, TEXTS[dimension], parts[:most], len(parts)) for dimension, parts in found.items()]
