"""Installers for the coverage gaps of a device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext

from devices.account_status.status import AccountStatus, statuses
from devices.coverage.queries import gaps
from devices.coverage.states import CoverageState
from devices.models import Account, Device, User
from installers.models import Installer, Standing
from installers.register.queries import visible
from vendors.registry import VENDORS
from vendors.states import Family

MOST = 20


@dataclass(frozen=True, slots=True)
class InstallerGap:
    """An account that does not report the device. `refusal`: why it has no suitable installer; `family`: OS of the device, if known."""

    status: AccountStatus
    cover: CoverageState
    fitting: Sequence[Installer]
    family: str
    refusal: str


def installer_gaps(device: Device, user: User, *, account: str, now: datetime) -> list[InstallerGap]:
    """Gaps of all accounts whose vendor creates installers, or of the named one. Four queries."""
    found = [
        (status, cover) for status, cover in gaps(device.pk, statuses(now)) if status.makes_installers and account in ("", status.name)
    ]
    usable = ready(user, [status.pk for status, _ in found], now)
    return [_gap(device, status, cover, [each for each in usable if each.account_id == status.pk]) for status, cover in found]


def reporting_account(device: Device, name: str) -> Account | None:
    """The account of this name, if it reports the device: the gap has closed."""
    return Account.objects.filter(name=name, sightings__device=device, sightings__life="seen").first() if name else None


def ready(user: User, accounts: Sequence[int], now: datetime) -> list[Installer]:
    """Installers that the user may share now, the newest first. One query."""
    lives = Q(expires_at=None) | Q(expires_at__gt=now)
    rows = visible(user).filter(lives, account__in=accounts, standing=Standing.READY).exclude(usable=False)
    return list(rows.select_related("account").order_by("-pk"))


def _gap(device: Device, status: AccountStatus, cover: CoverageState, found: Sequence[Installer]) -> InstallerGap:
    family = Family.known(device.os_family)
    if refusal := refusal_of(status.vendor, family):
        return InstallerGap(status, cover, [], "", refusal)
    fits = [each for each in found if family in (Family.UNKNOWN, each.family)][:MOST]
    return InstallerGap(status, cover, fits, "" if family == Family.UNKNOWN else family.value, "")


def refusal_of(vendor: str, family: Family) -> str:
    """Why the vendor has no installer for this operating system; "" where it has one, or may have one because the system is unknown."""
    offer = VENDORS[vendor].installers()
    if family == Family.UNKNOWN or family in offer.families:
        return ""
    if refusal := offer.refusals.get(family):
        return gettext(refusal)
    supported = ", ".join(each.label for each in offer.families)
    text = gettext("%(vendor)s has no installers for %(os)s, only for %(supported)s. Enroll this device in the vendor's console.")
    return text % {"vendor": VENDORS[vendor].label, "os": gettext(family.label), "supported": supported}
