"""Data sources: the completeness of all accounts' data together, for pages that show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from devices.account_status.status import AccountStatus
from devices.account_status.text import Code


class Completeness(StrEnum):
    """Pages have a text for each."""

    NO_ACCOUNT = "no_account"
    DISABLED = "disabled"  # there are accounts, and none is in use
    NEVER = "never"  # no sync has started yet
    LOADING = "loading"  # the first syncs are running
    ERROR = "error"  # no account has a complete full sync, and one has an error
    PARTIAL = "partial"  # some accounts are up to date, some are not
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class DataSources:
    all: Sequence[AccountStatus]

    @property
    def enabled(self) -> list[AccountStatus]:
        return [each for each in self.all if each.enabled]

    @property
    def complete(self) -> list[AccountStatus]:
        return [each for each in self.enabled if each.complete_at is not None]

    @property
    def doubtful(self) -> list[AccountStatus]:
        return [each for each in self.all if each.doubtful]

    @property
    def running(self) -> list[AccountStatus]:
        return [each for each in self.all if each.run is not None]

    @property
    def withheld(self) -> list[AccountStatus]:
        return [each for each in self.enabled if each.withheld]

    @property
    def coverage(self) -> Completeness:
        if not self.enabled:
            return Completeness.DISABLED if self.all else Completeness.NO_ACCOUNT
        if not self.doubtful:
            return Completeness.COMPLETE
        if all(each.code == Code.FIRST_SYNC for each in self.doubtful):
            return Completeness.LOADING
        if self.complete:
            return Completeness.PARTIAL
        if self.running:
            return Completeness.LOADING
        return Completeness.NEVER if all(each.code == Code.NEVER_SYNCED for each in self.enabled) else Completeness.ERROR
