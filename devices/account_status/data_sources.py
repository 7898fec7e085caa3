"""What the lists of all accounts together are worth, for pages that show what came from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from devices.account_status.status import AccountStatus
from devices.account_status.text import Code


class Coverage(StrEnum):
    """Pages have a text for each."""

    NO_ACCOUNT = "no_account"
    DISABLED = "disabled"  # there are accounts, and none is in use
    NEVER = "never"  # no sync has started yet
    LOADING = "loading"  # the first syncs are running
    ERROR = "error"  # not one complete list, and something is wrong
    PARTIAL = "partial"  # some lists are complete and recent, some are not
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Sources:
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
    def coverage(self) -> Coverage:
        if not self.enabled:
            return Coverage.DISABLED if self.all else Coverage.NO_ACCOUNT
        if not self.doubtful:
            return Coverage.COMPLETE
        if all(each.code == Code.FIRST_SYNC for each in self.doubtful):
            return Coverage.LOADING
        if self.complete:
            return Coverage.PARTIAL
        if self.running:
            return Coverage.LOADING
        return Coverage.NEVER if all(each.code == Code.NEVER_SYNCED for each in self.enabled) else Coverage.ERROR
