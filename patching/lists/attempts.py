"""The list of patch attempts, newest first, kept longer than the vendor keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy, ngettext_lazy

from devices.lists.columns import Column, Sort
from devices.lists.state import ListDefinition
from patching.lists.filter_labels import named
from patching.lists.filters import AttemptFilters
from patching.lists.next_steps import NextStep, work_of
from patching.lists.rows import NamedRow, naming, selected_columns
from patching.lists.table import Table
from patching.models import Attempt


@dataclass(slots=True, kw_only=True)
class AttemptRow(NamedRow):
    id: int
    status: str
    reason: str
    raw: str
    before: str
    before_number: Decimal | None
    after: str
    after_number: Decimal | None
    started_at: datetime | None
    ended_at: datetime | None
    at: datetime
    first_at: datetime
    last: bool
    run_id: int | None

    @property
    def work(self) -> NextStep | None:
        return work_of(self.status, self.reason)

    @property
    def backwards(self) -> bool:
        """A downgrade by the vendor's version numbers; version names cannot be compared."""
        return self.before_number is not None and self.after_number is not None and self.after_number < self.before_number


SHAPE = ListDefinition(
    name="attempts",
    title=gettext_lazy("Patch attempts"),
    counted=ngettext_lazy("%(range)s of %(total)s attempt", "%(range)s of %(total)s attempts", "count"),
    url="patching:attempts",
    named=named,
    filters=AttemptFilters,
    columns={
        "title": Column(gettext_lazy("Application")),
        "status": Column(gettext_lazy("Outcome")),
        "versions": Column(gettext_lazy("Versions")),
        "at": Column(gettext_lazy("Date")),
        "device": Column(gettext_lazy("Device")),
        "account": Column(gettext_lazy("Vendor account")),
    },
    sorts={"at": Sort(("at", "id"), descending_first=True, moments=("at",))},
    sort="-at",
)
ATTEMPTS = Table(SHAPE, Attempt, AttemptRow, selected_columns(AttemptRow), naming)
