"""The list of patches: by default the open ones, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy, ngettext_lazy

from devices.lists.columns import Column, Sort
from devices.lists.state import ListDefinition
from patching.lists.conditions import RANK_SQL, RANKS
from patching.lists.filter_labels import named
from patching.lists.filters import PatchFilters
from patching.lists.next_steps import NextStep, work_of
from patching.lists.rows import NamedRow, naming, selected_columns
from patching.lists.table import Table
from patching.models import Patch


@dataclass(slots=True, kw_only=True)
class PatchRow(NamedRow):
    id: int
    status: str
    reason: str
    raw: str
    version: str
    severity: str
    security: bool | None
    restart: bool | None
    fixes: list[str]
    released: date | None
    notes: str
    since: datetime | None
    open_since: datetime
    counted: bool

    @property
    def rank(self) -> int:
        """By severity."""
        return RANKS.get(self.severity, len(RANKS) - 1)

    @property
    def work(self) -> NextStep | None:
        return work_of(self.status, self.reason)


SHAPE = ListDefinition(
    name="patches",
    title=gettext_lazy("Patches"),
    counted=ngettext_lazy("%(range)s of %(total)s patch", "%(range)s of %(total)s patches", "count"),
    url="patching:patches",
    named=named,
    filters=PatchFilters,
    columns={
        "device": Column(gettext_lazy("Device")),
        "title": Column(gettext_lazy("Application")),
        "status": Column(gettext_lazy("Status")),
        "version": Column(gettext_lazy("Target version")),
        "severity": Column(gettext_lazy("Severity")),
        "age": Column(gettext_lazy("First detected")),
        "account": Column(gettext_lazy("Vendor account")),
    },
    sorts={
        "severity": Sort(("rank", "open_since", "id"), moments=("open_since",), sql={"rank": RANK_SQL}),
        "age": Sort(("open_since", "id"), moments=("open_since",)),
    },
    sort="age",
)
PATCHES = Table(SHAPE, Patch, PatchRow, selected_columns(PatchRow), naming)
