"""Coverage states: whether an account reports a device."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class CoverageStyle(NamedTuple):
    word: StrOrPromise
    colour: str  # as in the pill tag
    icon: str
    meaning: StrOrPromise


class CoverageState(StrEnum):
    """Every device has exactly one at every account: that of the current record, where the account has several."""

    FRESH = "fresh"
    STALE = "stale"
    SILENCED = "silenced"
    PENDING = "pending"
    MISSING = "missing"
    UNKNOWN = "unknown"

    @property
    def is_gap(self) -> bool:
        """The device is not managed by the account: an installer helps."""
        return self in (CoverageState.PENDING, CoverageState.MISSING)

    def settled(self, *, sound: bool, outdated: bool) -> CoverageState:
        """The state, given that without regard to the account's data it is this one. `sound`: the data proves absence; `outdated`: what
        it says may have changed since. The same rule as in the SQL of queries.py."""
        if self is CoverageState.FRESH and outdated:
            return CoverageState.STALE
        return CoverageState.UNKNOWN if self is CoverageState.MISSING and not sound else self

    @property
    def look(self) -> CoverageStyle:
        return LOOKS[self]


LOOKS = {
    CoverageState.FRESH: CoverageStyle(
        *(gettext_lazy("Present"), "ok", "circle-check"),
        gettext_lazy("Reported by the account, with a recent check-in."),
    ),
    CoverageState.STALE: CoverageStyle(
        *(gettext_lazy("Stale"), "attention", "clock"),
        gettext_lazy("Reported by the account, but the last check-in or the account's data is out of date."),
    ),
    CoverageState.SILENCED: CoverageStyle(
        *(gettext_lazy("Muted"), "unknown", "bell-off"),
        gettext_lazy("Reported by the account as muted or exempt, as set at the vendor."),
    ),
    CoverageState.PENDING: CoverageStyle(
        *(gettext_lazy("Pending"), "busy", "hourglass"),
        gettext_lazy("Known to the account but not managed: enrollment is pending or has failed."),
    ),
    CoverageState.MISSING: CoverageStyle(
        *(gettext_lazy("Missing"), "critical", "eye-off"),
        gettext_lazy("Not found in the account's last full sync, which is recent and complete."),
    ),
    CoverageState.UNKNOWN: CoverageStyle(
        *(gettext_lazy("Unknown"), "unknown", "circle-question-mark"),
        gettext_lazy("Can't confirm: the account's data is incomplete or out of date, or the device has no identifier it can be found by."),
    ),
}
