"""System alerts: accounts without up-to-date data, and workers that stopped. A banner on every page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from devices.account_status.status import AccountStatus
from devices.account_status.text import Code, paused
from devices.db import free_space
from devices.jobs import heartbeat
from devices.models import Device

# A withheld or partial full sync is complete and recent: the dashboard and the account's page show that it needs a review.
SHOWN = (Code.CREDENTIALS_REFUSED, Code.FAILING, Code.FIRST_SYNC, Code.NEVER_SYNCED, Code.OVERDUE)


@dataclass(frozen=True, slots=True)
class SystemAlerts:
    """`stalled`: why no account is synced, as a sentence; "" otherwise."""

    accounts: list[AccountStatus]
    stalled: str

    @property
    def severe(self) -> bool:
        return bool(self.stalled) or any(each.in_error for each in self.accounts)

    def without(self, names: Collection[str]) -> SystemAlerts:
        """For a page whose content already says what is wrong with these accounts."""
        return replace(self, accounts=[each for each in self.accounts if each.name not in names])

    def __bool__(self) -> bool:
        return bool(self.stalled or self.accounts)


def troubles(found: Sequence[AccountStatus]) -> SystemAlerts:
    """An overdue account that is synced only manually is named where its data is shown (devices/account_status/stale_sources.py)."""
    shown = [each for each in found if each.code in SHOWN and not (each.code == Code.OVERDUE and each.frozen)]
    used = any(each.enabled and each.about for each in found)
    return SystemAlerts(shown, _stalled() if used else _without_accounts())


def _stalled() -> str:
    """Of two reasons a full disk comes first: it may be why no worker reports."""
    return paused() if free_space.is_low() else heartbeat.sentence()


def _without_accounts() -> str:
    return gettext("No vendor account is enabled. The last synced data is shown.") if Device.objects.exists() else ""
