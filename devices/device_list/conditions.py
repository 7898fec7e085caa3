"""Conditions on Device that read its sightings: for filters that the columns of Device cannot answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from devices.models import Change, ChangeKind, Device, DeviceGroup, DeviceTag, Identifier, Life, Sighting
from devices.models.device import NEVER
from devices.reconciliation.conflicts import FIELDS
from devices.trends.days import start_of
from vendors.parsing.normalise import text_key
from vendors.parsing.operating_systems import release_of
from vendors.states import IdKind, State

LONGEST_KEY = 255
ANY = "any"
_NEXT = "SELECT os_release FROM devices_device WHERE os_release <> '' {more} ORDER BY os_release LIMIT 1"
_RELEASES = f"""WITH RECURSIVE known(os_release) AS (
    ({_NEXT.format(more="")})
    UNION ALL SELECT ({_NEXT.format(more="AND os_release > k.os_release")}) FROM known k WHERE k.os_release IS NOT NULL)
SELECT os_release FROM known WHERE os_release IS NOT NULL"""


def released(text: str) -> Q:
    """By the release of the operating system, in any case: `windows 11` and `Windows 11 Pro` are Windows 11. One query."""
    wanted = text_key(release_of(text))
    return Q(os_release__in=[each for each in known_releases() if text_key(each) == wanted])


def known_releases() -> list[str]:
    """The releases that devices have. Goes from one to the next through the index, whatever the number of devices."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASES)
        return [release for (release,) in cursor.fetchall()]


def listed(*, account: str = "", stale: bool = False, vendor: str = "", repaired: bool = False) -> Q:
    """One sighting, in the last sync of its vendor, is all of this: of that account, of that vendor, stale, with repaired fields.

    A superseded record is not stale: the account has a newer one.
    """
    sightings = Sighting.objects.filter(device_id=OuterRef("pk"), life=Life.SEEN)
    if account:
        sightings = sightings.filter(account__name=account)
    if vendor:
        sightings = sightings.filter(vendor=vendor)
    if repaired:
        sightings = sightings.filter(repairs__isnull=False)
    return Q(Exists(sightings.filter(stale=True).exclude(superseded=True) if stale else sightings))


def in_group(group: str) -> Q:
    """By the group name in the record of the device, by the group's id, or by the name of the group with that id."""
    ids = DeviceGroup.objects.filter(name=group).values("external_id")
    # Three index lookups: an OR of them would read every sighting.
    sightings = Sighting.objects.order_by().values("device_id")
    by_id = sightings.filter(group_id=group), sightings.filter(group_id__in=ids).exclude(group_id="")
    return Q(pk__in=sightings.filter(group_name=group).union(*by_id))


def tagged(tag: str) -> Q:
    """Rollcall tags and vendor tags; the scopes of five(9)s are tags too."""
    key = text_key(tag)[:LONGEST_KEY]
    vendors = Sighting.objects.filter(identifiers__kind=IdKind.TAG, identifiers__key=key).order_by().values("device_id")
    return Q(pk__in=vendors.union(DeviceTag.objects.filter(key=key).order_by().values("device_id")))


def one_in_group(group: str) -> Q:
    """The same as `in_group`, for a query that reads rows in an order and checks the device of each. One query."""
    ids = list(DeviceGroup.objects.filter(name=group).exclude(external_id="").order_by().values_list("external_id", flat=True).distinct())
    sightings = Sighting.objects.filter(device_id=OuterRef("pk"))
    return Q(Exists(sightings.filter(group_name=group))) | Q(Exists(sightings.filter(group_id__in=[group, *ids])))


def one_tagged(tag: str) -> Q:
    """The same as `tagged`, for a query that reads rows in an order and checks the device of each."""
    key = text_key(tag)[:LONGEST_KEY]
    vendors = Identifier.objects.filter(sighting__device_id=OuterRef("pk"), kind=IdKind.TAG, key=key)
    return Q(Exists(vendors)) | Q(Exists(DeviceTag.objects.filter(device_id=OuterRef("pk"), key=key)))


def differing(field: str) -> Q:
    """Data conflict on this field, or on any. Written so that the partial index of devices with conflicts is used."""
    return ~Q(disagrees=[]) & Q(disagrees__overlap=list(FIELDS) if field == ANY else [field])


def last_seen(*, within: bool, days: int, now: datetime) -> Q:
    """By the newest plausible time, as the list shows it; a device without a time is on neither side."""
    edge = now - timedelta(days=days)
    return Q(check_in__at__gte=edge) if within else Q(check_in__at__gt=NEVER, check_in__at__lt=edge)


def changed(kind: str, day: date) -> Q:
    """New on this day; or with this change in the history of the day: missing from a full sync, to or from the status critical."""
    begin, end = start_of(day), start_of(day + timedelta(days=1))
    if kind == "new":
        active = Device.objects.filter(life__in=[Life.SEEN, Life.MISSING])  # as the index `device_daily` has them
        return Q(pk__in=active.filter(created_at__gte=begin, created_at__lt=end).order_by().values("pk"))
    changes = Change.objects.filter(at__gte=begin, at__lt=end).order_by()
    found = {
        "missing": changes.filter(kind=ChangeKind.MISSING),
        "critical": changes.filter(kind=ChangeKind.STATE, after=State.CRITICAL),
        "resolved": changes.filter(kind=ChangeKind.STATE, before=State.CRITICAL),
    }[kind]
    return Q(pk__in=found.values("device_id"))
