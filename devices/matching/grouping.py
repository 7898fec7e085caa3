"""Which sightings are one machine. Pure: the answer depends on the sightings and on people's rulings, never on the order of arrival.

Serial, BIOS UUID, MAC, hostname: strongest first. A differing stronger key blocks a weaker one, a key on many machines joins nothing,
and where a sighting could belong to two machines it stays apart. When in doubt, a device of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from devices.matching.rules import STRENGTH, Key, Keys, conflicting_key, joinable
from vendors.states import IdKind

PERSON = "person"  # stands where a kind stands, when a person's ruling joined two sightings
# A key on more sightings than this is not even looked at: a bound for the work, far above vendors times re-enrolments.
MOST_SIGHTINGS = 15

_BITS: Mapping[str, int] = {kind.value: 1 << place for place, kind in enumerate(STRENGTH)}  # stored: never renumber


@dataclass(slots=True, eq=False)
class SightingKeys:
    """The keys of one sighting. `order` (vendor, external id, account) sorts alike whatever was fetched first.

    `strong`: its keys but the user, strongest first.
    """

    id: int
    order: tuple[str, str, int]
    keys: Keys
    device: int | None = None
    strong: list[Key] = field(init=False)

    def __post_init__(self) -> None:
        self.strong = [(kind, key) for kind in STRENGTH if kind in self.keys for key in sorted(self.keys[kind])]


@dataclass(frozen=True, slots=True)
class Match:
    """Two sightings and what joined them."""

    kind: str
    key: str
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Overrides:
    """Pairs of sighting ids, the lower first."""

    together: frozenset[tuple[int, int]] = frozenset()
    apart: frozenset[tuple[int, int]] = frozenset()


@dataclass(slots=True, eq=False)
class Cluster:
    """Sightings of one machine, the keys of all of them, and the ties that made it."""

    members: list[SightingKeys]
    keys: Mapping[str, set[str]]
    ties: list[Match] = field(default_factory=list)


def machine_count(holders: Sequence[SightingKeys], kind: str) -> int:
    """On how many machines, at least, a key stands: holders of which each speaks against being any of the others."""
    different: list[SightingKeys] = []
    for each in sorted(holders, key=lambda told: (-len(told.keys), told.order)):  # who says little is like everybody
        if all(_distinct(each.keys, other.keys, kind) for other in different):
            different.append(each)
    return len(different)


def _distinct(own: Keys, other: Keys, kind: str) -> bool:
    """For hostnames silence is not against: one vendor never tells the user."""
    return bool(conflicting_key(own, other, kind)) if kind == IdKind.HOSTNAME else not joinable(own, other, kind)


def common_on(holders: Sequence[SightingKeys], kind: str, *, limit: int) -> int:
    """On how many machines a key stands that stands on more than `limit` and so joins nothing; 0: it is no such key."""
    machines = machine_count(holders, kind) if len(holders) > limit else 0
    return machines if machines > limit else 0


def arrange(sightings: Iterable[SightingKeys], holders: Mapping[Key, Sequence[SightingKeys]], rulings: Overrides) -> list[Cluster]:
    """Put sightings into groups. `holders`: who has each key that may join; keys on many machines are left out of it."""
    arrangement = _Arrangement(sightings, rulings)
    for kind in STRENGTH:
        arrangement.join_by(kind, {key: told for (each, key), told in holders.items() if each == kind})
    return arrangement.groups()


class _Arrangement:
    def __init__(self, sightings: Iterable[SightingKeys], rulings: Overrides) -> None:
        self._group: dict[int, Cluster] = {}
        for told in sightings:
            self._group[told.id] = Cluster([told], {kind: set(keys) for kind, keys in told.keys.items()})
        self._apart = rulings.apart
        for first, second in sorted(rulings.together):
            if first in self._group and second in self._group:
                self._merge(Match(PERSON, "", first, second))

    def groups(self) -> list[Cluster]:
        return list({id(group): group for group in self._group.values()}.values())

    def join_by(self, kind: str, holders: Mapping[str, Sequence[SightingKeys]]) -> None:
        """A tie is dropped when either end could as well be joined to somebody who speaks against the other end."""
        ties = [tie for key, told in holders.items() for tie in self._ties(kind, key, told)]
        ties.sort(key=lambda found: found[0])
        open_ties = [tie for _, tie in ties if self._may_merge(tie)]
        candidates: dict[int, dict[int, Cluster]] = defaultdict(dict)
        for tie in open_ties:
            first, second = self._group[tie.first], self._group[tie.second]
            candidates[id(first)][id(second)] = second
            candidates[id(second)][id(first)] = first
        certain = [tie for tie in open_ties if not self._doubtful(tie, candidates)]
        for tie in certain:
            if self._may_merge(tie):
                self._merge(tie)

    def _ties(self, kind: str, key: str, told: Sequence[SightingKeys]) -> list[tuple[tuple[object, ...], Match]]:
        known = sorted((each for each in told if each.id in self._group), key=lambda each: each.order)
        return [
            ((first.order, second.order, key), Match(kind, key, first.id, second.id))
            for first, second in combinations(known, 2)
            if joinable(first.keys, second.keys, kind)
        ]

    def _may_merge(self, tie: Match) -> bool:
        first, second = self._group[tie.first], self._group[tie.second]
        return first is not second and not self._against(first, second, tie.kind)

    def _doubtful(self, tie: Match, candidates: Mapping[int, Mapping[int, Cluster]]) -> bool:
        first, second = self._group[tie.first], self._group[tie.second]
        ends = ((first, second), (second, first))
        return any(
            other is not chosen and other is not end and self._against(other, chosen, tie.kind)
            for end, chosen in ends
            for other in candidates[id(end)].values()
        )

    def _against(self, first: Cluster, second: Cluster, kind: str) -> bool:
        if conflicting_key(first.keys, second.keys, kind):
            return True
        pairs = ((a.id, b.id) for a in first.members for b in second.members) if self._apart else ()
        return any((min(pair), max(pair)) in self._apart for pair in pairs)

    def _merge(self, tie: Match) -> None:
        first, second = self._group[tie.first], self._group[tie.second]
        if first is second:
            return
        merged: dict[str, set[str]] = {
            kind: first.keys.get(kind, set()) | second.keys.get(kind, set()) for kind in {*first.keys, *second.keys}
        }
        group = Cluster(first.members + second.members, merged, [*first.ties, *second.ties, tie])
        for told in group.members:
            self._group[told.id] = group


def kinds_mask(kinds: Iterable[str]) -> int:
    """Which of the strong kinds are among these, a bit for each."""
    return sum(_BITS.get(kind, 0) for kind in set(kinds))
