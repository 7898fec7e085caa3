"""Whose word is shown and counted although nobody fetches it any more. Who should be fetched and is not, every page says by itself
(queries/troubles.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from devices.models import Account, Sighting
from vendors.registry import VENDORS

OFF = "is switched off"


@dataclass(frozen=True, slots=True)
class Aged:
    """One account. `why`: as the sentence about it goes on; `at`: when it last told its whole list, None if it never did."""

    account: str
    why: str
    at: datetime | None


def aged(*, now: datetime, account: str = "", vendor: str = "") -> list[Aged]:
    """Of all accounts that have told of a device, of one, or of those of a vendor. One query."""
    told = Account.objects.filter(Exists(Sighting.objects.filter(account=OuterRef("pk"))))
    told = told.filter(Q(enabled=False) | Q(full_every=0) | ~Q(vendor__in=VENDORS))
    if account:
        told = told.filter(name=account)
    if vendor:
        told = told.filter(vendor=vendor)
    found = told.only("name", "vendor", "enabled", "complete_at").order_by("name")
    return [Aged(each.name, why, each.complete_at) for each in found if (why := _why(each, now))]


def _why(account: Account, now: datetime) -> str:
    if account.vendor not in VENDORS:
        return "is of a vendor that this version does not know"
    if not account.enabled:
        return OFF
    interval = timedelta(seconds=VENDORS[account.vendor].full_every)
    late = account.complete_at is None or now - account.complete_at > 2 * interval
    return "is fetched only when somebody asks" if late else ""
