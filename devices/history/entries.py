"""One history entry of a device as text."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy, pgettext

from devices.models import ChangeKind, Life
from vendors.registry import label_of
from vendors.states import Enrolment

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NOTE, FIRST = "note", "first"  # kinds of an entry that is no change
SEPARATE = "separate"  # the field of an entry: two devices that a user keeps separate were never one
FIELDS: dict[str, StrOrPromise] = {
    "name": gettext_lazy("Name"),
    "serial": gettext_lazy("Serial"),
    "user": gettext_lazy("User"),
    "os_name": gettext_lazy("Operating system"),
    "os_family": gettext_lazy("OS family"),
    "os": gettext_lazy("Operating system"),
    "model": gettext_lazy("Model"),
    "group": gettext_lazy("Group"),
    "group_name": gettext_lazy("Group"),
    "state": gettext_lazy("Status"),
    "enrolment": gettext_lazy("Enrollment"),
    "silenced": gettext_lazy("Muted by vendor"),
}
DECISION = gettext_lazy("Decision: %(issue)s")
DECISIONS: dict[str, StrOrPromise] = {
    "acknowledged": gettext_lazy("Acknowledged: %(issue)s"),
    "snoozed": gettext_lazy("Snoozed: %(issue)s"),
    "muted": gettext_lazy("Muted: %(issue)s"),
    "open": gettext_lazy("Reopened: %(issue)s"),
}
_YES_NO: dict[str, StrOrPromise] = {"true": gettext_lazy("Yes"), "false": gettext_lazy("No")}
ICONS = {
    ChangeKind.FIELD: "pencil",
    ChangeKind.STATE: "activity",
    ChangeKind.MISSING: "eye-off",
    ChangeKind.GONE: "ghost",
    ChangeKind.RETURNED: "eye",
    ChangeKind.LINKED: "link",
    ChangeKind.PARTED: "unlink",
    ChangeKind.MERGED: "merge",
    ChangeKind.MOVED: "arrow-right-left",
    ChangeKind.RETIRED: "archive",
    ChangeKind.WOKEN: "archive-restore",
    ChangeKind.SETTLED: "scale",
    ChangeKind.TAGGED: "tag",
    ChangeKind.TRIAGED: "bell",
    NOTE: "message-square",
    FIRST: "sparkles",
}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """`run`: the sync that reported it; `other`: the id of another device that it is about."""

    at: datetime
    kind: str
    field: str
    before: str
    after: str
    who: str
    reason: str
    ticket: str
    text: str
    account: str
    vendor: str
    run: int | None
    run_kind: str
    other: int | None
    other_name: str

    @property
    def icon(self) -> str:
        return "archive-restore" if self.brought_back else ICONS.get(self.kind, "info")

    @property
    def words(self) -> str:
        """Without the values, which are shown beside it."""
        if self.kind == ChangeKind.TRIAGED:
            return self._decision
        text = _BY_FIELD.get((self.kind, self.field)) or _BY_AFTER.get((self.kind, bool(self.after))) or _TEXTS.get(self.kind, self.kind)
        if self.brought_back:
            text = gettext("Restored")
        elif self.kind == ChangeKind.SETTLED and not self.after and not self.who:
            text = gettext("%(field)s: conflict reopened, the reported values changed")
        names = {
            "account": self.account or pgettext("synced, removed from, reported by", "the account"),
            "vendor": self.vendor_label or pgettext("first seen in", "a vendor"),
            "field": self._field,
        }
        return str(text) % names

    @property
    def _decision(self) -> str:
        """About an issue, whose title is in `after`; `before`: the day until which it is snoozed."""
        if self.field == "snoozed" and self.before:
            return gettext("Snoozed until %(date)s: %(issue)s") % {"date": _day(self.before), "issue": self.after}
        return str(DECISIONS.get(self.field, DECISION)) % {"issue": self.after}

    @property
    def brought_back(self) -> bool:
        return self.kind == ChangeKind.RETIRED and self.before == Life.RETIRED

    @property
    def automatic(self) -> bool:
        """By matching: its reason is a text of Rollcall."""
        return self.kind in (ChangeKind.MOVED, ChangeKind.MERGED)

    @property
    def of_states(self) -> bool:
        """Before and after are statuses."""
        return self.kind == ChangeKind.STATE or self.field == "state"

    @property
    def values(self) -> tuple[str, str] | None:
        """Before and after as they are shown; None where they did not change, as of an acknowledged conflict of status."""
        if self.kind == ChangeKind.SETTLED and self.field == "state":
            return None
        if self.kind in (ChangeKind.FIELD, ChangeKind.SETTLED, ChangeKind.STATE) and (self.before or self.after):
            return self._shown(self.before), self._shown(self.after)
        return None

    def _shown(self, value: str) -> str:
        if self.field == "silenced":
            return str(_YES_NO.get(value, value))
        return gettext(Enrolment.labelled(value)) if self.field == "enrolment" else value

    @property
    def tag(self) -> str:
        return self.after or self.before if self.kind == ChangeKind.TAGGED else ""

    @property
    def vendor_label(self) -> str:
        return label_of(self.vendor)

    @property
    def history_from(self) -> int | None:
        """Where the account's sync history begins with this run."""
        return self.run + 1 if self.run else None

    @property
    def _field(self) -> str:
        return str(FIELDS.get(self.field) or self.field.replace("_", " ").capitalize() or gettext("Field"))


def _day(text: str) -> str:
    with suppress(ValueError):
        return date_format(date.fromisoformat(text), "DATE_FORMAT")
    return text


_TEXTS: dict[str, StrOrPromise] = {
    ChangeKind.FIELD: gettext_lazy("%(field)s changed"),
    ChangeKind.STATE: gettext_lazy("Status changed"),
    ChangeKind.MISSING: gettext_lazy("Missing from the full sync of %(account)s"),
    ChangeKind.GONE: gettext_lazy("Removed from %(account)s: missing from two full syncs"),
    ChangeKind.RETURNED: gettext_lazy("Reported again by %(account)s"),
    ChangeKind.LINKED: gettext_lazy("Merged with another device by a user"),
    ChangeKind.PARTED: gettext_lazy("Split from another device by a user"),
    ChangeKind.MERGED: gettext_lazy("Merged with another device automatically"),
    ChangeKind.RETIRED: gettext_lazy("Retired"),
    ChangeKind.WOKEN: gettext_lazy("Restored: checked in at %(account)s"),
    NOTE: gettext_lazy("Note"),
    FIRST: gettext_lazy("First seen in %(vendor)s"),
}
_BY_FIELD: dict[tuple[str, str], StrOrPromise] = {
    (ChangeKind.PARTED, SEPARATE): gettext_lazy("Kept separate from another device by a user"),
}
# Kinds whose text depends on whether there is a value after the change.
_BY_AFTER: dict[tuple[str, bool], StrOrPromise] = {
    (ChangeKind.TAGGED, True): gettext_lazy("Tag added"),
    (ChangeKind.TAGGED, False): gettext_lazy("Tag removed"),
    (ChangeKind.SETTLED, True): gettext_lazy("%(field)s: conflict resolved"),
    (ChangeKind.SETTLED, False): gettext_lazy("%(field)s: conflict reopened"),
    (ChangeKind.MOVED, True): gettext_lazy("Record moved to another device"),
    (ChangeKind.MOVED, False): gettext_lazy("Record moved from another device"),
}
