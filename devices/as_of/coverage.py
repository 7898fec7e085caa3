"""Coverage of an earlier time: numbers per account and state, and the devices behind one number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from devices.account_status.status import AccountStatus
from devices.as_of.accounts import statuses_at
from devices.as_of.coverage_sql import CoverageAsOf
from devices.as_of.devices import devices_at
from devices.as_of.moments import Moment
from devices.coverage.queries import CODES
from devices.coverage.states import CoverageState
from devices.lists.csv import CHUNK
from devices.lists.csv import moment as written
from devices.lists.file_table import FileTable
from devices.lists.ids import read_id
from devices.models import Device

SIZE = 50
COLUMNS = ("Device id", "Device", "Serial", "User", "OS", "Vendor account", "Coverage", "As of")


@dataclass(frozen=True, slots=True)
class FormerCell:
    """The devices with one state at one account."""

    status: AccountStatus
    cover: CoverageState
    moment: Moment
    count: int = 0

    @property
    def query(self) -> str:
        return f"{self.moment.query}&{urlencode({'account': self.status.name, 'cover': self.cover.value})}"

    def devices(self) -> list[int]:
        """By id. One query, which computes the state of every device at the account."""
        return CoverageAsOf([self.status], self.moment.at).chosen(self.cover)


@dataclass(frozen=True, slots=True)
class AccountAsOf:
    """One account. Percent as devices/coverage/queries.py has it."""

    status: AccountStatus
    cells: Mapping[CoverageState, FormerCell]

    def count(self, *covers: CoverageState) -> int:
        return sum(self.cells[cover].count for cover in covers)

    @property
    def total(self) -> int:
        return self.count(*CoverageState)

    @property
    def measured(self) -> int:
        return self.total - self.count(CoverageState.UNKNOWN)

    @property
    def seen(self) -> int:
        return self.count(CoverageState.FRESH, CoverageState.STALE, CoverageState.SILENCED)

    @property
    def percent(self) -> int | None:
        """Rounded down: 100 means all. None when nothing could be measured."""
        return self.seen * 100 // self.measured if self.measured else None

    @property
    def withheld(self) -> int:
        """Missing devices that awaited a review, or to be marked, and count as reported."""
        return self.status.held.withheld if self.status.held is not None else 0


def matrix_at(moment: Moment) -> list[AccountAsOf]:
    """By account; empty before the first sync had completed. Six queries."""
    known = statuses_at(moment.at)
    if not any(each.complete_at for each in known):
        return []
    counts = CoverageAsOf(known, moment.at).counts()
    return [
        AccountAsOf(each, {cover: FormerCell(each, cover, moment, counts.get((each.pk, cover), 0)) for cover in CoverageState})
        for each in known
    ]


def read_cell(query: Mapping[str, str], moment: Moment) -> FormerCell | None:
    """None for an unknown account or state."""
    status = next((each for each in statuses_at(moment.at) if each.name == query.get("account")), None)
    if status is None or query.get("cover") not in CODES:
        return None
    return FormerCell(status, CoverageState(query["cover"]), moment)


@dataclass(frozen=True, slots=True)
class FormerPage:
    """Devices with the summary of that time. `older` and `newer`: addresses of the pages around it, "" where there is none."""

    rows: Sequence[Device]
    first: int
    total: int
    older: str
    newer: str

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def page_of(cell: FormerCell, *, after: str = "", before: str = "") -> FormerPage:
    """`after` and `before` are ids of devices of another page; anything else begins at the beginning."""
    ids = cell.devices()
    above, below = read_id(after), read_id(before)
    start = bisect_right(ids, above) if above else max(0, bisect_left(ids, below) - SIZE) if below else 0
    some = ids[start : start + SIZE]
    older = f"{cell.query}&after={some[-1]}" if start + SIZE < len(ids) else ""
    newer = f"{cell.query}&before={some[0]}" if start and some else ""
    return FormerPage(_summaries(some, cell.moment), start + 1, len(ids), older, newer)


def table_of(cell: FormerCell) -> FileTable:
    return FileTable(COLUMNS, _rows(cell))


def _rows(cell: FormerCell) -> Iterator[tuple[Any, ...]]:
    ids, at = cell.devices(), written(cell.moment.at)
    for start in range(0, len(ids), CHUNK):
        for each in _summaries(ids[start : start + CHUNK], cell.moment):
            yield each.pk, each.name, each.serial, each.user, each.os_name, cell.status.name, cell.cover.look.word, at


def _summaries(ids: Sequence[int], moment: Moment) -> list[Device]:
    found = devices_at(ids, moment.at)
    return [found[pk].device for pk in ids if pk in found]
