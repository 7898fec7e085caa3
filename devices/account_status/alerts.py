"""The banner: accounts without a complete, recent list, and workers that stopped. Shown on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devices.account_status.status import AccountStatus
from devices.account_status.text import Code
from devices.jobs import heartbeat
from devices.models import Device

NO_ACCOUNT = "No vendor account is enabled, so nothing is synced. What is shown was synced earlier."
# Withheld and partial lists are complete and recent: the dashboard and the account's page ask for their review.
SHOWN = (Code.CREDENTIALS_REFUSED, Code.FAILING, Code.FIRST_SYNC, Code.NEVER_SYNCED, Code.OVERDUE)


@dataclass(frozen=True, slots=True)
class SystemAlerts:
    """`stalled`: the sentence about what syncs nothing at all, or ""."""

    accounts: list[AccountStatus]
    stalled: str

    @property
    def severe(self) -> bool:
        return bool(self.stalled) or any(each.in_error for each in self.accounts)

    def __bool__(self) -> bool:
        return bool(self.stalled or self.accounts)


def troubles(found: Sequence[AccountStatus]) -> SystemAlerts:
    """An account that is synced only on request and grew old is named where its data is (devices/account_status/stale_sources.py)."""
    shown = [each for each in found if each.code in SHOWN and not (each.code == Code.OVERDUE and each.frozen)]
    used = any(each.enabled and each.about for each in found)
    return SystemAlerts(shown, heartbeat.sentence() if used else _without_accounts())


def _without_accounts() -> str:
    return NO_ACCOUNT if Device.objects.exists() else ""
