"""Coverage: the state of every device at every account.

Matrix, lists, exports and the device page all read it from `CoverageQuery`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Q

from devices.account_status.status import AccountStatus
from devices.coverage.filters import EVERY_DEVICE, CoverageFilters
from devices.coverage.states import CoverageState
from devices.matching.record import STRENGTH, kinds_mask
from devices.models import Life
from vendors.states import IdKind

CODES = list(CoverageState)
COUNTED = Q(life__in=[Life.SEEN, Life.MISSING])  # as in the list of devices, without removed ones
# 0 … 3 are the codes of the four states of a present record; 4: known, but not present. Of several present records the current one applies.
_MARK = """CASE WHEN s.superseded OR s.life <> 'seen'{held} THEN 4
    WHEN s.enrolment IN ('pending', 'failed') THEN 3 WHEN s.silenced THEN 2 WHEN s.stale THEN 1 ELSE 0 END"""
# A sighting whose absence awaits a review proves neither presence nor absence.
_HELD = """ OR EXISTS (
    SELECT FROM devices_pulse p JOIN account a ON a.id = s.account_id AND p.run_id < a.held_run WHERE p.sighting_id = s.id)"""
# One pass through an index (`sighting_cover`) is enough; counts group devices with equal marks first.
_PLACED = """
WITH account AS MATERIALIZED (
    SELECT * FROM unnest(%s::bigint[], %s::boolean[], %s::boolean[], %s::bigint[], %s::integer[]) AS a(id, sound, old, held_run, kinds)),
marked AS (SELECT s.device_id, bit_or(s.key_kinds)::integer AS kinds,
           array_agg(s.account_id * 8 + {mark}) AS marks
         FROM devices_sighting s{few} GROUP BY s.device_id),
device AS (SELECT {columns} FROM devices_device d LEFT JOIN marked t ON t.device_id = d.id
           WHERE d.life IN ('seen', 'missing'){within} {grouped})
SELECT d.*, a.id AS account_id, CASE
    WHEN l.best = 0 AND a.old THEN 1
    WHEN l.best < 4 THEN l.best
    WHEN NOT a.sound THEN 5
    WHEN l.best = 4 OR d.kinds & a.kinds <> 0 THEN 4
    ELSE 5 END AS code
