"""Possible duplicates: pairs of devices that may be one machine, which matching leaves to a user. The best evidence comes first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import BigIntegerField, BooleanField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy

from devices.device_list.filters import DEVICES
from devices.device_list.queries import DeviceRow, page_of
from devices.lists.columns import Sort
from devices.lists.filters import FilterField, FilterSet
from devices.lists.ids import read_id
from devices.lists.keyset import Page, SortOrder, Total
from devices.lists.rows import RowReader
from devices.matching.evidence_texts import EvidenceText, evidence_texts, reported_values
from devices.matching.rules import JOIN, RULES
from devices.models import Device, Join, Life, PossibleDuplicate, Sighting

SIZE = 25  # pairs on a page
MOST_COUNTED = 500
ORDER = SortOrder("-total", Sort(("total", "id"), descending_first=True, whole=("total",)))  # the index `possible_by_total`
# Two records of a pair that are still listed, on two devices in use, which no user keeps separate. Of two devices with several pairs only
# the best one is listed. OFFSET 0: each part is looked up by its keys, whatever the statistics say.
_BOTH = "a.device_id IN (f.device_id, s.device_id) AND b.device_id IN (f.device_id, s.device_id) AND a.device_id <> b.device_id"
_OPEN = f"""EXISTS (
  SELECT FROM devices_sighting f CROSS JOIN devices_sighting s
  WHERE f.id = devices_possibleduplicate.first_id AND s.id = devices_possibleduplicate.second_id AND f.device_id <> s.device_id
    AND f.life <> '{Life.GONE}' AND s.life <> '{Life.GONE}'
    AND NOT EXISTS (SELECT FROM devices_device d WHERE d.id IN (f.device_id, s.device_id) AND d.life = '{Life.RETIRED}' OFFSET 0)
    AND NOT EXISTS (
      SELECT FROM devices_sighting a
      JOIN devices_ruling r ON r.first_id = a.id AND r.ended_at IS NULL AND NOT r.together
      JOIN devices_sighting b ON b.id = r.second_id WHERE {_BOTH} OFFSET 0)
    AND NOT EXISTS (
      SELECT FROM devices_sighting a JOIN devices_possibleduplicate q ON q.first_id = a.id JOIN devices_sighting b ON b.id = q.second_id
      WHERE {_BOTH} AND a.life <> '{Life.GONE}' AND b.life <> '{Life.GONE}'
        AND (q.total, q.id) > (devices_possibleduplicate.total, devices_possibleduplicate.id) OFFSET 0)
  OFFSET 0)"""


Piece = tuple[str, str, str]  # of evidence: rule, own value, the other's value


@dataclass(frozen=True, slots=True)
class DeviceField(FilterField):
    """The id of a device."""

    in_form = False

    def read(self, text: str) -> str | None:
        number = read_id(text)
        return str(number) if number is not None else None if text else ""


@dataclass(frozen=True, slots=True)
class PairFilters(FilterSet):
    kinds = {"device": DeviceField(gettext_lazy("Device"))}

    device: str = ""


@dataclass(slots=True)
class PairRow:
    """`one` and `other`: devices; `first` and `second`: their rows; `pieces`: the evidence of the best two records, as phrases;
    `beside`: what speaks against it in their other records.
    """

    id: int
    total: int
    evidence: list[list[str]]
    one: int
    other: int
    first: DeviceRow | None = field(default=None)
    second: DeviceRow | None = field(default=None)
    pieces: list[EvidenceText] = field(default_factory=list)
    beside: list[EvidenceText] = field(default_factory=list)

    @property
    def devices(self) -> list[DeviceRow]:
        """The older device first, which keeps its address when they are merged."""
        return sorted((each for each in (self.first, self.second) if each is not None), key=lambda each: each.id)

    @property
    def suffices(self) -> bool:
        """The evidence would merge them, but another record contradicts it or matches as well."""
        return self.total >= JOIN


def pair_page(filters: PairFilters, *, now: datetime, after: str = "", before: str = "") -> Page[PairRow]:
    """`after` and `before` are tokens of an earlier page. Seven queries, and one for a device."""
    found = open_pairs(records_of([int(filters.device)])) if filters.device else open_pairs()
    reader = RowReader(PairRow, ("id", "total", "evidence", "one", "other"), lambda rows: _add_devices(rows, now))
    page = reader.page(found, ORDER, size=SIZE, total=_total(found), after=after, before=before)
    # The last pair of a page was decided.
    return page if page.rows or not (after or before) else pair_page(filters, now=now)


def count() -> Total:
    """One query."""
    return _total(open_pairs())


def number_with(records: Collection[int]) -> int:
    """How many devices may be the same as the one with these records. One query, and one more if there are pairs."""
    pairs = PossibleDuplicate.objects.filter(Q(first__in=records) | Q(second__in=records))
    return open_pairs(records).count() if pairs.exists() else 0


def records_of(devices: Collection[int]) -> list[int]:
    return list(Sighting.objects.filter(device__in=devices).values_list("pk", flat=True))


def open_pairs(records: Collection[int] | None = None) -> QuerySet[PossibleDuplicate]:
    """`records`: only pairs with one of them. Each row has its devices as `one` and `other`."""
    found = PossibleDuplicate.objects.filter(RawSQL(_OPEN, (), output_field=BooleanField()))  # noqa: S611  # nosec B611 # no value of a user
    if records is not None:
        found = found.filter(Q(first__in=list(records)) | Q(second__in=list(records)))
    device = {
        name: Subquery(Sighting.objects.filter(pk=OuterRef(record)).values("device_id")[:1], output_field=BigIntegerField())
        for name, record in (("one", "first_id"), ("other", "second_id"))
    }
    return found.annotate(**device)


def is_open(one: int, other: int) -> bool:
    """Whether a user has to decide about these two devices."""
    return any({found.one, found.other} == {one, other} for found in open_pairs(records_of([one])))  # type: ignore[attr-defined]


def _total(found: QuerySet[PossibleDuplicate]) -> Total:
    counted = found.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return Total(min(counted, MOST_COUNTED), counted > MOST_COUNTED)


def _add_devices(rows: Sequence[PairRow], now: datetime) -> None:
    ids = {device for row in rows for device in (row.one, row.other)}
    if not ids:
        return
    listing = replace(DEVICES.at_first, size=len(ids))
    found = page_of(Device.objects.filter(pk__in=ids), listing, total=Total(len(ids)), now=now)
    devices = {each.id: each for each in found.rows}
    records = dict(Sighting.objects.filter(device__in=ids).values_list("pk", "device_id"))
    values, against = reported_values(records), _against(records)
    for row in rows:
        row.first, row.second = devices.get(row.one), devices.get(row.other)
        best = [_seen_from(piece, row.one, row.other) for piece in row.evidence]
        row.pieces = evidence_texts(best, values)
        row.beside = evidence_texts([piece for piece in against.get(frozenset((row.one, row.other)), ()) if piece not in best], values)


def _against(records: Mapping[int, int]) -> Mapping[frozenset[int], list[Piece]]:
    """Two devices → what speaks against them in all of their records that share a key. `records`: record → device. One query."""
    found: dict[frozenset[int], dict[Piece, None]] = defaultdict(dict)
    for record, near in Join.objects.filter(pk__in=list(records)).order_by("pk").values_list("pk", "near"):
        for miss in near:
            if other := records.get(miss.get("with") or 0):
                pieces = (_seen_from(piece, records[record], other) for piece in miss.get("evidence", ()) if _speaks_against(piece[0]))
                found[frozenset((records[record], other))].update(dict.fromkeys(pieces))
    return {devices: list(pieces) for devices, pieces in found.items()}


def _speaks_against(rule: str) -> bool:
    return rule in RULES and RULES[rule].weight < 0


def _seen_from(piece: Sequence[str], device: int, other: int) -> Piece:
    """The value of the older device first, as the devices are shown. Only what differs has a direction."""
    rule, own, beyond = piece
    return (rule, beyond, own) if device > other and _speaks_against(rule) else (rule, own, beyond)
