"""Registry of vendors, a literal table."""

from __future__ import annotations

from vendors.base import Vendor
from vendors.eset.adapter import VENDOR as ESET
from vendors.five9s.adapter import VENDOR as FIVE9S
from vendors.opswat.adapter import VENDOR as OPSWAT
from vendors.states import Family

VENDORS: dict[str, Vendor] = {vendor.slug: vendor for vendor in (ESET, OPSWAT, FIVE9S)}


def label_of(slug: str) -> str:
    """The vendor's name; the slug itself of a vendor that this version does not know."""
    vendor = VENDORS.get(slug)
    return vendor.label if vendor else slug


def short_label_of(slug: str) -> str:
    """The first word of the vendor's name, where there is little room."""
    return label_of(slug).partition(" ")[0]


def mark_of(slug: str) -> str:
    """Two letters for the vendor's badge: those of its description, or the first of its name."""
    vendor = VENDORS.get(slug)
    return (vendor and vendor.mark) or label_of(slug)[:2].upper()


def number_of(slug: str) -> int:
    """The vendor's place in the registry, from 1; 0 of an unknown one. Badges and charts color vendors by it."""
    return list(VENDORS).index(slug) + 1 if slug in VENDORS else 0


def makes_installers_for(slug: str, family: str) -> bool:
    """Whether the vendor's API makes installers for this operating system; for an unknown one it may."""
    vendor = VENDORS.get(slug)
    if vendor is None or vendor.offer is None:
        return False
    known = Family.known(family)
    return known == Family.UNKNOWN or known in vendor.offer.families


def choices() -> list[tuple[str, str]]:
    return [(vendor.slug, vendor.label) for vendor in VENDORS.values()]
