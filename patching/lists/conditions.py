"""Filters as conditions. Names are looked up first, so that PostgreSQL knows how common each value is.

`patches_told` and `attempts_told` use only columns that rows share with their tallies: one condition counts a number and lists its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

from devices.models import Account, Device, Sighting
from devices.search import queries as search
from devices.trends.days import day_of
from patching.lists.filters import ALL, AttemptFilters, PatchDeviceFilters, PatchFilters, PatchingFilters, TitleFilters
from patching.models import Title
from vendors.patch_states import Severity

MOST_TITLES = 1000
RANKS: dict[str, int] = {severity.value: rank for rank, severity in enumerate(Severity)}  # the highest first
# `patch_open_by_severity` is an index over exactly this expression.
RANK_SQL = "(CASE patching_patch.severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 WHEN 'low' THEN 2 WHEN 'informational' THEN 3 ELSE 4 END)"
_FURTHEST_ZONE = timedelta(hours=26)  # between the same clock time at both ends of the world


@dataclass(frozen=True, slots=True)
class FilterResult:
    """`wide`: the text matches more devices than are searched, so the condition finds only some of the rows."""

    condition: Q
    wide: bool = False


def patches_told(filters: PatchFilters) -> Q:
    """Of Patch and of PatchTally."""
    probably = _of_titles(Title.objects.filter(likely_id=int(filters.probably))) if filters.probably else Q()
    return _told(filters) & _standing(filters.statuses, filters.reason) & probably


def patches(filters: PatchFilters, *, now: datetime) -> FilterResult:
    """Of Patch: those of active devices."""
    text = _text(filters)
    found = Q(counted=True) & patches_told(filters) & text.condition & _devices(filters)
    if filters.severity:
        found &= severe(filters.severity)
    if filters.age:
        side, _, days = filters.age.partition("-")
        edge = now - timedelta(days=int(days))
        found &= Q(open_since__lt=edge) if side == "over" else Q(open_since__gte=edge)
    return FilterResult(found, text.wide)


def attempts_told(filters: AttemptFilters, *, now: datetime) -> Q:
    """Of Attempt and of AttemptTally."""
    found = _told(filters) & _standing(filters.statuses, filters.reason)
    if filters.last:
        found &= Q(last=True)
    if filters.day:
        return found & Q(day=filters.day)
    if filters.period != ALL:
        found &= Q(day__gt=day_of(now) - timedelta(days=int(filters.period)))
    return found


def attempts(filters: AttemptFilters, *, now: datetime) -> FilterResult:
    """Of Attempt."""
    text = _text(filters)
    found = attempts_told(filters, now=now) & text.condition & _devices(filters)
    if filters.day:
        # An index knows the time, and the day follows from it: without this, PostgreSQL would read from the newest on.
        begin = datetime.combine(datetime.fromisoformat(filters.day), time(), UTC)
        found &= Q(at__gte=_shifted(begin, -_FURTHEST_ZONE), at__lt=_shifted(begin, timedelta(days=1) + _FURTHEST_ZONE))
    elif filters.period != ALL:
        found &= Q(at__gte=now - timedelta(days=int(filters.period) + 1))
    return FilterResult(found, text.wide)


def devices(filters: PatchDeviceFilters) -> FilterResult:
    """Of DeviceTally: those with an open patch."""
    found, wide = Q(open__gt=0), False
    if filters.has:
        found &= Q((f"{filters.has}__gt", 0))
    if filters.q:
        named = search.candidates(filters.q, filters.devices())
        found, wide = found & Q(device_id__in=named), len(named) > search.MOST
    elif filters.partial:
        found &= Q(device_id__in=Device.objects.filter(filters.devices()).order_by().values("pk"))
    return FilterResult(found, wide)


def titles(filters: TitleFilters) -> QuerySet[Title]:
    found = Title.objects.order_by()
    if filters.q:
        named = Q(name__icontains=filters.q) | Q(developer__icontains=filters.q)
        found = found.filter(named | Q(likely__name__icontains=filters.q))
    if filters.vendor:
        found = found.filter(vendor=filters.vendor)
    return found.filter(kind=filters.kind) if filters.kind else found


def _shifted(at: datetime, by: timedelta) -> datetime:
    """Limited to the first and the last date that Python has."""
    try:
        return at + by
    except OverflowError:
        return at


def _told(filters: PatchingFilters) -> Q:
    found = Q()
    if filters.account or filters.vendor:
        accounts = Account.objects.order_by()
        accounts = accounts.filter(name=filters.account) if filters.account else accounts
        accounts = accounts.filter(vendor=filters.vendor) if filters.vendor else accounts
        found &= Q(account_id__in=list(accounts.values_list("pk", flat=True)))
    if filters.title:
        found &= Q(title_id=int(filters.title))
    elif filters.kind:
        found &= _of_titles(Title.objects.filter(kind=filters.kind))
    return found


def _standing(statuses: list[str], reason: str) -> Q:
    found = Q(status__in=statuses) if len(statuses) > 1 else Q(status=statuses[0]) if statuses else Q()
    return found & Q(reason=reason) if reason else found


def _of_titles(found: QuerySet[Title]) -> Q:
    ids = list(found.order_by().values_list("pk", flat=True)[: MOST_TITLES + 1])
    return Q(title_id__in=ids if len(ids) <= MOST_TITLES else found.order_by().values("pk"))


def _text(filters: PatchingFilters) -> FilterResult:
    """In the name or the developer of the application, or anything that a device is found by."""
    if not filters.q:
        return FilterResult(Q())
    devices = search.candidates(filters.q, filters.devices())
    sightings = list(Sighting.objects.filter(device_id__in=devices).order_by().values_list("pk", flat=True)) if devices else []
    return FilterResult(_of_titles(titles(TitleFilters(q=filters.q))) | Q(sighting_id__in=sightings), len(devices) > search.MOST)


def _devices(filters: PatchingFilters) -> Q:
    """Of one device, and of a part of the fleet."""
    found, sightings = Q(), Sighting.objects.order_by()
    if filters.device:
        found &= Q(sighting_id__in=list(sightings.filter(device_id=int(filters.device)).values_list("pk", flat=True)))
    if filters.partial:
        members = filters.members()
        if members.ids is not None:
            found &= Q(sighting_id__in=list(sightings.filter(device_id__in=members.ids).values_list("pk", flat=True)))
        else:
            found &= Q(Exists(Device.objects.filter(members.condition, sightings=OuterRef("sighting_id"))))
    return found


def severe(severity: str) -> Q:
    """A severity as a condition on Patch that the index answers."""
    return Q(Exact(RawSQL(RANK_SQL, (), output_field=IntegerField()), RANKS[severity]))  # noqa: S611  # nosec B611 # a constant
