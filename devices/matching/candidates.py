"""Candidates for matching: the sightings that a change can affect, by shared keys and common devices, until no more are found.

LATERAL with a limit makes PostgreSQL look each key up: while a table fills, its statistics say that it is empty, and a plan made by
them would read the whole table for every page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection

from devices.matching.grouping import Overrides
from devices.matching.naming_schemes import in_scheme
from devices.matching.rarity import MOST_RECORDS, Comparisons
from devices.matching.record import KINDS, Key, MatchRecord, Traits, collect
from devices.matching.rules import POSSIBLE
from devices.models import Life, Ruling
from devices.models.identifier import identifiers_of

# One text each: quoting thousands of array members one by one costs more than the query. Keys hold no control characters.
_SEPARATOR = "\x1f"
_HOLDERS = f"""
WITH wanted AS (SELECT DISTINCT * FROM unnest(string_to_array(%s, chr(31)), string_to_array(%s, chr(31))) AS w(kind, key))
SELECT w.kind, w.key, i.sighting_id FROM wanted w CROSS JOIN LATERAL (
  SELECT i.sighting_id FROM devices_identifier i
  WHERE i.key = w.key AND i.kind IN (w.kind, 'former_' || w.kind) AND NOT i.junk AND i.sighting_id <> ALL(%s) LIMIT {MOST_RECORDS + 1}) i"""
_PLAIN = "s.id, s.vendor, s.external_id, s.account_id, s.device_id, s.os_family, s.manufacturer, s.model, s.life"
# What a MatchRecord is made of: the sighting `s`, its time of contact, and its identifiers.
RECORD = f"""{_PLAIN}, extract(epoch FROM s.created_at)::float8,
  (SELECT extract(epoch FROM p.seen_at)::float8 FROM devices_pulse p WHERE p.sighting_id = s.id), i.kinds, i.keys"""
IDENTIFIERS = f"""CROSS JOIN LATERAL (SELECT array_agg(i.kind) kinds, array_agg(i.key) keys, array_agg(i.value) texts
                                    FROM {identifiers_of("s.id")} i WHERE i.kind = ANY(%s) AND NOT i.junk) i"""
_DEVICES = f"""
WITH devices AS (SELECT DISTINCT s.device_id FROM unnest(%s::bigint[]) w(id) CROSS JOIN LATERAL (
  SELECT s.device_id FROM devices_sighting s WHERE s.id = w.id OFFSET 0) s)
SELECT {RECORD} FROM devices d
CROSS JOIN LATERAL (SELECT {_PLAIN}, s.created_at FROM devices_sighting s WHERE s.device_id = d.device_id OFFSET 0) s
{IDENTIFIERS}"""


class CandidateSet:
    """`changed`: records with new keys, which replace the stored ones. `stored`: ids of stored records to begin with.
    `left`: keys that some of `changed` no longer have. `limit`: how many machines may share a key.

    Afterwards `core` is every record whose device or explanation may change: whole devices, and whole groups.
    """

    def __init__(
        self, changed: Collection[MatchRecord] = (), *, stored: Collection[int] = (), left: Collection[Key] = (), limit: int
    ) -> None:
        self.core: dict[int, MatchRecord] = {}
        self.holders: dict[Key, list[MatchRecord]] = {}
        self.comparisons = Comparisons(limit=limit, in_scheme=in_scheme())
        self.overrides = _overrides()
        self._known: dict[int, MatchRecord] = {each.id: each for each in changed}
        self._changed = list(self._known)
        self._changed_by_key: dict[Key, list[MatchRecord]] = defaultdict(list)
        for each in changed:
            for pair in each.found_by:
                self._changed_by_key[pair].append(each)
        self._mates: dict[int, set[int]] = defaultdict(set)
        self._overridden = _partners(self.overrides.together)
        self._load(stored)
        self._gather(left, [each for each in stored if each in self._known])

    @property
    def common(self) -> dict[Key, int | None]:
        return self.comparisons.common

    def _gather(self, left: Collection[Key], stored: Collection[int]) -> None:
        frontier = self._enter([*self._changed, *stored])
        # A key may become or stop being a shared one, or a near match, for every record that has it.
        touched = self._look_up({*left, *(key for each in frontier for key in each.found_by)})
        frontier += self._enter(touched)
        while frontier:
            self._look_up({key for each in frontier for key in each.found_by})
            frontier = self._enter(self._reached(frontier))

    def _enter(self, found: Iterable[int]) -> list[MatchRecord]:
        entering = {each: self._known[each] for each in found if each not in self.core}
        self.core.update(entering)
        return list(entering.values())

    def _reached(self, frontier: Iterable[MatchRecord]) -> set[int]:
        """By the same device, by evidence or by an override. How rare keys are can raise the total of a pair a little, so possible
        duplicates are reached as well.
        """
        found: set[int] = set()
        overridden: set[int] = set()
        for each in frontier:
            if each.device is not None:
                found |= self._mates[each.device]
            for key in each.found_by:
                for other in self.holders[key]:
                    new = other.id not in self.core and other.id not in found
                    if new and self.comparisons.plain(each, other).total >= POSSIBLE:
                        found.add(other.id)
            overridden |= self._overridden.get(each.id, set())
        self._load(overridden)
        return found | (overridden & self._known.keys())

    def _look_up(self, keys: Iterable[Key]) -> set[int]:
        """Find the holders of these keys and load their devices; a key on too many records is a common one. Returns the holders."""
        wanted = [key for key in keys if key not in self.holders]
        if not wanted:
            return set()
        stored: dict[Key, list[int]] = defaultdict(list)
        with connection.cursor() as cursor:
            kinds, texts = _SEPARATOR.join(kind for kind, _ in wanted), _SEPARATOR.join(key for _, key in wanted)
            cursor.execute(_HOLDERS, [kinds, texts, self._changed])
            for kind, key, record in cursor.fetchall():
                stored[kind, key].append(record)
        found = {each for holders in stored.values() if len(holders) <= MOST_RECORDS for each in holders}
        self._load(found)
        for pair in wanted:
            self._file(pair, stored.get(pair, []))
        return found

    def _file(self, pair: Key, stored: Sequence[int]) -> None:
        changed = self._changed_by_key.get(pair, [])
        too_many = len(stored) + len(changed) > MOST_RECORDS
        holders = None if too_many else changed + [self._known[each] for each in stored] if stored else changed
        if holders is None or len(holders) > 1:
            self.comparisons.judge(pair, holders)
        self.holders[pair] = [] if holders is None or pair in self.common else holders

    def _load(self, records: Iterable[int]) -> None:
        wanted = [each for each in records if each not in self._known or self._known[each].device is None]
        if not wanted:
            return
        with connection.cursor() as cursor:
            cursor.execute(_DEVICES, [wanted, list(KINDS)])
            for row in cursor.fetchall():
                number, device = row[0], row[4]
                self._mates[device].add(number)
                if number in self._known:
                    self._known[number].device = device
                else:
                    self._known[number] = record_of(row)


def record_of(row: Sequence[Any]) -> MatchRecord:
    """`row`: the columns of RECORD."""
    number, vendor, external_id, account, device, family, manufacturer, model, life, since, contact, kinds, keys = row
    traits = Traits(family, manufacturer, model, life != Life.GONE, contact, since)
    return MatchRecord(number, (vendor, external_id, account), collect(zip(kinds or (), keys or (), strict=True)), traits, device)


def _overrides() -> Overrides:
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
