"""What narrows the lists of patching, as it stands in their addresses."""

from __future__ import annotations

from dataclasses import dataclass

from devices.device_list.fleet_filters import PART, FleetFilters
from devices.lists.filters import DateField, FilterField, FilterSet
from vendors.patch_states import OPEN_PATCHES, PatchKind, PatchReason, PatchStatus, Severity
from vendors.registry import VENDORS

HIGHEST = 2**63 - 1
OPEN, ALL, ENDED, OTHER = "open", "all", "ended", "other"
STATUSES = {status.value: status.label for status in PatchStatus}
PATCH_STATUSES = {OPEN: "Open", **STATUSES, ALL: "All, also done"}
ATTEMPT_STATUSES = {**STATUSES, ENDED: "Installed or failed", OTHER: "Other: under way, not applicable, unknown"}
# What an attempt can come to; of every other word nobody can say whether it went well.
OUTCOMES = (PatchStatus.INSTALLED, PatchStatus.RESTART, PatchStatus.FAILED)
# What needs a person first.
OPEN_ORDER = (
    PatchStatus.FAILED,
    PatchStatus.RESTART,
    PatchStatus.AVAILABLE,
    PatchStatus.SCHEDULED,
    PatchStatus.INSTALLING,
    PatchStatus.UNKNOWN,
)
REASONS = {reason.value: reason.label for reason in PatchReason if reason.value}
PATCH_KINDS = {kind.value: kind.label for kind in PatchKind}
SEVERITIES = {severity.value: severity.label for severity in Severity}
_DAYS = (7, 30, 90, 365)
AGES = {f"over-{days}": f"Open for more than {days} days" for days in _DAYS} | {"within-7": "Opened in the last 7 days"}
MONTH = "30"
PERIODS = {"1": "Today", "3": "Last 3 days", "7": "Last 7 days", MONTH: "Last 30 days", "90": "Last 90 days", ALL: "All that is kept"}
LAST = {"yes": "Last on its device"}
# What a device can be shown for, as the columns of its tally are called.
HAS = {"high": "A patch of high severity", "failed": "A failed patch", "restart": "A restart needed"}
# Whom a device can be shown by; a vendor that tells nothing about patching is no choice.
TELLING = {slug: vendor.label for slug, vendor in VENDORS.items() if vendor.tells_patches}
_VENDORS = {slug: vendor.label for slug, vendor in VENDORS.items()}


@dataclass(frozen=True, slots=True)
class IdField(FilterField):
    """The id of a row."""

    in_form = False

    def read(self, text: str) -> str | None:
        known = text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= HIGHEST
        return str(int(text)) if known else None if text else ""


_WHAT = {"account": FilterField("Account"), "vendor": FilterField("Vendor", _VENDORS), "kind": FilterField("Kind", PATCH_KINDS)}
_ONE = {**PART, "title": IdField("Application"), "device": IdField("Device")}


@dataclass(frozen=True, slots=True)
class PatchingFilters(FleetFilters):
    """What both patches and attempts are narrowed by."""

    q: str = ""
    account: str = ""
    vendor: str = ""
    kind: str = ""
    reason: str = ""
    title: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class PatchFilters(PatchingFilters):
    folded = ("vendor", "account", "kind", "severity", *PART)
    kinds = {
        "q": FilterField("Text"),
        "status": FilterField("Status", PATCH_STATUSES, OPEN),
        "reason": FilterField("Reason", REASONS),
        **_WHAT,
        "severity": FilterField("Severity", SEVERITIES),
        "age": FilterField("Age", AGES),
        "probably": IdField("Probably"),
        **_ONE,
    }

    status: str = OPEN
    severity: str = ""
    age: str = ""
    probably: str = ""

    @property
    def statuses(self) -> list[str]:
        """Empty: any."""
        if self.status == OPEN:
            return sorted(status.value for status in OPEN_PATCHES)
        return [] if self.status == ALL else [self.status]

    @property
    def tallied(self) -> bool:
        """The tallies alone answer how many."""
        return not (self.q or self.severity or self.age or self.device or self.partial)


@dataclass(frozen=True, slots=True)
class AttemptFilters(PatchingFilters):
    folded = ("vendor", "account", "kind", "last", *PART)
    kinds = {
        "q": FilterField("Text"),
        "status": FilterField("Outcome", ATTEMPT_STATUSES),
        "reason": FilterField("Reason", REASONS),
        **_WHAT,
        "period": FilterField("Period", PERIODS, MONTH),
        "day": DateField("Day"),
        "last": FilterField("Which", LAST),
        **_ONE,
    }

    status: str = ""
    period: str = MONTH
    day: str = ""
    last: str = ""

    @property
    def statuses(self) -> list[str]:
        """Empty: any."""
        if self.status == ENDED:
            return [PatchStatus.FAILED.value, PatchStatus.INSTALLED.value]
        if self.status == OTHER:
            return [status.value for status in PatchStatus if status not in OUTCOMES]
        return [self.status] if self.status else []

    @property
    def tallied(self) -> bool:
        """The tallies alone answer how many, and quickly: those of all years are many."""
        return not (self.q or self.device or self.partial) and (self.period != ALL or bool(self.day))


@dataclass(frozen=True, slots=True)
class TitleFilters(FilterSet):
    kinds = {"q": FilterField("Text"), "vendor": FilterField("Vendor", _VENDORS), "kind": FilterField("Kind", PATCH_KINDS)}

    q: str = ""
    vendor: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PatchDeviceFilters(FleetFilters):
    kinds = {"q": FilterField("Text"), "has": FilterField("With", HAS), **PART}

    q: str = ""
    has: str = ""
