"""Account status: one status per vendor account, rendered by banner, pages, lists, files, commands and /healthz.

Computed from the account's row, its newest runs and the clock, never stored: when the workers stop, nothing would write it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from devices.account_status.text import ERRORS, LOOKS, OFF, Code, Facts, doubt, frozen, partly_shown, words
from devices.db import free_space
from devices.models import Account, Health, JobState, Quarantine, Sighting, SyncRun
from devices.models.job import ACTIVE
from vendors.base import Vendor
from vendors.registry import VENDORS


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """Its code, and the facts that its texts are made from in the language that is active when they are read."""

    facts: Facts
    code: Code
    overdue: bool

    # -- the account ---------------------------------------------------------------------------------------------------

    @property
    def account(self) -> Account:
        return self.facts.account

    @property
    def pk(self) -> int:
        return self.account.pk

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def vendor(self) -> str:
        """Its slug, also of a vendor that this version does not know."""
        return self.account.vendor

    @property
    def about(self) -> Vendor | None:
        return VENDORS.get(self.vendor)

    @property
    def vendor_label(self) -> str:
        return self.about.label if self.about else self.vendor

    @property
    def complete_at(self) -> datetime | None:
        """When its last full sync completed."""
        return self.account.complete_at

    @property
    def makes_installers(self) -> bool:
        return self.about is not None and self.about.offer is not None

    @property
    def run(self) -> SyncRun | None:
        """The list sync that is under way."""
        return self.facts.run

    # -- the status ----------------------------------------------------------------------------------------------------

    @property
    def label(self) -> str:
        return str(LOOKS[self.code].label)

    @property
    def sentence(self) -> str:
        return words(self.code, self.facts).sentence

    @property
    def next_step(self) -> str:
        """What to do about it; "" where there is nothing to do."""
        return words(self.code, self.facts).next_step

    @property
    def since(self) -> datetime | None:
        """When this status began; None where that is not recorded."""
        return words(self.code, self.facts).since

    @property
    def severity(self) -> str:
        return LOOKS[self.code].severity

    @property
    def icon(self) -> str:
        return LOOKS[self.code].icon

    @property
    def enabled(self) -> bool:
        return self.code not in OFF

    @property
    def in_error(self) -> bool:
        return self.code in ERRORS

    @property
    def healthy(self) -> bool:
        return self.code == Code.HEALTHY

    @property
    def doubtful(self) -> bool:
        """It is in use, and devices that exist may be missing from its data, or others shown that do not exist."""
        return self.enabled and not self.healthy

    @property
    def partly_shown(self) -> str:
        """Which of its devices are shown while no full sync has completed, as a sentence; "" afterwards."""
        return partly_shown(self.code, self.facts)

    # -- its data ------------------------------------------------------------------------------------------------------

    @property
    def doubt(self) -> str:
        """Why its data does not prove that a device is absent, as a clause; "" when it does."""
        return doubt(self.code, self.facts, overdue=self.overdue)

    @property
    def frozen(self) -> str:
        """Why no sync renews its data, as a clause after the account's name; "" for an account that is synced on schedule."""
        return frozen(self.code, self.account, overdue=self.overdue)

    @property
    def proves_absence(self) -> bool:
        return not self.doubt

    @property
    def held(self) -> SyncRun | None:
        """The full sync whose missing devices are not marked yet: they wait for a user's review, or for the worker that marks them."""
        full = self.facts.full
        return full if full is not None and full.withheld and full.applied_at is None else None

    @property
    def withheld(self) -> int:
        """Missing devices that wait for a user's review."""
        return self.held.withheld if self.held is not None and not self.held.being_applied else 0

    @property
    def unusable(self) -> int:
        return self.facts.unusable

    @property
    def outdated(self) -> bool:
        """What it reported of a device may have changed since."""
        return self.overdue or self.code in OFF


def statuses(now: datetime) -> list[AccountStatus]:
    """Of all accounts, by name. Two queries, however many there are."""
    return [status_of(facts, now) for facts in _facts()]


