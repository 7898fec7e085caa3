"""Facts as columns and filters of the device list.

Columns are read for the rows of a page, in one query, and only when one is chosen. Devices with a rare fact are found by an index first;
where there are many, the list is read in its own order and each device is checked, so that neither way depends on PostgreSQL's statistics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from devices.device_list.fleet_filters import MOST_NAMED, FleetFilters
from devices.facts.keys import VERSION, key
from devices.facts.queries import best_first, stored_value
from devices.facts.texts import fact_text
from devices.lists.columns import Column
from devices.lists.csv import moment
from devices.lists.filters import FilterField
from devices.models import Life, Sighting
from vendors.facts import DeviceType, FactKind, FactName, FactTopic

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

F = TypeVar("F", bound=FleetFilters)
PREFIX = "fact_"
# Custom fields have names of their own, so they are no column.
FACTS: dict[str, FactName] = {PREFIX + name.value: name for name in FactName if name != FactName.CUSTOM}
FACT_COLUMNS = {key: Column(gettext_lazy(name.label), number=name.kind in (FactKind.NUMBER, FactKind.BYTES)) for key, name in FACTS.items()}
_READ = ("device_id", "vendor", "life", "stale", "superseded", "os_release", "facts", "pulse__booted_at")


class RowWithFacts(Protocol):
    """A row of the list. `facts`: the best value of each chosen fact, as it is stored."""

    id: int
    facts: dict[FactName, Any]


def add_facts(rows: Sequence[RowWithFacts], columns: Sequence[str]) -> None:
    """One query; none where no column is a fact."""
    names = [FACTS[column] for column in columns if column in FACTS]
    if not rows or not names:
        return
    records: dict[int, list[Sighting]] = {}
    for record in Sighting.objects.filter(device_id__in=[row.id for row in rows]).select_related("pulse").only(*_READ):
        records.setdefault(record.device_id, []).append(record)
    for row in rows:
        row.facts = _best(records.get(row.id, []), names)


def _best(records: Sequence[Sighting], names: Sequence[FactName]) -> dict[FactName, Any]:
    found = {}
    for name in names:
        values = (stored_value(record, name) for record in best_first(records, name.topic))
        found[name] = next((value for value in values if value is not None), None)
    return found


def fact_moment(facts: Mapping[FactName, Any], column: str) -> datetime | None:
    """The value of a column of times."""
    name = FACTS[column]
    value = facts.get(name) if name.kind == FactKind.TIME else None
    return datetime.fromisoformat(value) if value else None


def fact_words(facts: Mapping[FactName, Any], column: str) -> str:
    """In the active language; "" where no vendor reports it."""
    value = facts.get(FACTS[column])
    return "" if value is None else fact_text(FACTS[column], value, today=timezone.localdate())


def fact_cell(facts: Mapping[FactName, Any], column: str) -> str:
    """Of a file: dates and times in ISO 8601."""
    name, value = FACTS[column], facts.get(FACTS[column])
    if value is None:
        return ""
    if name.kind == FactKind.TIME:
        return moment(fact_moment(facts, column))
    return str(value) if name.kind == FactKind.DATE else fact_words(facts, column)


TYPES: dict[str, StrOrPromise] = {each.value: gettext_lazy(each.label) for each in DeviceType}
BOOTED: dict[str, StrOrPromise] = {
    "within-1": gettext_lazy("In the last 24 hours"),
    "within-7": gettext_lazy("In the last 7 days"),
    "over-7": gettext_lazy("More than 7 days ago"),
    "over-14": gettext_lazy("More than 14 days ago"),
    "over-30": gettext_lazy("More than 30 days ago"),
    "over-90": gettext_lazy("More than 90 days ago"),
}
EXPIRED = "expired"
LICENSES: dict[str, StrOrPromise] = {
    EXPIRED: gettext_lazy("Expired"),
    "30": gettext_lazy("Expires within 30 days"),
    "90": gettext_lazy("Expires within 90 days"),
    "365": gettext_lazy("Expires within a year"),
}
FACT_KINDS = {
    "device_type": FilterField(gettext_lazy("Device type"), TYPES),
    "os_build": FilterField(gettext_lazy("OS build")),
    "booted": FilterField(gettext_lazy("Last boot"), BOOTED),
    "version": FilterField(gettext_lazy("Agent or component version")),
    "license": FilterField(gettext_lazy("License"), LICENSES),
    "location": FilterField(gettext_lazy("Location")),
}
FILTER_TOPICS = {
    "device_type": FactTopic.HARDWARE,
    "os_build": FactTopic.SYSTEM,
    "booted": FactTopic.SYSTEM,
    "version": FactTopic.SOFTWARE,
    "license": FactTopic.LICENSE,
    "location": FactTopic.PLACE,
}


@dataclass(frozen=True, slots=True)
class FactFilters(FleetFilters):
    """Base of the filters of devices."""

    device_type: str = ""
    os_build: str = ""
    booted: str = ""
    version: str = ""
    license: str = ""
    location: str = ""

    @property
    def by_facts(self) -> bool:
        return any(getattr(self, name) for name in FACT_KINDS)

    def fact_condition(self, *, now: datetime) -> Q:
        """A query for each filter that is set."""
        wanted = {
            FactName.DEVICE_TYPE: self.device_type,
            FactName.OS_BUILD: self.os_build,
            VERSION: self.version,
            FactName.LOCATION: self.location,
        }
        condition = Q()
        for name, value in wanted.items():
            if value:
                condition &= with_fact(name, value)
        if self.license:
            condition &= _reported(_licensed(self.license, now))
        return condition & _booted(self.booted, now) if self.booted else condition


def with_fact(name: str, value: str) -> Q:
    """Devices of which a listed record reports this. One query."""
    return _reported(_listed().filter(fact_keys__contains=[key(name, value)]))


def without_topics(filters: type[F], hidden: frozenset[str]) -> type[F]:
    """Filters of a list for users who do not see these topics."""
    kinds = {name: kind for name, kind in filters.kinds.items() if FILTER_TOPICS.get(name) not in hidden}
    return cast("type[F]", type(filters.__name__, (filters,), {"kinds": kinds, "__slots__": ()}))


def _listed() -> QuerySet[Sighting]:
    return Sighting.objects.filter(life=Life.SEEN).exclude(superseded=True).order_by()


def _reported(sightings: QuerySet[Sighting]) -> Q:
    """Devices of which one of these records is. One query."""
    found = list(sightings.values_list("device_id", flat=True)[: MOST_NAMED + 1])
    return Q(pk__in=set(found)) if len(found) <= MOST_NAMED else Q(Exists(sightings.filter(device_id=OuterRef("pk"))))


def _licensed(value: str, now: datetime) -> QuerySet[Sighting]:
    today = now.date()
    if value == EXPIRED:
        return _listed().filter(license_ends__lt=today)
    return _listed().filter(license_ends__range=(today, today + timedelta(days=int(value))))


def _booted(value: str, now: datetime) -> Q:
    """By the newest start that a record reports; a device of which none is known is on neither side."""
    side, _, days = value.partition("-")
    edge = now - timedelta(days=int(days))
    if side == "within":
        return _reported(_listed().filter(pulse__booted_at__gte=edge))
    later = _listed().filter(device_id=OuterRef("pk"), pulse__booted_at__gte=edge)
    return _reported(_listed().filter(pulse__booted_at__lt=edge)) & ~Q(Exists(later))