FROM device d CROSS JOIN account a
CROSS JOIN LATERAL (SELECT min(mark %% 8) AS best FROM unnest(d.marks) AS mark WHERE mark / 8 = a.id) l"""


@dataclass(frozen=True, slots=True)
class CoverageQuery:
    """SQL that gives (device_id, account_id, code) for all devices that are not removed, or for `devices` alone, at these accounts.

    `devices`: ids, or a range of ids. `bare`: whether the data of an account is complete and recent is left out, and added later by
    `CoverageState.settled`.
    """

    statuses: Sequence[AccountStatus]
    devices: Sequence[int] | range | None = None
    bare: bool = False

    def sql(self, columns: str = "d.id AS device_id, t.kinds, t.marks", grouped: str = "") -> tuple[str, list[Any]]:
        held = any(each.held for each in self.statuses)
        few, chosen = among(self.devices)
        text = _PLACED.format(
            mark=_MARK.format(held=_HELD if held else ""),
            few=f" WHERE s.device_id {few}" if few else "",
            within=f" AND d.id {few}" if few else "",
            columns=columns,
            grouped=grouped,
        )
        accounts = [
            (each.pk, self.bare or each.proves_absence, each.outdated and not self.bare, _held(each), kinds_mask(answered(each)))
            for each in self.statuses
        ]
        values: list[Any] = [list(column) for column in zip(*accounts, strict=True)] or [[] for _ in range(5)]
        return text, [*values, *chosen, *chosen]

    def rows(self) -> Iterator[tuple[int, int, CoverageState]]:
        """(device, account, state), by device."""
        text, values = self.sql()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT device_id, account_id, code FROM ({text}) placed ORDER BY 1, 2", values)  # nosec B608 # text is built of constants
            for device, account, code in cursor.fetchall():
                yield device, account, CODES[code]

    def chosen(self, cover: CoverageState) -> list[int]:
        """The devices in this state, at any of the accounts."""
        text, values = self.sql()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT device_id FROM ({text}) placed WHERE code = %s", [*values, CODES.index(cover)])  # nosec B608 # text is built of constants
            return [device for (device,) in cursor.fetchall()]

    def counts(self) -> Mapping[tuple[int, CoverageState], int]:
        text, values = self.sql("t.kinds, t.marks, count(*) AS devices", "GROUP BY 1, 2")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT account_id, code, sum(devices)::bigint FROM ({text}) placed GROUP BY 1, 2", values)  # nosec B608 # text is built of constants
            return {(account, CODES[code]): count for account, code, count in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class StateCounts:
    """How many devices have each state at one account: of all devices, or of a part of them."""

    states: Mapping[CoverageState, int]

    def count(self, *covers: CoverageState) -> int:
        return sum(self.states.get(cover, 0) for cover in covers)

    @property
    def total(self) -> int:
        return self.count(*CoverageState)

    @property
    def missing(self) -> int:
        return self.count(CoverageState.MISSING)

    @property
    def unknown(self) -> int:
        return self.count(CoverageState.UNKNOWN)

    @property
    def seen(self) -> int:
        """Reported and managed."""
        return self.count(CoverageState.FRESH, CoverageState.STALE, CoverageState.SILENCED)

    @property
    def measured(self) -> int:
        """Without those whose state is unknown."""
        return self.total - self.unknown

    @property
    def percent(self) -> int | None:
        """Rounded down: 100 means all. None when nothing could be measured."""
        return self.seen * 100 // self.measured if self.measured else None


@dataclass(frozen=True, slots=True)
class CellCount:
    """`query`: of the matrix with the counted devices."""

    cover: CoverageState
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class AccountCoverage(StateCounts):
    """The counts of one account. `part`: the filters that make up the devices, without those of account and state."""

    status: AccountStatus
    part: CoverageFilters = EVERY_DEVICE

    @property
    def cells(self) -> dict[CoverageState, CellCount]:
        return {cover: CellCount(cover, self.count(cover), self.query(cover)) for cover in CoverageState}

    @property
    def missing_query(self) -> str:
        return self.query(CoverageState.MISSING)

    def query(self, cover: CoverageState) -> str:
        return replace(self.part, account=self.status.name, cover=cover.value).query_string()


def matrix(statuses: Sequence[AccountStatus]) -> list[AccountCoverage]:
    """One query. Sorted by missing devices, then by unknown ones, most first."""
    counts = CoverageQuery(statuses).counts() if statuses else {}
    return worst_first([AccountCoverage({cover: counts.get((each.pk, cover), 0) for cover in CoverageState}, each) for each in statuses])


def worst_first(rows: Iterable[AccountCoverage]) -> list[AccountCoverage]:
    return sorted(rows, key=lambda row: (-row.missing, -row.unknown, row.status.name))


def all_gaps(rows: Sequence[AccountCoverage]) -> int:
    """Devices that are missing at an account, counted once for each account."""
    return sum(row.missing for row in rows)


def device_coverage(device: int, statuses: Sequence[AccountStatus]) -> list[tuple[AccountStatus, CoverageState]]:
    """The state of one device at every account; empty for a removed device. One query."""
    placed = {account: cover for _, account, cover in CoverageQuery(statuses, devices=[device]).rows()} if statuses else {}
    return [(each, placed[each.pk]) for each in statuses if each.pk in placed]


def gaps(device: int, statuses: Sequence[AccountStatus]) -> list[tuple[AccountStatus, CoverageState]]:
    """The accounts that do not report and manage a device. One query."""
    return [(each, cover) for each, cover in device_coverage(device, statuses) if cover.is_gap or cover == CoverageState.UNKNOWN]


def among(ids: Sequence[int] | range | None) -> tuple[str, list[Any]]:
    """A condition on an id, and its values; "" for all."""
    if ids is None:
        return "", []
    if isinstance(ids, range):
        return "BETWEEN %s AND %s", [ids.start, ids.stop - 1]
    return "= ANY(%s)", [list(ids)]


def answered(status: AccountStatus) -> list[IdKind]:
    """The kinds of identifier by which a device can be found in the account's data."""
    return [kind for kind in STRENGTH if status.about and kind in status.about.answers]


def _held(status: AccountStatus) -> int | None:
    return status.held.pk if status.held else None
