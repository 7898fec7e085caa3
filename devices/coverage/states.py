"""The six states of a device at an account, with their words, and what proves each."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class CoverageStyle(NamedTuple):
    word: str
    colour: str  # as in the pill tag
    icon: str
    meaning: str


class CoverageState(StrEnum):
    """Every device has exactly one of them at every account. Several records at one account: the first of these four speaks."""

    FRESH = "fresh"
    STALE = "stale"
    SILENCED = "silenced"
    PENDING = "pending"
    MISSING = "missing"
    UNKNOWN = "unknown"

    @property
    def look(self) -> CoverageStyle:
        return LOOKS[self]


LOOKS = {
    CoverageState.FRESH: CoverageStyle("Present", "ok", "circle-check", "The account lists it, and the device has reported recently."),
    CoverageState.STALE: CoverageStyle(
        *("Stale", "attention", "clock"),
        "The account lists it, but the device has not reported for longer than the vendor's threshold, or the account's list is old.",
    ),
    CoverageState.SILENCED: CoverageStyle(
        *("Muted", "unknown", "bell-off"), "The account lists it as muted or exempt, as set at the vendor."
    ),
    CoverageState.PENDING: CoverageStyle(
        *("Pending", "busy", "hourglass"), "The account knows it but does not manage it: its enrolment is pending or has failed."
    ),
    CoverageState.MISSING: CoverageStyle(
        *("Missing", "critical", "eye-off"),
        "The account's last complete list does not have it. That list is recent, every record was readable, and nothing is held back.",
    ),
    CoverageState.UNKNOWN: CoverageStyle(
        *("Unknown", "unknown", "circle-question-mark"),
        "The account's list proves no absence now, or the device has no identifier by which it could be found in that list.",
    ),
}
