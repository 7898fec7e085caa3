"""Account cards: the data of the account pages, in a fixed number of queries."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from devices.account_status.status import AccountStatus
from devices.connections import rate_limit
from devices.db import redis_client
from devices.models import Account, Health, Life, Sighting, SyncRun
from devices.models.job import ACTIVE
from devices.sync.cancellation import NONE, cancelled, regular
from vendors.base import Vendor
from vendors.budget import Quota, Rate
from vendors.gateway.address_rules import BadUrl, parse_url
from vendors.registry import VENDORS

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Cost:
    """The estimated cost of a full sync, from the last one."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ReportedCount:
    """`at`: when the sync started that the vendor reported it in."""

    records: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountCard:
    """One account for its pages."""

    status: AccountStatus
    now: datetime
    ended: SyncRun | None  # the latest list sync that ended
    devices: int
    stopped: Mapping[str, datetime]  # kind of sync → when a user last canceled one
    quota: Quota | None  # the calls that are left now, where that is known

    @property
    def account(self) -> Account:
        return self.status.account

    @property
    def run(self) -> SyncRun | None:
        """The full sync or sync of changes under way."""
        return self.status.run

    @property
    def full(self) -> SyncRun | None:
        """The latest complete full sync."""
        return self.status.facts.full

    @property
    def quarantined(self) -> int:
        return self.status.facts.quarantined

    @property
    def vendor(self) -> Vendor | None:
        return self.status.about

    @property
    def held(self) -> SyncRun | None:
        return self.status.held

    @property
    def reported(self) -> ReportedCount | None:
        """How many records the vendor reported for the account in the latest full sync; None: it does not report a number."""
        runs = [run for run in (self.run, self.ended, self.full) if run and run.kind == "everything" and run.expected is not None]
        return ReportedCount(runs[0].expected or 0, runs[0].started_at) if runs else None

    @property
    def encrypted(self) -> bool:
        return not str(self.account.settings.get("url", "")).lower().startswith("http://")

    @property
    def rate(self) -> Rate | None:
        return self.vendor.rate(self.account.settings) if self.vendor else None

    @property
    def next_run(self) -> datetime | None:
        return next_due(self.account, self.now, self.stopped) if self.vendor else None

    @property
    def can_fetch_changes(self) -> bool:
        return self.vendor is not None and "changed" in self.vendor.scopes and self.account.changes_since is not None

    @property
    def plain_http(self) -> bool:
        """Credentials are sent unencrypted through a network; a loopback address is no network."""
        try:
            target = parse_url(str(self.account.settings.get("url", "")))
        except BadUrl:
            return False
        return target.scheme == "http" and target.host not in LOOPBACK

    @property
    def cost(self) -> Cost | None:
        if self.full is None or self.rate is None or not self.full.calls:
            return None
        took = (self.full.finished_at - self.full.started_at).total_seconds() if self.full.finished_at and self.full.started_at else 0.0
        return Cost(self.full.calls, max(took, least_seconds(self.full.calls, self.rate)))


def least_seconds(calls: int, rate: Rate) -> float:
    """The shortest time for so many calls under the rate limit, without the calls reserved for users."""
    in_window = max(1, rate.calls - rate.reserve)
    return math.floor((calls - 1) / in_window) * rate.seconds


def next_due(account: Account, now: datetime, stopped: Mapping[str, datetime] = NONE) -> datetime | None:
    """When sync.plan requests the next sync; None when it does not."""
    if not account.enabled or account.deletion_requested_at is not None or account.health == Health.PERSON:
        return None
    if account.health == Health.FAILING:
        return account.try_after or now
    due = []
    if account.full_seconds:
        due.append(regular(account.complete_at, stopped.get("everything"), account.full_seconds, now))
    if account.changes_seconds and account.changes_since:
        due.append(regular(account.changes_at, stopped.get("changed"), account.changes_seconds, now))
    if not due:
        return None
    return max(min(due), account.try_after or now)


def cards(found: Sequence[AccountStatus], now: datetime) -> list[AccountCard]:
    """Four queries, and one Redis call for each account."""
    ids = [each.pk for each in found]
    runs = SyncRun.objects.filter(account__in=ids, lane="list").order_by("account_id", "-id").distinct("account_id")
    ended = {run.account_id: run for run in runs.exclude(state__in=ACTIVE)}
    stored = _counts(Sighting.objects.filter(account__in=ids))
    absent = _counts(Sighting.objects.filter(account__in=ids).exclude(life=Life.SEEN))
    stopped = cancelled([each.account for each in found])
    rates = {each.pk: VENDORS[each.vendor].rate(each.account.settings) for each in found if each.vendor in VENDORS}
    left = rate_limit.quotas(rates, shared=redis_client.client())
    return [
        AccountCard(
            status=each,
            now=now,
            ended=ended.get(each.pk),
            devices=stored.get(each.pk, 0) - absent.get(each.pk, 0),
            stopped=stopped.get(each.pk, NONE),
            quota=left.get(each.pk),
        )
        for each in found
    ]


def under_way(account: Account) -> tuple[SyncRun | None, SyncRun | None]:
    """The list sync under way, and the latest that ended. Polled every two seconds, so it counts nothing."""
    runs = SyncRun.objects.filter(account=account, lane="list").order_by("-id").select_related("account")
    return runs.filter(state__in=ACTIVE).first(), runs.exclude(state__in=ACTIVE).first()


def _counts(rows: QuerySet[Sighting]) -> Mapping[int, int]:
    return dict(rows.order_by().values_list("account_id").annotate(n=Count("*")).values_list("account_id", "n"))
