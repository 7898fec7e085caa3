"""How telling keys are in this fleet, and comparisons of pairs of records by it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from devices.matching.evidence import NO_RARITY, Comparison, Rarity, bare, compare
from devices.matching.record import Key, MatchRecord
from vendors.parsing.host_names import default_name
from vendors.states import IdKind

# A key on more records than this is not compared: a bound for the work, far above vendors times re-enrollments.
MOST_RECORDS = 15
_HOSTNAME = IdKind.HOSTNAME.value


class Comparisons:
    """Comparisons of records, each made once. `limit`: how many machines may share a key; `in_scheme` tests a hostname.

    A key other than a hostname is common when more machines than `limit` have it: then it is no evidence. It is shared when two records
    that have it are proved to be two machines: then it is weak. Both are judged by all live records that have the key.
    """

    def __init__(self, *, limit: int, in_scheme: Callable[[str], bool]) -> None:
        self.common: dict[Key, int | None] = {}  # on how many machines; None: too many to count
        self._limit = limit
        self._in_scheme = in_scheme
        self._shared: set[Key] = set()
        self._alone: set[str] = set()
        self._rarity = Rarity(self._shared, self.common, self._alone)
        self._plain: dict[tuple[int, int], Comparison] = {}
        self._judged: dict[tuple[int, int], Comparison] = {}
        self._touched: dict[int, bool] = {}

    def judge(self, key: Key, holders: Sequence[MatchRecord] | None) -> None:
        """Judge a key by its holders; None: too many to compare. Call for all keys of two records before comparing them."""
        if holders is None:
            self.common[key] = None
            return
        live = [each for each in holders if each.live]
        if len(live) < 2:
            return
        if key[0] == _HOSTNAME:  # alone it joins nothing, and with the user it does, on however many machines the name is
            if self._one_each(live) and any(map(bare, live)) and self._in_scheme(key[1]) and not default_name(key[1]):
                self._alone.add(key[1])
        elif len(live) > self._limit and (machines := self._machines(live)) > self._limit:
            self.common[key] = machines
        elif any(self.plain(one, other).excluded for one, other in combinations(live, 2)):
            self._shared.add(key)

    def of(self, one: MatchRecord, other: MatchRecord) -> Comparison:
        """The evidence of this pair in this fleet."""
        pair = (one.id, other.id) if one.id < other.id else (other.id, one.id)
        found = self._judged.get(pair)
        if found is None:
            touched = self._is_touched(one) or self._is_touched(other)
            found = self._judged[pair] = compare(*_sorted(one, other), self._rarity) if touched else self.plain(one, other)
        return found

    def _is_touched(self, record: MatchRecord) -> bool:
        """Whether one of its keys is not rare."""
        found = self._touched.get(record.id)
        if found is None:
            for key in record.strong:
                if key in self.common or key in self._shared or key[1] in self._alone:
                    found = True
                    break
            else:
                found = False
            self._touched[record.id] = found
        return found

    def plain(self, one: MatchRecord, other: MatchRecord) -> Comparison:
        """As if every key were rare."""
        pair = (one.id, other.id) if one.id < other.id else (other.id, one.id)
        found = self._plain.get(pair)
        if found is None:
            found = self._plain[pair] = compare(*_sorted(one, other), NO_RARITY)
        return found

    def _machines(self, live: Sequence[MatchRecord]) -> int:
        """How many machines at least: records of which each is another one than all others."""
        different: list[MatchRecord] = []
        for each in sorted(live, key=lambda record: (-len(record.strong), record.order)):  # one with few keys is no other than many
            if not any(self.plain(each, other).joins for other in different):
                different.append(each)
        return len(different)

    @staticmethod
    def _one_each(live: Sequence[MatchRecord]) -> bool:
        return len({each.order[0] for each in live}) == len(live)


def _sorted(one: MatchRecord, other: MatchRecord) -> tuple[MatchRecord, MatchRecord]:
    """The same whatever was synced first, so that the evidence reads the same."""
    return (one, other) if one.order <= other.order else (other, one)
