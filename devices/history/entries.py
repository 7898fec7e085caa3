"""One entry of a timeline in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from devices.models import ChangeKind, Life
from vendors.registry import label_of
from vendors.states import Enrolment

NOTE, FIRST = "note", "first"  # what is told beside the kinds of a change
FIELDS = {
    "name": "Name",
    "serial": "Serial",
    "user": "User",
    "os_name": "Operating system",
    "os_family": "Kind of system",
    "os": "Operating system",
    "model": "Model",
    "group": "Group",
    "group_name": "Group",
    "state": "State",
    "enrolment": "Enrolment",
    "silenced": "Silenced",
}
DECISIONS = {"acknowledged": "Acknowledged", "snoozed": "Snoozed", "muted": "Muted", "open": "Decision taken back"}
_ENROLMENT = {each.value: each.label for each in Enrolment}
_VALUES = {"silenced": {"true": "yes", "false": "no"}, "enrolment": _ENROLMENT}
_ICONS = {
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
    """What happened at one moment. `run` is the fetch that brought it, `other` the id of another device that it is about."""

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
        return "archive-restore" if self.brought_back else _ICONS.get(self.kind, "info")

    @property
    def words(self) -> str:
        """Without the values; those stand beside."""
        if self.kind == ChangeKind.TRIAGED:
            return f"{DECISIONS.get(self.field, self.field)}{f' until {self.before}' if self.before else ''}: {self.after}"
        way = _BY_AFTER.get((self.kind, bool(self.after)), self.kind)
        sentence = "Brought back" if self.brought_back else _SENTENCES.get(self.kind, way)
        return sentence.format(account=self.account or "the account", vendor=self.vendor_label or "A vendor", field=self._field)

    @property
    def brought_back(self) -> bool:
        return self.kind == ChangeKind.RETIRED and self.before == Life.RETIRED

    @property
    def of_states(self) -> bool:
        """Before and after are states of health."""
        return self.kind == ChangeKind.STATE or self.field == "state"

    @property
    def values(self) -> tuple[str, str] | None:
        """Before and after as they are shown; None where the words say it all, as of a verdict: settling does not change it."""
        if self.kind == ChangeKind.SETTLED and self.field == "state":
            return None
        if self.kind in (ChangeKind.FIELD, ChangeKind.SETTLED, ChangeKind.STATE) and (self.before or self.after):
            known = _VALUES.get(self.field, {})
            return known.get(self.before, self.before), known.get(self.after, self.after)
        return None

    @property
    def tag(self) -> str:
        return self.after or self.before if self.kind == ChangeKind.TAGGED else ""

    @property
    def vendor_label(self) -> str:
        return label_of(self.vendor)

    @property
    def history_from(self) -> int | None:
        """Where the account's history of fetches begins with this run."""
        return self.run + 1 if self.run else None

    @property
    def _field(self) -> str:
        return FIELDS.get(self.field, self.field.replace("_", " ").capitalize() or "Something")


_SENTENCES = {
    ChangeKind.FIELD: "{field} changed",
    ChangeKind.STATE: "Status changed",
    ChangeKind.MISSING: "The complete list of {account} does not have it",
    ChangeKind.GONE: "Removed from {account}: not in two full syncs in a row",
    ChangeKind.RETURNED: "{account} lists it again",
    ChangeKind.LINKED: "Linked by a person with another device",
    ChangeKind.PARTED: "Split from another device by a user",
    ChangeKind.MERGED: "Merged with another device",
    ChangeKind.RETIRED: "Retired",
    ChangeKind.WOKEN: "In service again: {account} heard from it after it was retired",
    NOTE: "Note",
    FIRST: "{vendor} saw it for the first time",
}
# Where it matters whether something came or went.
_BY_AFTER: dict[tuple[str, bool], str] = {
    (ChangeKind.TAGGED, True): "Tag added",
    (ChangeKind.TAGGED, False): "Tag taken off",
    (ChangeKind.SETTLED, True): "{field}: conflict resolved",
    (ChangeKind.SETTLED, False): "{field}: conflict reopened",
    (ChangeKind.MOVED, True): "A vendor's answer went to another device",
    (ChangeKind.MOVED, False): "A vendor's answer came from another device",
}
