"""What one credential can read about patching, in the order of what it is worth."""

from __future__ import annotations

from dataclasses import dataclass

from devices.models import Account
from patching.models import Reading
from vendors.patching import Source
from vendors.registry import VENDORS


@dataclass(frozen=True, slots=True)
class Reads:
    """`with_devices`: its list of devices brings their patches, so that nothing has to be asked for. `untried`: not asked for yet."""

    can: list[Reading]
    cannot: list[Reading]
    untried: list[str]
    with_devices: bool
    nothing: bool


def reading(account: Account) -> Reads:
    """One query."""
    vendor = VENDORS.get(account.vendor)
    rows = {row.source: row for row in Reading.objects.filter(account=account)}
    known = [(source, rows.get(source)) for source in (vendor.patch_sources if vendor else ())]
    return Reads(
        can=[row for _, row in known if row and row.can],
        cannot=[row for _, row in known if row and row.can is False],
        untried=[Source(source).label for source, row in known if row is None or row.can is None],
        with_devices=vendor is not None and vendor.patches_with_devices,
        nothing=vendor is None or not vendor.tells_patches,
    )