def account_statuses(request: HttpRequest) -> list[AccountStatus]:
    """Of all accounts, computed once per request, so that no two parts of a page differ."""
    kept: list[AccountStatus] | None = vars(request).get("account_statuses")
    if kept is None:
        kept = vars(request)["account_statuses"] = statuses(timezone.now())
    return kept


def status(account: Account, now: datetime) -> AccountStatus:
    """Of one account. Two queries."""
    return by_pk(statuses(now))[account.pk]


def by_pk(found: Iterable[AccountStatus]) -> dict[int, AccountStatus]:
    return {each.pk: each for each in found}


def named(found: Iterable[AccountStatus], names: Collection[str]) -> list[AccountStatus]:
    return [each for each in found if each.name in names]


def _facts() -> list[Facts]:
    rows: list[Any] = list(Account.objects.raw(*_accounts_sql()))
    pks = [pk for row in rows for pk in (row.run_pk, row.full_pk) if pk is not None]
    runs = {run.pk: run for run in SyncRun.objects.raw(_RUNS_SQL, [pks])} if pks else {}
    paused = free_space.is_low()
    return [Facts(row, runs.get(row.run_pk), runs.get(row.full_pk), row.quarantined, row.has_devices, paused) for row in rows]


_RUNS_SQL = "SELECT * FROM devices_syncrun WHERE id = ANY(%s)"


@cache
def _accounts_sql() -> tuple[str, tuple[Any, ...]]:
    """The statement and its parameters, which do not change. Every page needs it, and composing it takes longer than executing it."""
    lists = SyncRun.objects.filter(account=OuterRef("pk"), lane="list").order_by("-id").values("pk")
    broken = Quarantine.objects.filter(account=OuterRef("pk")).order_by().values("account").annotate(n=Count("*")).values("n")
    rows = Account.objects.defer("tokens").annotate(
        run_pk=Subquery(lists.filter(state__in=ACTIVE)[:1]),
        full_pk=Subquery(lists.filter(state=JobState.DONE, kind="everything")[:1]),
        quarantined=Coalesce(Subquery(broken), 0),
        has_devices=Exists(Sighting.objects.filter(account=OuterRef("pk"))),
    )
    statement, parameters = rows.query.sql_with_params()
    return statement, tuple(parameters)


def status_of(facts: Facts, now: datetime) -> AccountStatus:
    """Pure: the rules. No query."""
    overdue = _overdue(facts.account, now)
    return AccountStatus(facts, _code(facts, overdue=overdue), overdue)


def _code(facts: Facts, *, overdue: bool) -> Code:
    account, full = facts.account, facts.full
    rules = (
        (Code.BEING_DELETED, account.deletion_requested_at is not None),
        (Code.DISABLED, not account.enabled),
        (Code.UNKNOWN_VENDOR, account.vendor not in VENDORS),
        (Code.CREDENTIALS_REFUSED, account.health == Health.PERSON),
        (Code.PAUSED, facts.paused),
        (Code.FAILING, account.health == Health.FAILING),
        (Code.FIRST_SYNC, account.complete_at is None and facts.run is not None),
        (Code.NEVER_SYNCED, account.complete_at is None),
        (Code.OVERDUE, overdue),
        (Code.WITHHELD, full is not None and full.withheld > 0 and full.decided_at is None and full.applied_at is None),
        (Code.PARTIAL, facts.unusable > 0 or (full is not None and full.being_applied)),
    )
    return next((code for code, applies in rules if applies), Code.HEALTHY)


def _overdue(account: Account, now: datetime) -> bool:
    """The last full sync is older than two intervals; the vendor's own where lists are synced only on request."""
    vendor = VENDORS.get(account.vendor)
    if vendor is None or account.complete_at is None:
        return False
    return now - account.complete_at > timedelta(seconds=2 * (account.full_every or vendor.full_every))
