"""What sightings say, as conditions on Device: for filters that the summary of a device cannot answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from devices.clocks import FIRST_PLAUSIBLE_YEAR, SKEW
from devices.models import DeviceGroup, DeviceTag, Life, Sighting
from vendors.normalise import text_key
from vendors.states import IdKind

LONGEST_KEY = 255
_FIRST = datetime(FIRST_PLAUSIBLE_YEAR, 1, 1, tzinfo=UTC)


def listed(*, account: str = "", stale: bool = False, vendor: str = "") -> Q:
    """One sighting that its vendor still lists is all of this: of that account, of that vendor, without recent contact."""
    sightings = Sighting.objects.filter(device_id=OuterRef("pk"), life=Life.SEEN)
    if account:
        sightings = sightings.filter(account__name=account)
    if vendor:
        sightings = sightings.filter(vendor=vendor)
    return Q(Exists(sightings.filter(stale=True) if stale else sightings))


def in_group(group: str) -> Q:
    """By the name that the vendor writes with the device, by the id of its group, or by the name of the group with that id."""
    by_name = Q(group_id__in=DeviceGroup.objects.filter(name=group).values("external_id"))
    sightings = Sighting.objects.filter(Q(group_name=group) | Q(group_id=group) | by_name)
    return Q(pk__in=sightings.values("device_id"))


def tagged(tag: str) -> Q:
    """Our tags, and tags as vendors write them; the scopes of five(9)s are tags too."""
    key = text_key(tag)[:LONGEST_KEY]
    vendors = Sighting.objects.filter(identifiers__kind=IdKind.TAG, identifiers__key=key).order_by().values("device_id")
    return Q(pk__in=vendors.union(DeviceTag.objects.filter(key=key).order_by().values("device_id")))


def last_seen(*, within: bool, days: int, now: datetime) -> Q:
    """By the newest time that can be true, as the list shows it; who never told a time is on neither side."""
    edge = now - timedelta(days=days)
    newer = Exists(_told(edge, now + SKEW))
    return Q(newer) if within else ~Q(newer) & Q(Exists(_told(_FIRST, edge)))


def _told(since: datetime, until: datetime) -> QuerySet[Sighting]:
    return Sighting.objects.filter(device_id=OuterRef("pk"), pulse__seen_at__gte=since, pulse__seen_at__lt=until)
