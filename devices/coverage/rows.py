"""The coverage matrix: a page of devices with their state at every account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from devices.account_status.status import AccountStatus
from devices.coverage.filters import RANK_SQL, CoverageFilters, CoverageListing
from devices.coverage.queries import COUNTED, CoverageQuery
from devices.coverage.states import CoverageState
from devices.lists.columns import Sort
from devices.lists.keyset import Cursor, Page, SortOrder, Total, beyond, ordered, turn
from devices.lists.rows import RowReader
from devices.models import Device, Gap, GapCount, Sighting
from devices.models.coverage import MOST_GAPS
from devices.models.sighting import UNUSUAL
from devices.reconciliation.timestamps import newest
from devices.search import queries as search
from vendors.states import Enrolment

EXACT = 20_000  # devices that are judged all before the page; of more, those from the page's first row on
NEAR = 2_000  # of them at once
TRIES = 2  # times that few of them fit, before the states of all devices are read
MARKED = {
    CoverageState.STALE: Q(stale=True),
    CoverageState.SILENCED: Q(silenced=True),
    CoverageState.PENDING: Q(enrolment__in=[Enrolment.PENDING, Enrolment.FAILED]),
}
FIELDS = ("id", "name", "user", "os_name", "os_family", "os_release", "os_short", "rank")
_BY_RANK = Sort(("rank", "name", "device_id"), sql={"rank": "rank"})
_BY_NAME = Sort(("name", "id"))
Take = Callable[[Cursor | None, bool], list["MatrixRow"]]


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """A device at an account. `seen_at`: its last check-in there."""

    status: AccountStatus
    cover: CoverageState
    seen_at: datetime | None


@dataclass(slots=True)
class MatrixRow:
    """`rank`: by the number of gaps, as a worker last counted them."""

    id: int
    name: str
    user: str
    os_name: str
    os_family: str
    os_release: str
    os_short: str
    rank: int
    cells: list[CoverageCell] = field(default_factory=list)

    @property
    def gaps(self) -> int:
        """Shown accounts from which it is missing now."""
        return sum(cell.cover is CoverageState.MISSING for cell in self.cells)


def matching(filters: CoverageFilters) -> QuerySet[Device]:
    """The devices, without regard to their state at an account. A text is read in queries of its own."""
    condition = COUNTED & filters.condition()
    return of_ids(search.candidates(filters.q, condition)) if filters.q else Device.objects.filter(condition)


def of_ids(ids: Sequence[int]) -> QuerySet[Device]:
    return Device.objects.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [list(ids)]))


def matrix_page(
    listing: CoverageListing, statuses: Sequence[AccountStatus], *, now: datetime, after: str = "", before: str = ""
) -> Page[MatrixRow]:
    """`after` and `before` are tokens of an earlier page. Four queries, with a state one more, and with a location; with a text also those
    of the search."""
    filters, order, place = listing.filters, listing.order, {"after": after, "before": before}
    reader = RowReader(MatrixRow, FIELDS, partial(_add_cells, statuses=filters.columns(statuses), now=now))
    found, chosen = matching(filters), filters.chosen(statuses)
    ids = list(found.order_by().values_list("pk", flat=True)[: EXACT + 1])
    if len(ids) <= EXACT:
        if filters.cover:
            ids = CoverageQuery(chosen, devices=ids).chosen(CoverageState(filters.cover)) if chosen else []
        return reader.page(_ranked(of_ids(ids)), order, size=listing.size, total=Total(len(ids)), **place)
    cover = CoverageState(filters.cover) if filters.cover else None
    if (candidates := _candidates(chosen, cover)) is not None and cover:
        ids = list(candidates.values_list("device_id", flat=True)[: EXACT + 1])
        if len(ids) <= EXACT:
            few = found.filter(pk__in=of_ids(CoverageQuery(chosen, devices=ids).chosen(cover) if ids else []))
            return reader.page(_ranked(few), order, size=listing.size, total=Total(few.count()), **place)
        found = found.filter(Exists(candidates.filter(device=OuterRef("pk"))))
    if not cover and order.sort.by == _BY_NAME.by:
        return reader.page(_ranked(found), order, size=listing.size, total=Total(EXACT, more=True), **place)
    page = turn(_of_many(reader, found, listing, chosen), order, size=listing.size, total=Total(0, more=True), **place)
    reader.complete(page.rows)
    return page


def _of_many(reader: RowReader[MatrixRow], found: QuerySet[Device], listing: CoverageListing, chosen: Sequence[AccountStatus]) -> Take:
    """Reads the next devices in the order of the list until enough of them fit. The number of matches is not counted."""
    order, size = listing.order, listing.size
    cover = CoverageState(listing.filters.cover) if listing.filters.cover else None
    chunks = _by_rank if "rank" in order.sort.by else _by_name

    def take(start: Cursor | None, descending: bool) -> list[MatrixRow]:
        rows: list[MatrixRow] = []
        fitting: set[int] | None = None
        for number, chunk in enumerate(chunks(reader, found, start, descending=descending)):
            if number == TRIES and cover and _candidates(chosen, cover) is None:
                fitting = set(CoverageQuery(chosen).chosen(cover))
                if len(fitting) <= EXACT:
                    few = _ranked(found.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [list(fitting)])))
                    return reader.some(few, order, most=size + 1, start=start, descending=descending)
            fits = fitting
            if cover and fits is None:
                fits = set(CoverageQuery(chosen, devices=[row.id for row in chunk]).chosen(cover)) if chosen else set()
            rows += [row for row in chunk if fits is None or row.id in fits]
            if len(rows) > size:
                break
        return rows[: size + 1]

    return take


def _candidates(chosen: Sequence[AccountStatus], cover: CoverageState | None) -> QuerySet[Any] | None:
    """Gaps or records, read through an index, of which every device in this state has one. None where no index has them."""
    accounts = [each.pk for each in chosen]
    if cover is CoverageState.MISSING:
        return Gap.objects.filter(account_id__in=accounts).order_by()  # as the worker last found them
    if cover in MARKED and not any(each.outdated for each in chosen):
        return Sighting.objects.filter(UNUSUAL, MARKED[cover], account_id__in=accounts).order_by()
    return None


def _by_name(reader: RowReader[MatrixRow], found: QuerySet[Device], start: Cursor | None, *, descending: bool) -> Iterator[list[MatrixRow]]:
    order = SortOrder("name", _BY_NAME)
    while rows := reader.some(_ranked(found), order, most=NEAR, start=start, descending=descending):
        yield rows
        start = Cursor("name", (rows[-1].name, rows[-1].id), 0)


def _by_rank(reader: RowReader[MatrixRow], found: QuerySet[Device], start: Cursor | None, *, descending: bool) -> Iterator[list[MatrixRow]]:
    """Devices with gaps in the order of their index, and after them those without in that of their names."""
    without = found.filter(~Exists(GapCount.objects.filter(device=OuterRef("pk"))))
    behind = Cursor("name", start.values[1:], 0) if start is not None and start.values[0] == MOST_GAPS else None
    with_gaps = _with_gaps(reader, found, None if behind else start, descending=descending)
    if descending:
        if start is None or behind:
            yield from _by_name(reader, without, behind, descending=True)
        yield from with_gaps
    else:
        if behind is None:
            yield from with_gaps
        yield from _by_name(reader, without, behind, descending=False)


def _with_gaps(
    reader: RowReader[MatrixRow], found: QuerySet[Device], start: Cursor | None, *, descending: bool
) -> Iterator[list[MatrixRow]]:
    while True:
        ranked = GapCount.objects.all() if start is None else beyond(GapCount.objects.all(), start, _BY_RANK, descending=descending)
        keys = list(ordered(ranked, _BY_RANK, descending=descending).values_list("rank", "name", "device_id")[:NEAR])
        if not keys:
            return
        known = {row.id: row for row in map(_row, _ranked(found.filter(pk__in=[key[2] for key in keys])).values(*FIELDS))}
        yield [replace(known[pk], rank=rank, name=name) for rank, name, pk in keys if pk in known]
        start = Cursor("gaps", keys[-1], 0)


def _row(values: dict[str, Any]) -> MatrixRow:
    return MatrixRow(**values)


def _ranked(found: QuerySet[Device]) -> QuerySet[Device]:
    """With their rank, which an index answers for each row that is read."""
    return found.annotate(rank=RawSQL(RANK_SQL, (), output_field=IntegerField()))  # noqa: S611  # nosec B611 # a text of ours


def _add_cells(rows: Sequence[MatrixRow], *, statuses: Sequence[AccountStatus], now: datetime) -> None:
    """Two queries."""
    if not rows or not statuses:
        return
    ids, accounts = [row.id for row in rows], [each.pk for each in statuses]
    placed = {(device, account): cover for device, account, cover in CoverageQuery(statuses, devices=ids).rows()}
    seen = defaultdict(list)
    for device, account, at in Sighting.objects.filter(device_id__in=ids, account_id__in=accounts).values_list(
        "device_id", "account_id", "pulse__seen_at"
    ):
        seen[device, account].append(at)
    for row in rows:
        row.cells = [
            CoverageCell(each, placed.get((row.id, each.pk), CoverageState.UNKNOWN), newest(seen[row.id, each.pk], now=now))
            for each in statuses
        ]
