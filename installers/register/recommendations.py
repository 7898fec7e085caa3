"""Which installers fit a device that an account does not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from devices.account_status.status import AccountStatus, statuses
from devices.coverage.queries import gaps
from devices.coverage.states import CoverageState
from devices.models import Account, Device, User
from installers.models import Installer, Standing
from installers.register.queries import visible
from vendors.installer_api import InstallerOptions
from vendors.registry import VENDORS
from vendors.states import Family

MOST = 20


@dataclass(frozen=True, slots=True)
class InstallerGap:
    """An account that does not see the device. `refusal`: why no installer of it can help; `family`: what to make one for, where known."""

    status: AccountStatus
    cover: CoverageState
    fitting: Sequence[Installer]
    family: str
    refusal: str


def installer_gaps(device: Device, user: User, *, account: str, now: datetime) -> list[InstallerGap]:
    """Of all accounts whose vendor makes installers, or of the one that is named. Four queries."""
    found = [
        (status, cover) for status, cover in gaps(device.pk, statuses(now)) if status.makes_installers and account in ("", status.name)
    ]
    ready = _ready(user, [status.pk for status, _ in found], now)
    return [_gap(device, status, cover, [each for each in ready if each.account_id == status.pk]) for status, cover in found]


def account_that_sees(device: Device, name: str) -> Account | None:
    """The account of this name, when it lists the device already: the gap has closed."""
    return Account.objects.filter(name=name, sightings__device=device, sightings__life="seen").first() if name else None


def _ready(user: User, accounts: Sequence[int], now: datetime) -> list[Installer]:
    lives = Q(expires_at=None) | Q(expires_at__gt=now)
    rows = visible(user).filter(lives, account__in=accounts, standing=Standing.READY).exclude(usable=False)
    return list(rows.select_related("account").order_by("-pk"))


def _gap(device: Device, status: AccountStatus, cover: CoverageState, ready: Sequence[Installer]) -> InstallerGap:
    vendor = VENDORS[status.vendor]
    offer = vendor.installers()
    family = Family.known(device.os_family)
    if family != Family.UNKNOWN and family not in offer.families:
        return InstallerGap(status, cover, [], "", offer.refusals.get(family) or _none_for(family, offer, vendor.label))
    fits = [each for each in ready if family in (Family.UNKNOWN, each.family)][:MOST]
    return InstallerGap(status, cover, fits, "" if family == Family.UNKNOWN else family.value, "")


def _none_for(family: Family, offer: InstallerOptions, vendor: str) -> str:
    made = " and ".join(each.label for each in offer.families)
    return f"{vendor} makes no installers for {family.label} here, only for {made}: install it by the vendor's own way."
