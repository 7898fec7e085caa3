"""Which records are one machine. Pure: the result depends on the records and on overrides, never on the order of arrival.

The best evidence decides first. Two records that exclude each other never share a device, and a record that could belong to two
machines stays apart. Records that are gone come last: they can connect live ones, and never keep them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import NamedTuple

from devices.matching.evidence import Comparison
from devices.matching.rarity import Comparisons
from devices.matching.record import MatchRecord


@dataclass(frozen=True, slots=True)
class Overrides:
    """Pairs of sighting ids, the lower first."""

    together: frozenset[tuple[int, int]] = frozenset()
    apart: frozenset[tuple[int, int]] = frozenset()


@dataclass(slots=True, eq=False)
class Cluster:
    """Records of one machine."""

    members: list[MatchRecord]


class Pair(NamedTuple):
    """Two records that have a key in common, in the order of vendors and their ids."""

    first: MatchRecord
    second: MatchRecord
    comparison: Comparison


def pairs(records: Collection[int], holders: Iterable[Sequence[MatchRecord]], comparisons: Comparisons) -> list[Pair]:
    """All pairs of `records`, each once. `holders`: for each key the records that have it."""
    found: dict[tuple[int, int], Pair] = {}
    for sharing in holders:
        if len(sharing) < 2:
            continue
        here = [each for each in sharing if each.id in records]
        for one, other in combinations(here, 2):
            ids = (one.id, other.id) if one.id < other.id else (other.id, one.id)
            if ids not in found:
                first, second = (one, other) if one.order <= other.order else (other, one)
                found[ids] = Pair(first, second, comparisons.of(first, second))
    return list(found.values())


def arrange(records: Iterable[MatchRecord], compared: Iterable[Pair], comparisons: Comparisons, overrides: Overrides) -> list[Cluster]:
    """Put records into groups by their pairs."""
    arrangement = _Arrangement(records, comparisons, overrides)
    joining = [each for each in compared if each.comparison.joins]
    joining.sort(key=lambda each: (-each.comparison.total, each.first.order, each.second.order))
    arrangement.join([each for each in joining if each.first.live and each.second.live])
    arrangement.join([each for each in joining if each.first.live != each.second.live])
    arrangement.join([each for each in joining if not (each.first.live or each.second.live)])
    return arrangement.groups()


class _Arrangement:
    def __init__(self, records: Iterable[MatchRecord], comparisons: Comparisons, overrides: Overrides) -> None:
        self._known = {each.id: each for each in records}
        self._group = {each.id: Cluster([each]) for each in self._known.values()}
        self._comparisons = comparisons
        self._apart = overrides.apart
        for first, second in sorted(overrides.together):
            if first in self._group and second in self._group:
                self._merge(first, second)

    def groups(self) -> list[Cluster]:
        return list({id(group): group for group in self._group.values()}.values())

    def join(self, matches: Sequence[Pair]) -> None:
        """A match waits while either end matches as well with a record that excludes the other end: the next merges may decide it."""
        for _, equal in groupby(matches, key=lambda match: match.comparison.total):
            waiting = list(equal)
            while certain := self._certain(waiting):
                for match in certain:
                    if self._may_merge(match):
                        self._merge(match.first.id, match.second.id)
                waiting = [match for match in waiting if self._may_merge(match)]

    def _certain(self, matches: Sequence[Pair]) -> list[Pair]:
        possible = [match for match in matches if self._may_merge(match)]
        candidates: dict[int, dict[int, Cluster]] = defaultdict(dict)
        for match in possible:
            first, second = self._group[match.first.id], self._group[match.second.id]
            candidates[id(first)][id(second)] = second
            candidates[id(second)][id(first)] = first
        return [match for match in possible if not self._doubtful(match, candidates)]

    def _may_merge(self, match: Pair) -> bool:
        first, second = self._group[match.first.id], self._group[match.second.id]
        return first is not second and not self._against(first, second)

    def _doubtful(self, match: Pair, candidates: Mapping[int, Mapping[int, Cluster]]) -> bool:
        first, second = self._group[match.first.id], self._group[match.second.id]
        for end, chosen in ((first, second), (second, first)):
            rivals = candidates[id(end)]
            if len(rivals) > 1 and any(
                other is not chosen and self._against(other, chosen) and self._support(end, other) >= self._support(end, chosen)
                for other in rivals.values()
            ):
                return True
        return False

    def _support(self, first: Cluster, second: Cluster) -> int:
        """What speaks for two clusters being one machine, each rule once: of one device, each record has other keys in common."""
        pieces = (piece for one in first.members for other in second.members for piece in self._comparisons.of(one, other).evidence)
        return sum({piece.rule: piece.weight for piece in pieces if piece.weight > 0}.values())

    def _against(self, first: Cluster, second: Cluster) -> bool:
        """Whether a user split two of their records, or two of them exclude each other: of live devices the live ones decide."""
        if self._apart and any(_ids(one, other) in self._apart for one in first.members for other in second.members):
            return True
        ours, theirs = (_live(group) for group in (first, second))
        pairs = ((one, other) for one in ours or first.members for other in theirs or second.members)
        return any(self._comparisons.of(one, other).excluded for one, other in pairs)

    def _merge(self, first: int, second: int) -> None:
        one, other = self._group[first], self._group[second]
        if one is other:
            return
        merged = Cluster(one.members + other.members)
        for member in merged.members:
            self._group[member.id] = merged


def _ids(one: MatchRecord, other: MatchRecord) -> tuple[int, int]:
    return (one.id, other.id) if one.id < other.id else (other.id, one.id)


def _live(group: Cluster) -> list[MatchRecord]:
    return [each for each in group.members if each.live]
