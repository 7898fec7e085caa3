"""The patch data that one account can read, for its page."""

from __future__ import annotations

from dataclasses import dataclass

from devices.models import Account
from patching.sync.source_access import SourceAccess, readings
from vendors.registry import VENDORS


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """`unknown`: not tried yet, or without an answer. `with_devices`: the device sync includes patches. `nothing`: no patch data."""

    can: list[SourceAccess]
    cannot: list[SourceAccess]
    unknown: list[SourceAccess]
    with_devices: bool
    nothing: bool


def reading(account: Account) -> AccountAccess:
    """Two queries."""
    vendor = VENDORS.get(account.vendor)
    known = readings(account) if vendor else []
    return AccountAccess(
        can=[each for each in known if each.can],
        cannot=[each for each in known if each.can is False],
        unknown=[each for each in known if each.can is None],
        with_devices=vendor is not None and vendor.patches_with_devices,
        nothing=vendor is None or not vendor.tells_patches,
    )
