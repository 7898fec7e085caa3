"""Staleness thresholds: how recently a device checked in. Defaults of the vendor, unless an administrator set others."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext, ngettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.models import Threshold
from vendors.base import DAY
from vendors.parsing.times import implausible
from vendors.registry import VENDORS
from vendors.texts import gettext_noop
from vendors.vocabulary import LabelledEnum

LATELY = timedelta(seconds=60)  # several rounds of planning, so that one may fail
LONGEST = 10 * 365 * DAY
# The units of `age_words` in every language of the pages.
_UNITS = {"m": 60, "h": 3600, "s": 3600, "d": DAY, "t": DAY, "w": 7 * DAY}
_WORDS = r"min(?:utes?|uten?)?|h(?:ours?)?|std|stunden?|d(?:ays?)?|tage?n?|w(?:eeks?|ochen?)?"
_TYPED = re.compile(rf"(\d{{1,7}}(?:[.,]\d{{1,3}})?)\s*({_WORDS})\.?", re.IGNORECASE | re.ASCII)


class Freshness(LabelledEnum):
    LIVE = "live", gettext_noop("Recent")
    AGEING = "ageing", gettext_noop("Delayed")
    STALE = "stale", gettext_noop("Stale")
    UNSEEN = "unseen", gettext_noop("Inactive")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds since the last check-in: recent up to `live`, excluded from the status after `stale`, inactive after `unseen`."""

    live: int = 2 * DAY
    stale: int = 14 * DAY
    unseen: int = 30 * DAY

    def freshness(self, seen_at: datetime | None, *, now: datetime) -> Freshness | None:
        """None: the time of the last check-in is unknown or implausible."""
        if seen_at is None or implausible(seen_at, now=now):
            return None
        age = (now - seen_at).total_seconds()
        if age > self.unseen:
            return Freshness.UNSEEN
        return Freshness.STALE if age > self.stale else Freshness.AGEING if age > self.live else Freshness.LIVE


def by_vendor(slug: str) -> Limits:
    """The vendor's defaults; those of `Limits` for a vendor that this version does not know."""
    vendor = VENDORS.get(slug)
    return Limits(vendor.live_for, vendor.stale_after, vendor.unseen_after) if vendor else Limits()


def limits() -> dict[str, Limits]:
    """The limits in force, for every vendor. One query."""
    own = {each.vendor: Limits(each.live, each.stale, each.unseen) for each in Threshold.objects.all()}
    return {slug: by_vendor(slug) for slug in VENDORS} | own


def of(slug: str) -> Limits:
    return limits().get(slug, Limits())


def change(vendor: str, wanted: Limits, *, act: AuditContext) -> None:
    """A task updates the records, because a large fleet takes longer than a request may. Raises ActionRefused."""
    if not wanted.live < wanted.stale < wanted.unseen:
        raise ActionRefused(gettext("The thresholds must increase: Recent, then Stale, then Inactive."))
    before = of(vendor)
    if before == wanted:
        return
    with transaction.atomic():
        values = {**asdict(wanted), "changed_at": act.now, "changed_by_name": act.name}
        Threshold.objects.update_or_create(vendor=vendor, defaults=values)
        audit.record("threshold changed", act=act, target=vendor, before=asdict(before), after=asdict(wanted))


def recently_changed(now: datetime) -> list[str]:
    """Vendors whose records must be updated."""
    return list(Threshold.objects.filter(changed_at__gte=now - LATELY).values_list("vendor", flat=True))


def forget_defaults() -> None:
    """Delete rows that equal the defaults, so that changed defaults of a new version apply."""
    for each in Threshold.objects.all():
        if Limits(each.live, each.stale, each.unseen) == by_vendor(each.vendor):
            each.delete()


def read_age(text: str, *, field: str = "") -> int:
    """Seconds of `36 h`, `2 days`, `2 Tage` or `90 min`. Raises ActionRefused."""
    found = _TYPED.fullmatch(text.strip()[:40])
    if found is None:
        raise ActionRefused(gettext("Enter a number and a unit, for example 90 min, 36 hours, 14 days or 2 weeks."), field=field)
    seconds = 60 * round(float(found[1].replace(",", ".")) * _UNITS[found[2][0].lower()] / 60)
    if not 60 <= seconds <= LONGEST:
        raise ActionRefused(gettext("Enter a duration between 1 minute and 10 years."), field=field)
    return seconds


def age_words(seconds: int) -> str:
    """`14 days`, `36 hours`, `90 minutes`: what `read_age` reads back."""
    if seconds % DAY == 0:
        days = seconds // DAY
        return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}
    if seconds % 3600 == 0:
        hours = seconds // 3600
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    minutes = round(seconds / 60)
    return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
