"""Candidates for matching: the sightings that a change can affect, by shared keys and common devices, until no more are found.

LATERAL with a limit makes PostgreSQL look each key up: while a table fills, its statistics say that it is empty, and a plan made by
them would read the whole table for every page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from devices.matching.grouping import MOST_SIGHTINGS, Overrides, SightingKeys, common_on
from devices.matching.rules import KINDS, Key, joinable
from devices.models import Ruling
from devices.models.identifier import identifiers_of

# One text each: quoting thousands of array members one by one costs more than the query. Keys hold no control characters.
_SEPARATOR = "\x1f"
_HOLDERS = f"""
WITH wanted AS (SELECT DISTINCT * FROM unnest(string_to_array(%s, chr(31)), string_to_array(%s, chr(31))) AS w(kind, key))
SELECT w.kind, w.key, i.sighting_id FROM wanted w CROSS JOIN LATERAL (
  SELECT i.sighting_id FROM devices_identifier i
  WHERE i.key = w.key AND i.kind = w.kind AND NOT i.junk AND i.sighting_id <> ALL(%s) LIMIT {MOST_SIGHTINGS + 1}) i"""
_DEVICES = f"""
WITH devices AS (SELECT DISTINCT s.device_id FROM unnest(%s::bigint[]) w(id) CROSS JOIN LATERAL (
  SELECT s.device_id FROM devices_sighting s WHERE s.id = w.id OFFSET 0) s)
SELECT s.id, s.vendor, s.external_id, s.account_id, s.device_id, i.kinds, i.keys FROM devices d
CROSS JOIN LATERAL (SELECT s.id, s.vendor, s.external_id, s.account_id, s.device_id
                    FROM devices_sighting s WHERE s.device_id = d.device_id OFFSET 0) s
CROSS JOIN LATERAL (SELECT array_agg(i.kind) kinds, array_agg(i.key) keys FROM {identifiers_of("s.id")} i
                    WHERE i.kind = ANY(%s) AND NOT i.junk) i"""


class CandidateSet:
    """`changed`: sightings with new keys, which replace the stored ones. `stored`: stored sightings to begin with.
    `left`: keys that some of `changed` no longer have. `limit`: how many machines may share a key.

    Afterwards `core` is every sighting whose device or explanation may change: whole devices, and whole groups.
    """

    def __init__(
        self, changed: Collection[SightingKeys] = (), *, stored: Collection[int] = (), left: Collection[Key] = (), limit: int
    ) -> None:
        self.core: dict[int, SightingKeys] = {}
        self.holders: dict[Key, list[SightingKeys]] = {}
        self.common: dict[Key, int | None] = {}  # shared by how many machines; None: too many to count
        self.rulings = _rulings()
        self._limit = limit
        self._known: dict[int, SightingKeys] = {each.id: each for each in changed}
        self._changed = list(self._known)
        self._changed_by_key: dict[Key, list[SightingKeys]] = defaultdict(list)
        for each in changed:
            for pair in each.strong:
                self._changed_by_key[pair].append(each)
        self._mates: dict[int, set[int]] = defaultdict(set)
        self._ruled = _partners(self.rulings.together)
        self._load(stored)
        self._gather(left, [each for each in stored if each in self._known])

    def _gather(self, left: Collection[Key], stored: Collection[int]) -> None:
        frontier = self._enter([*self._changed, *stored])
        # A key may become or stop being a shared one, or a near match, for every sighting that has it.
        touched = self._look_up({*left, *(key for each in frontier for key in each.strong)})
        frontier += self._enter(touched)
        while frontier:
            self._look_up({key for each in frontier for key in each.strong})
            frontier = self._enter(self._reached(frontier))

    def _enter(self, found: Iterable[int]) -> list[SightingKeys]:
        entering = {each: self._known[each] for each in found if each not in self.core}
        self.core.update(entering)
        return list(entering.values())

    def _reached(self, frontier: Iterable[SightingKeys]) -> set[int]:
        """By the same device, a matching key or an override."""
        found: set[int] = set()
        ruled: set[int] = set()
        for each in frontier:
            if each.device is not None:
                found |= self._mates[each.device]
            for kind, key in each.strong:
                others = self.holders[kind, key] if (kind, key) not in self.common else ()
                if len(others) > 1:
                    found |= {other.id for other in others if joinable(each.keys, other.keys, kind)}
            ruled |= self._ruled.get(each.id, set())
        self._load(ruled)
        return found | (ruled & self._known.keys())

    def _look_up(self, keys: Iterable[Key]) -> set[int]:
        """Find the holders of these keys and load their devices; a key on too many sightings is a shared one. Returns the holders."""
        wanted = [key for key in keys if key not in self.holders]
        if not wanted:
            return set()
        stored: dict[Key, list[int]] = defaultdict(list)
        with connection.cursor() as cursor:
            kinds, texts = _SEPARATOR.join(kind for kind, _ in wanted), _SEPARATOR.join(key for _, key in wanted)
            cursor.execute(_HOLDERS, [kinds, texts, self._changed])
            for kind, key, sighting in cursor.fetchall():
                stored[kind, key].append(sighting)
        found = {each for holders in stored.values() if len(holders) <= MOST_SIGHTINGS for each in holders}
        self._load(found)
        for pair in wanted:
            self._file(pair, stored.get(pair, []))
        return found

    def _file(self, pair: Key, stored: Sequence[int]) -> None:
        changed = self._changed_by_key.get(pair, [])
        if len(stored) + len(changed) > MOST_SIGHTINGS:
            self.holders[pair] = []
            self.common[pair] = None
            return
        self.holders[pair] = holders = changed + [self._known[each] for each in stored] if stored else changed
        if machines := common_on(holders, pair[0], limit=self._limit):
            self.common[pair] = machines

    def _load(self, sightings: Iterable[int]) -> None:
        wanted = [each for each in sightings if each not in self._known or self._known[each].device is None]
        if not wanted:
            return
        with connection.cursor() as cursor:
            cursor.execute(_DEVICES, [wanted, list(KINDS)])
            for sighting, vendor, external_id, account, device, kinds, keys in cursor.fetchall():
                self._mates[device].add(sighting)
                if sighting in self._known:
                    self._known[sighting].device = device
                else:
                    pairs = zip(kinds or (), keys or (), strict=True)
                    self._known[sighting] = SightingKeys(sighting, (vendor, external_id, account), collect(pairs), device)


def collect(pairs: Iterable[Key]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for kind, key in pairs:
        found[kind].add(key)
    return {kind: frozenset(keys) for kind, keys in found.items()}


def _rulings() -> Overrides:
    """All in force; users make them one by one, so there are few."""
    rows = list(Ruling.objects.filter(ended_at=None).values_list("first_id", "second_id", "together"))
    return Overrides(
        together=frozenset((first, second) for first, second, together in rows if together),
        apart=frozenset((first, second) for first, second, together in rows if not together),
    )


def _partners(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for first, second in pairs:
        found[first].add(second)
        found[second].add(first)
    return found
