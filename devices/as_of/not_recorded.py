"""What is not known for an earlier time: shown on the pages, listed in docs/history.md, and left out by the test that compares days.

Everything else that `Device`, issues and coverage show must be equal to what the pages showed at that time.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class NotRecorded(StrEnum):
    """Value: its name in docs/history.md."""

    LAST_CHECK_IN = "last check-in"
    FACTS = "device facts"
    IDENTIFIERS = "identifiers"
    RAW_DATA = "raw data"
    VENDOR_STATUS = "vendor status text"
    MATCHING = "matching evidence"
    CONFLICTS = "data conflicts"
    TAGS = "tags"
    PATCHES = "patches"
    GAP_AGE = "age of coverage gaps"
    REVIEW = "devices awaiting a review"
    DELETED_ACCOUNTS = "deleted accounts"

    @property
    def label(self) -> str:
        return str(LABELS[self])


LABELS: dict[NotRecorded, StrOrPromise] = {
    NotRecorded.LAST_CHECK_IN: gettext_lazy("Last check-in"),
    NotRecorded.FACTS: gettext_lazy("Device facts"),
    NotRecorded.IDENTIFIERS: gettext_lazy("Identifiers"),
    NotRecorded.RAW_DATA: gettext_lazy("Raw data"),
    NotRecorded.VENDOR_STATUS: gettext_lazy("Vendor's own status text"),
    NotRecorded.MATCHING: gettext_lazy("Matching evidence"),
    NotRecorded.CONFLICTS: gettext_lazy("Data conflicts"),
    NotRecorded.TAGS: gettext_lazy("Tags"),
    NotRecorded.PATCHES: gettext_lazy("Patches"),
    NotRecorded.GAP_AGE: gettext_lazy("Age of coverage gaps"),
    NotRecorded.REVIEW: gettext_lazy("Which devices awaited a review: they count as reported"),
    NotRecorded.DELETED_ACCOUNTS: gettext_lazy("Data of deleted vendor accounts"),
}
