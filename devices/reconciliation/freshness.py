"""When a vendor's word about a device grows old: the vendor's own numbers, unless an administrator set others."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.models import Threshold
from vendors.base import DAY
from vendors.parsing.times import implausible
from vendors.registry import VENDORS
from vendors.vocabulary import LabelledEnum

LATELY = timedelta(seconds=60)  # several rounds of planning, so that one that fails does no harm
LONGEST = 10 * 365 * DAY
_UNITS = {"m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}
_TYPED = re.compile(r"(\d{1,7}(?:[.,]\d{1,3})?)\s*(min(?:utes?)?|h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?)", re.IGNORECASE | re.ASCII)


class Freshness(LabelledEnum):
    LIVE = "live", "Online"
    AGEING = "ageing", "Delayed"
    STALE = "stale", "Stale"
    UNSEEN = "unseen", "Inactive"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds since the device reported. Up to `live` it is live; from `stale` its word does not count; from `unseen` it is lost."""

    live: int = 2 * DAY
    stale: int = 14 * DAY
    unseen: int = 30 * DAY

    def freshness(self, seen_at: datetime | None, *, now: datetime) -> Freshness | None:
        """None: the vendor does not tell when the device reported, or tells what cannot be."""
        if seen_at is None or implausible(seen_at, now=now):
            return None
        age = (now - seen_at).total_seconds()
        if age > self.unseen:
            return Freshness.UNSEEN
        return Freshness.STALE if age > self.stale else Freshness.AGEING if age > self.live else Freshness.LIVE


def by_vendor(slug: str) -> Limits:
    """The vendor's own limits; those of most vendors for one that this version does not know."""
    vendor = VENDORS.get(slug)
    return Limits(vendor.live_for, vendor.stale_after, vendor.unseen_after) if vendor else Limits()


def limits() -> dict[str, Limits]:
    """What counts now, for every vendor. One query."""
    own = {each.vendor: Limits(each.live, each.stale, each.unseen) for each in Threshold.objects.all()}
    return {slug: by_vendor(slug) for slug in VENDORS} | own


def of(slug: str) -> Limits:
    return limits().get(slug, Limits())


def change(vendor: str, wanted: Limits, *, act: AuditContext) -> None:
    """Raises ActionRefused. Sightings are marked anew by a task, because a large fleet takes longer than a page may."""
    if not wanted.live < wanted.stale < wanted.unseen:
        raise ActionRefused("Online must end before stale begins, and stale before inactive: make each number larger than the one before.")
    before = of(vendor)
    if before == wanted:
        return
    with transaction.atomic():
        values = {**asdict(wanted), "changed_at": act.now, "changed_by_name": act.name}
        Threshold.objects.update_or_create(vendor=vendor, defaults=values)
        audit.record("threshold changed", act=act, target=vendor, before=asdict(before), after=asdict(wanted))


def recently_changed(now: datetime) -> list[str]:
    """Vendors whose sightings must be marked anew."""
    return list(Threshold.objects.filter(changed_at__gte=now - LATELY).values_list("vendor", flat=True))


def forget_defaults() -> None:
    """A row that says what the vendor says goes, so that the vendor's numbers count when a new version brings others."""
    for each in Threshold.objects.all():
        if Limits(each.live, each.stale, each.unseen) == by_vendor(each.vendor):
            each.delete()


def read_age(text: str, *, field: str = "") -> int:
    """Seconds of `36 h`, `2 days` or `90 min`. Raises ActionRefused."""
    found = _TYPED.fullmatch(text.strip()[:40])
    if found is None:
        raise ActionRefused("Write a number and its unit: 90 min, 36 hours, 14 days or 2 weeks.", field=field)
    seconds = 60 * round(float(found[1].replace(",", ".")) * _UNITS[found[2][0].lower()] / 60)
    if not 60 <= seconds <= LONGEST:
        raise ActionRefused("Choose something between 1 minute and 10 years.", field=field)
    return seconds


def age_words(seconds: int) -> str:
    """`14 days`, `36 hours`, `90 minutes`: what `read_age` reads back."""
    size, word = next((size, word) for size, word in ((DAY, "day"), (3600, "hour"), (60, "minute")) if size == 60 or seconds % size == 0)
    count = round(seconds / size)
    return f"{count} {word}{'' if count == 1 else 's'}"
