"""How fresh every account's list is, in words that a page shows beside what came from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from devices.models import Account, Health, JobState, SyncRun
from devices.models.job import ACTIVE
from vendors.registry import VENDORS


class Coverage(StrEnum):
    """What the lists of all accounts together are worth; pages have a text for each."""

    NO_ACCOUNT = "no_account"
    NEVER = "never"  # nobody has started yet
    LOADING = "loading"  # the first lists are on their way
    ERROR = "error"  # not one complete list, and something is wrong
    PARTIAL = "partial"  # some lists are complete, some are not
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    vendor: str
    vendor_label: str
    health: str
    sentence: str
    next_step: str
    since: datetime | None
    complete_at: datetime | None
    off_since: datetime | None
    run: SyncRun | None  # the run under way
    withheld: int  # disappearances held back for a person
    withheld_run: int | None

    @property
    def enabled(self) -> bool:
        return self.health != Health.OFF

    @property
    def in_trouble(self) -> bool:
        return self.health in (Health.FAILING, Health.PERSON)

    @property
    def doubtful(self) -> bool:
        """Its list may lack devices that exist."""
        return self.enabled and (self.complete_at is None or self.in_trouble or self.health == Health.LATE)


@dataclass(frozen=True, slots=True)
class Sources:
    all: list[Source]

    @property
    def enabled(self) -> list[Source]:
        return [source for source in self.all if source.enabled]

    @property
    def complete(self) -> list[Source]:
        return [source for source in self.enabled if source.complete_at is not None]

    @property
    def doubtful(self) -> list[Source]:
        return [source for source in self.all if source.doubtful]

    @property
    def running(self) -> list[Source]:
        return [source for source in self.all if source.run is not None]

    @property
    def withheld(self) -> list[Source]:
        return [source for source in self.all if source.withheld]

    @property
    def coverage(self) -> Coverage:
        if not self.all:
            return Coverage.NO_ACCOUNT
        if self.enabled and not self.doubtful:
            return Coverage.COMPLETE
        first_fetches = [source for source in self.doubtful if source.complete_at is None and source.run is not None]
        if first_fetches and first_fetches == self.doubtful:
            return Coverage.LOADING
        if self.complete:
            return Coverage.PARTIAL
        if self.running:
            return Coverage.LOADING
        return Coverage.ERROR if any(source.in_trouble for source in self.all) else Coverage.NEVER


def sources() -> Sources:
    """Three queries, however many accounts there are."""
    running = {
        run.account_id: run for run in SyncRun.objects.filter(state__in=ACTIVE, lane="list").select_related("account").order_by("id")
    }
    judged = (
        SyncRun.objects.filter(state=JobState.DONE, lane="list", kind="everything").order_by("account_id", "-id").distinct("account_id")
    )
    held = {run.account_id: run for run in judged if run.withheld and run.decided_at is None and run.applied_at is None}
    return Sources([_source(account, running.get(account.pk), held.get(account.pk)) for account in Account.objects.all()])


def _source(account: Account, run: SyncRun | None, held: SyncRun | None) -> Source:
    vendor = VENDORS.get(account.vendor)
    return Source(
        name=account.name,
        vendor=account.vendor,
        vendor_label=vendor.label if vendor else account.vendor,
        health=account.health if account.enabled else Health.OFF,
        sentence=account.health_sentence,
        next_step=account.health_next_step,
        since=account.health_since,
        complete_at=account.complete_at,
        off_since=account.switched_off_at,
        run=run,
        withheld=held.withheld if held else 0,
        withheld_run=held.pk if held else None,
    )
