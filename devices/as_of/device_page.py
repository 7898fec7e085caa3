"""The page of one device at an earlier time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_lazy

from devices.as_of.accounts import statuses_at
from devices.as_of.coverage_sql import CoverageAsOf
from devices.as_of.devices import DeviceAsOf, devices_at
from devices.as_of.moments import Moment
from devices.as_of.records import Records, records_at
from devices.coverage.states import CoverageState
from devices.models import AuditEvent, Device, Life, Sighting, Subject
from devices.reconciliation.conflicts import display
from devices.reconciliation.precedence import COLUMNS
from devices.reconciliation.source_names import SourceName, source_names
from vendors.registry import label_of
from vendors.states import Enrolment

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LABELS: dict[str, StrOrPromise] = {
    "user": gettext_lazy("User"),
    "serial": gettext_lazy("Serial"),
    "os": gettext_lazy("Operating system"),
    "model": gettext_lazy("Model"),
    "name": gettext_lazy("Name"),
    "group": gettext_lazy("Group"),
}


@dataclass(frozen=True, slots=True)
class FieldAsOf:
    """`since`: since when the source had reported the value; None: longer than it is recorded."""

    label: StrOrPromise
    value: str
    source: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class SourceAsOf:
    """One record, or an account that had none of the device; `cover`: None for a removed or retired device."""

    name: str
    account: str
    cover: CoverageState | None
    record: Sighting | None = None
    since: datetime | None = None
    state_since: datetime | None = None

    @property
    def presence(self) -> str:
        """Of a record."""
        return str(Life(self.record.life).label) if self.record is not None else ""

    @property
    def notes(self) -> list[str]:
        """What else was known of the record."""
        record = self.record
        if record is None:
            return []
        known = (
            (record.stale, gettext("No recent check-in")),
            (bool(record.superseded), gettext("A newer record of the account replaced it")),
            (record.silenced, gettext("Muted by vendor")),
            (record.enrolment == Enrolment.PENDING, gettext("Enrollment pending")),
            (record.enrolment == Enrolment.FAILED, gettext("Enrollment failed")),
        )
        return [text for applies, text in known if applies]


@dataclass(frozen=True, slots=True)
class OtherDevice:
    """A device that had or has records of this one. `name` "": it does not exist any more."""

    pk: int
    name: str
    records: int


@dataclass(frozen=True, slots=True)
class EarlierDevice:
    """`found` None: it did not exist then; `first_at`: when its first record was created.

    `left`: where records went since; `joined`: whose records of then are part of it now; `removed_accounts`: deleted since.
    """

    found: DeviceAsOf | None
    fields: Sequence[FieldAsOf]
    sources: Sequence[SourceAsOf]
    left: Sequence[OtherDevice]
    joined: Sequence[OtherDevice]
    first_at: datetime | None
    removed_accounts: Sequence[str]


def device_page(device: int, moment: Moment) -> EarlierDevice:
    """A fixed number of queries."""
    at = moment.at
    records = records_at([device], at, since=True)
    found = devices_at([device], at, records=records).get(device)
    left = Counter(records.now[each.pk] for each in records.by_device.get(device, ()) if records.now[each.pk] != device)
    later = records.later.get(device, [])
    joined = Counter(other for _, other in later if other is not None)
    names = dict(Device.objects.filter(pk__in=[*left, *joined]).values_list("pk", "name"))
    return EarlierDevice(
        found=found,
        fields=_fields(found, records) if found else [],
        sources=_sources(found, records, at) if found else [],
        left=_others(left, names),
        joined=_others(joined, names),
        first_at=min((each.created_at for each, other in later if other is None), default=None),
        removed_accounts=accounts_deleted_since(at),
    )


def accounts_deleted_since(at: datetime) -> list[str]:
    """Names. One query."""
    return sorted(set(AuditEvent.objects.filter(action="account deleted", at__gt=at).order_by().values_list("target", flat=True)))


def _others(records: Counter[int], names: Mapping[int, str]) -> list[OtherDevice]:
    return [OtherDevice(pk, names.get(pk, ""), number) for pk, number in sorted(records.items())]


def _fields(found: DeviceAsOf, records: Records) -> list[FieldAsOf]:
    names = source_names(found.records)
    return [_field(field, label, found, records, names) for field, label in LABELS.items()]


def _field(field: str, label: StrOrPromise, found: DeviceAsOf, records: Records, names: Mapping[int, SourceName]) -> FieldAsOf:
    source = found.sources.get(field)
    if source is None:
        return FieldAsOf(label, "", "", None)
    value = source.group_name if field == "group" else display(found.device, field)
    columns = ("group_name",) if field == "group" else COLUMNS[field][:1]
    return FieldAsOf(label, value, names[source.pk].short, _since(records, Subject.VALUES, source, columns[0]))


def _since(records: Records, subject: Subject, record: Sighting, column: str) -> datetime:
    return records.former.since.get(((subject.value, record.pk, ""), column), record.created_at)


def _sources(found: DeviceAsOf, records: Records, at: datetime) -> list[SourceAsOf]:
    """Records first, then the accounts that had none."""
    known = statuses_at(at)
    covers = {account: cover for _, account, cover in CoverageAsOf(known, at, records=records.ids).rows()}
    names = source_names(found.records)
    rows = [
        SourceAsOf(
            name=names[each.pk].long,
            account=each.account.name,
            cover=covers.get(each.account_id),
            record=each,
            since=each.missing_since if each.life == Life.MISSING else _since(records, Subject.PRESENCE, each, "life"),
            state_since=_since(records, Subject.VALUES, each, "state"),
        )
        for each in found.records
    ]
    own = {each.account_id for each in found.records}
    return rows + [
        SourceAsOf(name=label_of(each.vendor), account=each.name, cover=covers[each.pk])
        for each in known
        if each.pk in covers and each.pk not in own
    ]
