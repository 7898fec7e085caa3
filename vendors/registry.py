"""The literal table of vendors; nothing registers itself."""

from __future__ import annotations

from vendors.base import Vendor
from vendors.eset.adapter import VENDOR as ESET
from vendors.five9s.adapter import VENDOR as FIVE9S
from vendors.opswat.adapter import VENDOR as OPSWAT

VENDORS: dict[str, Vendor] = {vendor.slug: vendor for vendor in (ESET, OPSWAT, FIVE9S)}


def choices() -> list[tuple[str, str]]:
    return [(vendor.slug, vendor.label) for vendor in VENDORS.values()]
