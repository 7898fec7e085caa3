"""Texts of the account status: label, severity, icon, sentence, next step. Which status applies is decided in status.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.utils import timezone
from django.utils.dateformat import format as date_format

from devices.models import Account, SyncRun

AUTOMATIC_RETRY = "It is retried automatically; sync now to try at once."
CHECK_WORKER = "Check that a worker is running, or sync now."
SYNC_NOW = "Sync it now."
NOTHING = "Nothing to do."


class StatusStyle(NamedTuple):
    """How a pill shows it. `severity`: ok, attention, critical, unknown or busy; `icon`: a lucide name."""

    label: str
    severity: str
    icon: str


class Code(StrEnum):
    """An account has exactly one of them: the first that applies, in this order."""

    BEING_DELETED = "being_deleted"
    DISABLED = "disabled"
    UNKNOWN_VENDOR = "unknown_vendor"
    CREDENTIALS_REFUSED = "credentials_refused"
    FAILING = "failing"
    FIRST_SYNC = "first_sync"
    NEVER_SYNCED = "never_synced"
    OVERDUE = "overdue"
    WITHHELD = "withheld"
    PARTIAL = "partial"
    HEALTHY = "healthy"


LOOKS = {
    Code.BEING_DELETED: StatusStyle("Being deleted", "unknown", "trash-2"),
    Code.DISABLED: StatusStyle("Disabled", "unknown", "circle-off"),
    Code.UNKNOWN_VENDOR: StatusStyle("Unknown vendor", "critical", "octagon-alert"),
    Code.CREDENTIALS_REFUSED: StatusStyle("Credentials refused", "critical", "key-round"),
    Code.FAILING: StatusStyle("Failing", "critical", "octagon-alert"),
    Code.FIRST_SYNC: StatusStyle("First sync running", "busy", "refresh-cw"),
    Code.NEVER_SYNCED: StatusStyle("Never synced", "unknown", "clock"),
    Code.OVERDUE: StatusStyle("Overdue", "attention", "clock"),
    Code.WITHHELD: StatusStyle("Review required", "attention", "eye-off"),
    Code.PARTIAL: StatusStyle("Partial", "attention", "triangle-alert"),
    Code.HEALTHY: StatusStyle("Up to date", "ok", "circle-check"),
}
OFF = (Code.BEING_DELETED, Code.DISABLED)
ERRORS = (Code.CREDENTIALS_REFUSED, Code.FAILING)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the status of an account is computed from.

    `run`: the list run under way; `full`: the last complete one over everything, which alone proves absence; `quarantined`: records that
    could not be used; `has_devices`: it has reported any device so far.
    """

    account: Account
    run: SyncRun | None = None
    full: SyncRun | None = None
    quarantined: int = 0
    has_devices: bool = False

    @property
    def unusable(self) -> int:
        """Records of its list that could not be used. Those without an id that are alike are one row, so the run counts them too."""
        return max(self.quarantined, self.full.rejected if self.full else 0)


class StatusText(NamedTuple):
    """`since`: when what the sentence says began, None where nobody knows."""

    sentence: str
    next_step: str
    since: datetime | None


def words(code: Code, facts: Facts) -> StatusText:
    account, full, run = facts.account, facts.full, facts.run
    scheduled = account.full_every != 0
    ended = full.finished_at if full is not None else account.complete_at
    withheld = count(full.withheld if full is not None else 0, "device")
    table = {
        Code.BEING_DELETED: StatusText("Its data is being deleted; nothing is synced any more.", NOTHING, account.deletion_requested_at),
        Code.DISABLED: StatusText(
            f"Nothing is synced. The account {disabled_since(account.switched_off_at)}; the data synced before is kept.",
            "Enable it to sync again.",
            account.switched_off_at,
        ),
        Code.UNKNOWN_VENDOR: StatusText(
            f"This version of Rollcall does not know the vendor “{account.vendor}”.",
            "Install a version that knows it, or disable the account.",
            account.created_at,
        ),
        Code.CREDENTIALS_REFUSED: StatusText(
            account.health_sentence or "The vendor refused the credentials.",
            account.health_next_step or "Open “Edit” and enter them again.",
            account.health_since,
        ),
        Code.FAILING: StatusText(
            account.health_sentence or "The last sync failed.",
            f"{AUTOMATIC_RETRY} If it lasts: {account.health_next_step}" if account.health_next_step else AUTOMATIC_RETRY,
            account.health_since,
        ),
        Code.FIRST_SYNC: StatusText("The first sync is running.", "Devices appear as they arrive.", run.created_at if run else None),
        Code.NEVER_SYNCED: StatusText(
            "No sync has completed yet.",
            "The first sync starts automatically within a minute, or sync now." if scheduled else SYNC_NOW,
            account.created_at,
        ),
        Code.OVERDUE: StatusText("The last full sync is older than two intervals.", CHECK_WORKER, account.complete_at)
        if scheduled
        else StatusText("It is synced only on request, and its last full sync is old.", SYNC_NOW, account.complete_at),
        Code.WITHHELD: StatusText(
            f"The last full sync completed, but {withheld} disappeared from the list at once.",
            "Review them; until then they are shown as reported.",
            ended,
        ),
        Code.PARTIAL: StatusText(f"The last full sync completed; {withheld} missing from it are being marked.", NOTHING, ended)
        if full is not None and full.being_applied
        else StatusText(
            f"The last full sync completed, but {count(facts.unusable, 'record')} could not be used.",
            "All other devices are up to date; the account page names the reasons.",
            ended,
        ),
        Code.HEALTHY: StatusText("The last full sync is complete and recent.", NOTHING, ended),
    }
    return table[code]


def partly_shown(code: Code, facts: Facts) -> str:
    """Which devices of an account without a complete list the pages show; "" for an account that has one."""
    if facts.account.complete_at is not None:
        return ""
    if code == Code.FIRST_SYNC:
        return "Its devices appear as they arrive; those that are not read yet are not shown."
    if facts.has_devices:
        return "Only those of its devices that were read so far are shown."
    return "Devices that only it knows are not shown."


def doubt(code: Code, facts: Facts, *, frozen: str, overdue: bool) -> str:
    """See AccountStatus."""
    account, full = facts.account, facts.full
    if code in (*OFF, Code.UNKNOWN_VENDOR):
        return f"it {frozen}"
    if account.complete_at is None:
        return "no full sync has completed yet"
    if overdue:
        return "its last full sync is older than two intervals"
    if full is None:
        return "its last full sync is not on record"
    if full.withheld and full.applied_at is None:
        next_step = "are being marked as missing" if full.being_applied else "must be reviewed"
        return f"{count(full.withheld, 'device')} disappeared from its list at once and {next_step}"
    return f"{count(facts.unusable, 'record')} of its last list could not be used" if facts.unusable else ""


def frozen(code: Code, account: Account, *, overdue: bool) -> str:
    """See AccountStatus."""
    if code == Code.BEING_DELETED:
        return "is being deleted"
    if code == Code.DISABLED:
        return disabled_since(account.switched_off_at)
    if code == Code.UNKNOWN_VENDOR:
        return "is of a vendor that this version does not know"
    return "is synced only on request" if account.full_every == 0 and (overdue or account.complete_at is None) else ""


def disabled_since(since: datetime | None) -> str:
    """`since`: None where nobody recorded it. With the year, because a file may be read years later."""
    return f"has been disabled since {date_format(timezone.localtime(since), 'j M Y')}" if since else "is disabled"


def count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
