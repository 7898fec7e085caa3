"""Whose word is shown and counted although nobody fetches it any more. Who should be fetched and is not, every page says by itself
(queries/troubles.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.dateformat import format as date_format

from devices.models import Account, Sighting
from vendors.registry import VENDORS

OFF = "is switched off"


@dataclass(frozen=True, slots=True)
class Aged:
    """One account. `why`: as the sentence about it goes on; `at`: when it last told its whole list, None if it never did."""

    account: str
    why: str
    at: datetime | None
    off: bool = False

    @property
    def because(self) -> str:
        """As a cell of a file says it."""
        return f"it {self.why}" if self.why else ""


def aged(*, now: datetime, account: str = "", vendor: str = "") -> list[Aged]:
    """Of all accounts that have told of a device, of one, or of those of a vendor. One query."""
    told = Account.objects.filter(Exists(Sighting.objects.filter(account=OuterRef("pk"))))
    told = told.filter(Q(enabled=False) | Q(full_every=0) | ~Q(vendor__in=VENDORS))
    if account:
        told = told.filter(name=account)
    if vendor:
        told = told.filter(vendor=vendor)
    return _those(told.only("name", "vendor", "enabled", "switched_off_at", "complete_at", "full_every").order_by("name"), now)


def aged_among(accounts: Iterable[Account], names: Collection[str], *, now: datetime) -> list[Aged]:
    """Of accounts that are at hand, those of these names. No query."""
    return _those((each for each in accounts if each.name in names), now)


def _those(accounts: Iterable[Account], now: datetime) -> list[Aged]:
    return [Aged(each.name, why, each.complete_at, not each.enabled) for each in accounts if (why := why_old(each, now))]


def off_words(since: datetime | None) -> str:
    """`since`: None where nobody wrote it down. With the year, for a file may be read years later."""
    return f"{OFF} since {date_format(timezone.localtime(since), 'j M Y')}" if since else OFF


def why_old(account: Account, now: datetime) -> str:
    """As the sentence about the account goes on; "" where it is fetched by itself, or was lately."""
    if account.vendor not in VENDORS:
        return "is of a vendor that this version does not know"
    if not account.enabled:
        return off_words(account.switched_off_at)
    if account.full_every != 0:
        return ""
    interval = timedelta(seconds=VENDORS[account.vendor].full_every)
    late = account.complete_at is None or now - account.complete_at > 2 * interval
    return "is fetched only when somebody asks" if late else ""
