"""One set of machines as three vendors see it.

Nothing is held in memory: a vendor's record at position p is computed from (seed, p), so a fleet of a million can be
streamed and any page produced directly. Positions never move; machines that are away are skipped when listing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sandbox.clock import Clock
from sandbox.fleet import activity, edge_cases, ids
from sandbox.fleet.machine import Machine, build, slots

VENDORS = edge_cases.ALL


class FleetEntry(NamedTuple):
    """One record at one vendor. `twin` is 1 for the second record of a machine that is listed twice;
    `revision` counts how often the record was changed by hand."""

    position: int
    machine: Machine
    twin: int
    revision: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which positions a vendor lists at one moment."""

    at: float
    count: int
    holes: tuple[int, ...]

    def position(self, rank: int) -> int:
        """Where the rank-th listed record (from 0) lies."""
        return rank + bisect_right(self._shifts(), rank)

    def rank(self, position: int) -> int:
        return position - bisect_left(self.holes, position)

    def _shifts(self) -> list[int]:
        return [hole - before for before, hole in enumerate(self.holes)]


class Fleet:
    """`hostile`: some machines have texts that attack pages and spreadsheets. `frozen_at` (epoch seconds) stops all life: times, health
    and the list stay as they are at that moment.
    """

    def __init__(
        self, seed: int = 7, size: int = 60, *, clock: Clock | None = None, frozen_at: float | None = None, hostile: bool = True
    ) -> None:
        self.hostile = hostile
        self.seed = seed
        self.size = size
        self.clock = clock or Clock()
        self.frozen_at = frozen_at
        self._changes: list[tuple[float, float]] = []  # (share of the records, when)
        self._limits: dict[str, int] = {}
        self.seen_forward = 0.0  # seconds by which every last-seen time of a frozen fleet was moved by hand

    # -- the truth ------------------------------------------------------------------------------------------------

    def machine(self, index: int) -> Machine:
        return build(self.seed, index, hostile=self.hostile)

    def machines(self) -> Iterator[Machine]:
        return (self.machine(index) for index in range(self.size))

    def vendor_ids(self, index: int) -> dict[str, tuple[str, ...]]:
        """The ids under which each vendor knows machine `index`: the truth for tests of matching."""
        block, place = divmod(index, edge_cases.BLOCK)
        found: dict[str, tuple[str, ...]] = {}
        for vendor in build(self.seed, index).vendors:
            layout = _layout(self.seed, block, vendor)
            first = block * len(layout)
            found[vendor] = tuple(self.vendor_id(vendor, first + nth) for nth, (other, _) in enumerate(layout) if other == place)
        return found

    # -- what a vendor lists --------------------------------------------------------------------------------------

    def now(self) -> float:
        return self.clock.now() if self.frozen_at is None else self.frozen_at

    def last_seen(self, machine: Machine, *, vendor: str, at: float) -> float:
        """When the machine last reported to the vendor."""
        return activity.last_seen(machine, seed=self.seed, vendor=vendor, at=at) + self.seen_forward

    def snapshot(self, vendor: str) -> Snapshot:
        at = self.now()
        holes: tuple[int, ...] = ()
        if self.frozen_at is None:
            gone = activity.away(self.seed, vendor, self.size, int(at) // activity.DAY)
            holes = tuple(sorted(pos for index in gone for pos in self._positions(vendor, index)))
        count = self.total(vendor) - len(holes)
        return Snapshot(at, min(count, self._limits.get(vendor, count)), holes)

    def count(self, vendor: str) -> int:
        return self.snapshot(vendor).count

    def page(self, vendor: str, *, start: int, limit: int, snapshot: Snapshot | None = None) -> list[FleetEntry]:
        """The listed records with rank start … start + limit - 1."""
        shot = snapshot or self.snapshot(vendor)
        return [self.entry(vendor, shot.position(rank)) for rank in range(start, min(start + limit, shot.count))]

    def entries(self, vendor: str) -> Iterator[FleetEntry]:
        shot = self.snapshot(vendor)
        return (self.entry(vendor, shot.position(rank)) for rank in range(shot.count))

    def entry(self, vendor: str, position: int) -> FleetEntry:
        block, rest = divmod(position, _per_block(vendor))
        place, twin = _layout(self.seed, block, vendor)[rest]
        machine = self.machine(block * edge_cases.BLOCK + place)
        return FleetEntry(position, machine, twin, len(self._revisions(position)))

    def vendor_id(self, vendor: str, position: int) -> str:
        if vendor == "opswat":
            block, rest = divmod(position, _per_block(vendor))
            slot = slots(self.seed, block)[_layout(self.seed, block, vendor)[rest][0]]
            mobile = edge_cases.ROLES[slot].oddity == "phone"
            return ids.hwid(self.seed, position, mobile=mobile)
        return ids.uuid(self.seed, position) if vendor == "eset" else ids.computer_idn(position)

    def ids(self, vendor: str) -> Iterator[str]:
        shot = self.snapshot(vendor)
        return (self.vendor_id(vendor, shot.position(rank)) for rank in range(shot.count))

    def find(self, vendor: str, vendor_id: str, *, snapshot: Snapshot | None = None) -> FleetEntry | None:
        """The listed record with this id. Works for ESET uuids and five(9)s Computer_Idn."""
        shot = snapshot or self.snapshot(vendor)
        position = ids.position_of(self.seed, vendor, vendor_id)
        if position is None or position in shot.holes or shot.rank(position) >= shot.count:
            return None
        return self.entry(vendor, position)

    # -- changes by hand ------------------------------------------------------------------------------------------

    def change(self, percent: float) -> None:
        """Give exactly `percent` of every vendor's records (rounded down) another content."""
        self._changes.append((percent / 100, self.now()))

    def shrink(self, count: int | None, *, vendor: str | None = None) -> None:
        """List only the first `count` records (None: all again)."""
        for name in (vendor,) if vendor else VENDORS:
            if count is None:
                self._limits.pop(name, None)
            else:
                self._limits[name] = count

    def changed_at(self, position: int) -> float | None:
        """When the record was last changed by hand."""
        return max(self._revisions(position), default=None)

    def _revisions(self, position: int) -> list[float]:
        return [when for share, when in self._changes if int((position + 1) * share) != int(position * share)]

    # -- positions ------------------------------------------------------------------------------------------------

    def total(self, vendor: str) -> int:
        """How many records the vendor has, away or not."""
        blocks, rest = divmod(self.size, edge_cases.BLOCK)
        partial = sum(1 for place, _ in _layout(self.seed, blocks, vendor) if place < rest) if rest else 0
        return blocks * _per_block(vendor) + partial

    def _positions(self, vendor: str, index: int) -> list[int]:
        block, place = divmod(index, edge_cases.BLOCK)
        layout = _layout(self.seed, block, vendor)
        return [block * len(layout) + nth for nth, (other, _) in enumerate(layout) if other == place]


@lru_cache(maxsize=8)
def _per_block(vendor: str) -> int:
    return sum((vendor in role.vendors) + (role.twice_at == vendor) for role in edge_cases.ROLES)


@lru_cache(maxsize=2048)
def _layout(seed: int, block: int, vendor: str) -> tuple[tuple[int, int], ...]:
    """(place in the block, twin) of every record a vendor has of one block, in its order."""
    found = []
    for place, slot in enumerate(slots(seed, block)):
        role = edge_cases.ROLES[slot]
        if vendor in role.vendors:
            found.append((place, 0))
        if role.twice_at == vendor:
            found.append((place, 1))
    return tuple(found)
