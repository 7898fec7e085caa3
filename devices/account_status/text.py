"""Texts of the account status: label, severity, icon, sentence, next step. Which status applies is decided in status.py.

Every function answers in the active language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, gettext_lazy, ngettext

from devices.db.messages import translated
from devices.models import Account, SyncRun

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class StatusStyle(NamedTuple):
    """How a pill shows it. `severity`: ok, attention, critical, unknown or busy; `icon`: a name in static/lucide/icons.svg."""

    label: str | StrPromise
    severity: str
    icon: str


class Code(StrEnum):
    """An account has exactly one of them: the first that applies, in this order."""

    BEING_DELETED = "being_deleted"
    DISABLED = "disabled"
    UNKNOWN_VENDOR = "unknown_vendor"
    CREDENTIALS_REFUSED = "credentials_refused"
    PAUSED = "paused"
    FAILING = "failing"
    FIRST_SYNC = "first_sync"
    NEVER_SYNCED = "never_synced"
    OVERDUE = "overdue"
    WITHHELD = "withheld"
    PARTIAL = "partial"
    HEALTHY = "healthy"


LOOKS = {
    Code.BEING_DELETED: StatusStyle(gettext_lazy("Being deleted"), "unknown", "trash-2"),
    Code.DISABLED: StatusStyle(gettext_lazy("Disabled"), "unknown", "circle-off"),
    Code.UNKNOWN_VENDOR: StatusStyle(gettext_lazy("Unknown vendor"), "critical", "octagon-alert"),
    Code.CREDENTIALS_REFUSED: StatusStyle(gettext_lazy("Credentials refused"), "critical", "key-round"),
    Code.PAUSED: StatusStyle(gettext_lazy("Paused"), "attention", "circle-pause"),
    Code.FAILING: StatusStyle(gettext_lazy("Failing"), "critical", "octagon-alert"),
    Code.FIRST_SYNC: StatusStyle(gettext_lazy("First sync running"), "busy", "refresh-cw"),
    Code.NEVER_SYNCED: StatusStyle(gettext_lazy("Never synced"), "unknown", "clock"),
    Code.OVERDUE: StatusStyle(gettext_lazy("Overdue"), "attention", "clock"),
    Code.WITHHELD: StatusStyle(gettext_lazy("Review required"), "attention", "eye-off"),
    Code.PARTIAL: StatusStyle(gettext_lazy("Partial"), "attention", "triangle-alert"),
    Code.HEALTHY: StatusStyle(gettext_lazy("Up to date"), "ok", "circle-check"),
}
OFF = (Code.BEING_DELETED, Code.DISABLED)
ERRORS = (Code.CREDENTIALS_REFUSED, Code.FAILING)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the status of an account is computed from.

    `run`: the list sync that is under way; `full`: the last complete full sync, which alone proves absence; `quarantined`: invalid
    records; `has_devices`: it has reported a device so far; `paused`: a disk with the data is almost full.
    """

    account: Account
    run: SyncRun | None = None
    full: SyncRun | None = None
    quarantined: int = 0
    has_devices: bool = False
    paused: bool = False

    @property
    def unusable(self) -> int:
        """Invalid records of its last full sync. Those without an id that are alike are one row, so the run counts them too."""
        return max(self.quarantined, self.full.rejected if self.full else 0)

    @property
    def ended(self) -> datetime | None:
        """When the last full sync ended."""
        return self.full.finished_at if self.full is not None else self.account.complete_at


class StatusText(NamedTuple):
    """`since`: when what the sentence says began, None where that is not recorded."""

    sentence: str
    next_step: str
    since: datetime | None


def words(code: Code, facts: Facts) -> StatusText:
    """The texts of `code`; `next_step` is "" where there is nothing to do."""
    return _TEXTS[code](facts)


def _being_deleted(facts: Facts) -> StatusText:
    return StatusText(gettext("The account's data is being deleted."), "", facts.account.deletion_requested_at)


def _disabled(facts: Facts) -> StatusText:
    since = facts.account.switched_off_at
    sentence = gettext("The account is disabled. The last synced data is shown.")
    if since is not None:
        text = gettext("The account has been disabled since %(day)s. The last synced data is shown.")
        sentence = text % {"day": _day(since)}
    return StatusText(sentence, gettext("Enable the account to sync again."), since)


def _unknown_vendor(facts: Facts) -> StatusText:
    text = gettext("This version of Rollcall does not support the vendor “%(vendor)s”.")
    sentence = text % {"vendor": facts.account.vendor}
    return StatusText(sentence, gettext("Update Rollcall, or disable the account."), facts.account.created_at)


def _credentials_refused(facts: Facts) -> StatusText:
    account = facts.account
    sentence = translated(account.health_sentence) or gettext("The vendor refused the credentials.")
    next_step = translated(account.health_next_step) or gettext("Edit the account and enter them again.")
    return StatusText(sentence, next_step, account.health_since)


def paused() -> str:
    return gettext("Syncs are paused because the server's disk is almost full.")


def _paused(facts: Facts) -> StatusText:
    return StatusText(paused(), gettext("Free space on the server; syncs resume automatically."), None)


def _failing(facts: Facts) -> StatusText:
    account = facts.account
    next_step = gettext("It is retried automatically; sync now to retry at once.")
    if account.health_next_step:
        text = gettext("It is retried automatically. If it persists: %(next_step)s")
        next_step = text % {"next_step": translated(account.health_next_step)}
    return StatusText(translated(account.health_sentence) or gettext("The last sync failed."), next_step, account.health_since)


