"""Which sightings are one machine. Pure: the result depends on the sightings and on overrides, never on the order of arrival.

Serial, BIOS UUID, MAC, hostname: strongest first. A differing stronger key blocks a weaker one, a key that many
machines share matches nothing, and a sighting that could belong to two machines stays a separate device.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from devices.matching.rules import STRENGTH, Key, Keys, conflicting_key, joinable
from vendors.states import IdKind

PERSON = "person"  # the kind of a match that a user made
# A key on more sightings than this is not compared: a bound for the work, far above vendors times re-enrollments.
MOST_SIGHTINGS = 15

_BITS: Mapping[str, int] = {kind.value: 1 << place for place, kind in enumerate(STRENGTH)}  # stored: never renumber


@dataclass(slots=True, eq=False)
class SightingKeys:
    """The keys of one sighting. `order` (vendor, external id, account) sorts the same whatever was synced first.

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
    """Two sightings and the key that matched them."""

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
    """How many machines at least share a key: holders that each contradict all others."""
    different: list[SightingKeys] = []
    for each in sorted(holders, key=lambda holder: (-len(holder.keys), holder.order)):  # one with few keys contradicts no other
        if all(_distinct(each.keys, other.keys, kind) for other in different):
            different.append(each)
    return len(different)


def _distinct(own: Keys, other: Keys, kind: str) -> bool:
    """For hostnames a missing user is no contradiction: one vendor never reports it."""
    return bool(conflicting_key(own, other, kind)) if kind == IdKind.HOSTNAME else not joinable(own, other, kind)


def common_on(holders: Sequence[SightingKeys], kind: str, *, limit: int) -> int:
    """How many machines share a key, if more than `limit`: then it matches nothing; else 0."""
    machines = machine_count(holders, kind) if len(holders) > limit else 0
    return machines if machines > limit else 0


def arrange(sightings: Iterable[SightingKeys], holders: Mapping[Key, Sequence[SightingKeys]], rulings: Overrides) -> list[Cluster]:
    """Put sightings into groups. `holders`: the sightings of each key that may match, without keys that many machines share."""
    arrangement = _Arrangement(sightings, rulings)
    for kind in STRENGTH:
        arrangement.join_by(kind, {key: sightings for (each, key), sightings in holders.items() if each == kind})
    return arrangement.groups()


class _Arrangement:
    def __init__(self, sightings: Iterable[SightingKeys], rulings: Overrides) -> None:
        self._group: dict[int, Cluster] = {}
        for each in sightings:
            self._group[each.id] = Cluster([each], {kind: set(keys) for kind, keys in each.keys.items()})
        self._apart = rulings.apart
        for first, second in sorted(rulings.together):
            if first in self._group and second in self._group:
                self._merge(Match(PERSON, "", first, second))

    def groups(self) -> list[Cluster]:
        return list({id(group): group for group in self._group.values()}.values())

    def join_by(self, kind: str, holders: Mapping[str, Sequence[SightingKeys]]) -> None:
        """A tie is dropped when either end could also be matched with a sighting that contradicts the other end."""
        ties = [tie for key, sightings in holders.items() for tie in self._ties(kind, key, sightings)]
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

    def _ties(self, kind: str, key: str, sightings: Sequence[SightingKeys]) -> list[tuple[tuple[object, ...], Match]]:
        known = sorted((each for each in sightings if each.id in self._group), key=lambda each: each.order)
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
        for member in group.members:
            self._group[member.id] = group


def kinds_mask(kinds: Iterable[str]) -> int:
    """Which of the strong kinds are among these, a bit for each."""
    return sum(_BITS.get(kind, 0) for kind in set(kinds))
