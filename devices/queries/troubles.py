"""What makes every page less than whole: accounts without a complete, recent list, and workers that stopped. One query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from devices import heartbeat
from devices.models import Account, Device, Health
from vendors.registry import VENDORS

NO_ACCOUNT = "No vendor account is switched on, so nothing is fetched. What is shown was fetched earlier."
IN_TROUBLE = (Health.FAILING, Health.PERSON)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One account. `sentence` says what happened; `complete_at`: how old what is shown from it is, None if there never was a list."""

    account: str
    health: str
    sentence: str
    complete_at: datetime | None

    @property
    def plainly(self) -> str:
        """For those who cannot see accounts: a vendor's refusal is for who can do something about it."""
        return f"{Health(self.health).label}." if self.health in IN_TROUBLE else self.sentence


@dataclass(frozen=True, slots=True)
class Troubles:
    """`stalled`: the sentence about what fetches nothing at all, or ""."""

    accounts: list[Trouble]
    stalled: str

    @property
    def severe(self) -> bool:
        return bool(self.stalled) or any(each.health in IN_TROUBLE for each in self.accounts)

    def __bool__(self) -> bool:
        return bool(self.stalled or self.accounts)


def troubles(*, now: datetime) -> Troubles:
    """Lateness is judged here by the clock, not by what a worker wrote: a worker that is dead writes nothing."""
    found = list(Account.objects.filter(enabled=True, vendor__in=VENDORS).order_by("name"))
    return Troubles(
        [trouble for account in found if (trouble := _trouble(account, now))], heartbeat.sentence() if found else _without_accounts()
    )


def _without_accounts() -> str:
    return NO_ACCOUNT if Device.objects.exists() else ""


def _trouble(account: Account, now: datetime) -> Trouble | None:
    if account.health in IN_TROUBLE:
        return Trouble(account.name, account.health, account.health_sentence or "The last fetch failed.", account.complete_at)
    if account.complete_at is None:
        return Trouble(account.name, Health.NEW, "Nothing complete has been fetched yet.", None)
    if account.full_seconds and now - account.complete_at > timedelta(seconds=2 * account.full_seconds):
        return Trouble(account.name, Health.LATE, "The last complete list is older than two intervals.", account.complete_at)
    return None