def _first_sync(facts: Facts) -> StatusText:
    since = facts.run.created_at if facts.run else None
    return StatusText(gettext("The first sync is running."), gettext("Devices appear as they arrive."), since)


def _never_synced(facts: Facts) -> StatusText:
    next_step = gettext("The first sync starts within a minute.") if _scheduled(facts.account) else gettext("Sync now.")
    return StatusText(gettext("No sync has completed yet."), next_step, facts.account.created_at)


def _overdue(facts: Facts) -> StatusText:
    sentence, next_step = gettext("The account is synced only manually, and its last full sync is out of date."), gettext("Sync now.")
    if _scheduled(facts.account):
        sentence = gettext("The last full sync is older than two sync intervals.")
        next_step = gettext("Check that a worker is running, or sync now.")
    return StatusText(sentence, next_step, facts.account.complete_at)


def _withheld(facts: Facts) -> StatusText:
    number = facts.full.withheld if facts.full is not None else 0
    text = ngettext(
        "%(count)s device is missing from the last full sync; that is unusually many.",
        "%(count)s devices are missing from the last full sync; that is unusually many.",
        number,
    )
    return StatusText(text % {"count": _number(number)}, gettext("Review them. Until then they are shown as reported."), facts.ended)


def _partial(facts: Facts) -> StatusText:
    if facts.full is not None and facts.full.being_applied:
        number = facts.full.withheld
        text = ngettext(
            "%(count)s device that is missing from the last full sync is being marked.",
            "%(count)s devices that are missing from the last full sync are being marked.",
            number,
        )
        return StatusText(text % {"count": _number(number)}, "", facts.ended)
    number = facts.unusable
    text = ngettext("The last full sync had %(count)s invalid record.", "The last full sync had %(count)s invalid records.", number)
    next_step = gettext("All other devices are up to date. The account page lists the reasons.")
    return StatusText(text % {"count": _number(number)}, next_step, facts.ended)


def _healthy(facts: Facts) -> StatusText:
    return StatusText(gettext("Up to date."), "", facts.ended)


_TEXTS: dict[Code, Callable[[Facts], StatusText]] = {
    Code.BEING_DELETED: _being_deleted,
    Code.DISABLED: _disabled,
    Code.UNKNOWN_VENDOR: _unknown_vendor,
    Code.CREDENTIALS_REFUSED: _credentials_refused,
    Code.PAUSED: _paused,
    Code.FAILING: _failing,
    Code.FIRST_SYNC: _first_sync,
    Code.NEVER_SYNCED: _never_synced,
    Code.OVERDUE: _overdue,
    Code.WITHHELD: _withheld,
    Code.PARTIAL: _partial,
    Code.HEALTHY: _healthy,
}


def _scheduled(account: Account) -> bool:
    return account.full_every != 0


def partly_shown(code: Code, facts: Facts) -> str:
    """Which devices of an account without a complete full sync the pages show; "" for an account that has one."""
    if facts.account.complete_at is not None:
        return ""
    if code == Code.FIRST_SYNC:
        return gettext("Devices appear as they arrive.")
    if facts.has_devices:
        return gettext("Only the devices synced so far are shown.")
    return gettext("Devices that only this account reports are not shown.")


def doubt(code: Code, facts: Facts, *, overdue: bool) -> str:
    """Why its data does not prove that a device is absent, as a clause; "" when it does."""
    account, full = facts.account, facts.full
    if code in (*OFF, Code.UNKNOWN_VENDOR):
        return _unused_clause(code, account)
    if account.complete_at is None:
        return gettext("no full sync has completed yet")
    if overdue:
        return gettext("its last full sync is older than two sync intervals")
    if full is None:
        return gettext("its last full sync is not on record")
    if full.withheld and full.applied_at is None:
        return _unmarked(full)
    return _invalid_clause(facts.unusable) if facts.unusable else ""


def _unused_clause(code: Code, account: Account) -> str:
    if code == Code.BEING_DELETED:
        return gettext("it is being deleted")
    if code == Code.UNKNOWN_VENDOR:
        return gettext("this version does not support its vendor")
    since = account.switched_off_at
    return gettext("it has been disabled since %(day)s") % {"day": _day(since)} if since else gettext("it is disabled")


def _unmarked(full: SyncRun) -> str:
    number = full.withheld
    if full.being_applied:
        text = ngettext(
            "%(count)s device missing from its last full sync is being marked",
            "%(count)s devices missing from its last full sync are being marked",
            number,
        )
    else:
        text = ngettext(
            "%(count)s device missing from its last full sync must be reviewed",
            "%(count)s devices missing from its last full sync must be reviewed",
            number,
        )
    return text % {"count": _number(number)}


def _invalid_clause(number: int) -> str:
    text = ngettext("its last full sync had %(count)s invalid record", "its last full sync had %(count)s invalid records", number)
    return text % {"count": _number(number)}


def frozen(code: Code, account: Account, *, overdue: bool) -> str:
    """Why no sync renews its data, as a clause after the account's name; "" for an account that is synced on schedule."""
    if code == Code.BEING_DELETED:
        return gettext("is being deleted")
    if code == Code.DISABLED:
        return disabled_since(account.switched_off_at)
    if code == Code.UNKNOWN_VENDOR:
        return gettext("belongs to a vendor that this version does not support")
    return gettext("is synced only manually") if account.full_every == 0 and (overdue or account.complete_at is None) else ""


def disabled_since(since: datetime | None) -> str:
    """`since`: None where it was not recorded. With the year, because a file may be read years later."""
    return gettext("has been disabled since %(day)s") % {"day": _day(since)} if since else gettext("is disabled")


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at))


def _number(number: int) -> str:
    return number_format(number, force_grouping=True)
