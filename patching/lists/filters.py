"""Filters of the lists of patching, as their addresses hold them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy, pgettext_lazy

from devices.device_list.fleet_filters import PART, FleetFilters
from devices.lists.filters import DateField, FilterField, FilterSet
from vendors.patch_states import OPEN_PATCHES, PatchKind, PatchReason, PatchStatus, Severity
from vendors.registry import VENDORS

HIGHEST = 2**63 - 1
OPEN, ALL, ENDED, OTHER = "open", "all", "ended", "other"
STATUSES = {status.value: gettext_lazy(status.label) for status in PatchStatus}
PATCH_STATUSES = {OPEN: gettext_lazy("Open"), **STATUSES, ALL: gettext_lazy("All, including installed")}
ATTEMPT_STATUSES = {
    **STATUSES,
    ENDED: gettext_lazy("Installed or failed"),
    OTHER: gettext_lazy("Other (in progress, not applicable, unknown)"),
}
# How an attempt can end; every other status leaves it open whether it succeeded.
OUTCOMES = (PatchStatus.INSTALLED, PatchStatus.RESTART, PatchStatus.FAILED)
# What needs action comes first.
OPEN_ORDER = (
    PatchStatus.FAILED,
    PatchStatus.RESTART,
    PatchStatus.AVAILABLE,
    PatchStatus.SCHEDULED,
    PatchStatus.INSTALLING,
    PatchStatus.UNKNOWN,
)
REASONS = {reason.value: gettext_lazy(reason.label) for reason in PatchReason if reason.value}
PATCH_KINDS = {kind.value: gettext_lazy(kind.label) for kind in PatchKind}
SEVERITIES = {severity.value: gettext_lazy(severity.label) for severity in Severity}
AGES = {
    "over-7": gettext_lazy("More than 7 days"),
    "over-30": gettext_lazy("More than 30 days"),
    "over-90": gettext_lazy("More than 90 days"),
    "over-365": gettext_lazy("More than 365 days"),
    "within-7": gettext_lazy("Up to 7 days"),
}
MONTH = "30"
PERIODS = {
    "1": gettext_lazy("Today"),
    "3": gettext_lazy("Last 3 days"),
    "7": gettext_lazy("Last 7 days"),
    MONTH: gettext_lazy("Last 30 days"),
    "90": gettext_lazy("Last 90 days"),
    ALL: gettext_lazy("All"),
}
LAST = {"yes": gettext_lazy("Latest per device and application")}
# Keys are the columns of DeviceTally.
HAS = {"high": gettext_lazy("High severity"), "failed": gettext_lazy("Failed"), "restart": gettext_lazy("Restart required")}
# Only vendors that provide patch data can be chosen.
TELLING = {slug: vendor.label for slug, vendor in VENDORS.items() if vendor.tells_patches}
_VENDORS = {slug: vendor.label for slug, vendor in VENDORS.items()}


@dataclass(frozen=True, slots=True)
class IdField(FilterField):
    """The id of a row."""

    in_form = False

    def read(self, text: str) -> str | None:
        known = text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= HIGHEST
        return str(int(text)) if known else None if text else ""


_TEXT = FilterField(gettext_lazy("Search"))
_VENDOR = FilterField(gettext_lazy("Vendor"), _VENDORS)
_KIND = FilterField(gettext_lazy("Type"), PATCH_KINDS)
_REASON = FilterField(pgettext_lazy("cause", "Reason"), REASONS)
_SOURCE = {"account": FilterField(gettext_lazy("Vendor account")), "vendor": _VENDOR, "kind": _KIND}
_ONE = {**PART, "title": IdField(gettext_lazy("Application")), "device": IdField(gettext_lazy("Device"))}


@dataclass(frozen=True, slots=True)
class PatchingFilters(FleetFilters):
    """The filters that patches and attempts share."""

    q: str = ""
    account: str = ""
    vendor: str = ""
    kind: str = ""
    reason: str = ""
    title: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class PatchFilters(PatchingFilters):
    kinds = {
        "q": _TEXT,
        "status": FilterField(gettext_lazy("Status"), PATCH_STATUSES, OPEN),
        "reason": _REASON,
        **_SOURCE,
        "severity": FilterField(gettext_lazy("Severity"), SEVERITIES),
        "age": FilterField(gettext_lazy("Age"), AGES),
        "probably": IdField(gettext_lazy("Likely application")),
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
        """The tallies alone give the number."""
        return not (self.q or self.severity or self.age or self.device or self.partial)


@dataclass(frozen=True, slots=True)
class AttemptFilters(PatchingFilters):
    kinds = {
        "q": _TEXT,
        "status": FilterField(gettext_lazy("Outcome"), ATTEMPT_STATUSES),
        "reason": _REASON,
        **_SOURCE,
        "period": FilterField(gettext_lazy("Period"), PERIODS, MONTH),
        "day": DateField(gettext_lazy("Day")),
        "last": FilterField(gettext_lazy("Attempts"), LAST),
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
        """The tallies alone give the number, and quickly: those of all years are many."""
        return not (self.q or self.device or self.partial) and (self.period != ALL or bool(self.day))


@dataclass(frozen=True, slots=True)
class TitleFilters(FilterSet):
    kinds = {"q": _TEXT, "vendor": _VENDOR, "kind": _KIND}

    q: str = ""
    vendor: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PatchDeviceFilters(FleetFilters):
    kinds = {"q": _TEXT, "has": FilterField(gettext_lazy("Patches"), HAS), **PART}

    q: str = ""
    has: str = ""
