"""Provable pairs by the table of rules.md, from the facts of records alone: machines are never looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import combinations, product

from tests.identity.record import ESET, FIVE9S, OPSWAT, Facts, Naming, Record

CONCURRENT = timedelta(hours=24)
CUT = 15  # characters that a NetBIOS name keeps
LIVE = {ESET: timedelta(days=2), OPSWAT: timedelta(hours=1), FIVE9S: timedelta(days=4)}
Pair = frozenset[tuple[str, str]]
Groups = dict[str, list[Record]]


def names_agree(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return bool(short) and (short == long or (len(short) == CUT and long.startswith(short)))


def contradiction(a: Record, b: Record) -> str:
    """The row that applies, X1 to X8; empty: none."""
    one, two = a.facts, b.facts
    mine, theirs = one.own | one.local, two.own | two.local
    if a.account == b.account and mine and theirs and not mine & theirs:
        if abs(a.contact - b.contact) < CONCURRENT:
            return "X1"
        if one.virtual or two.virtual:
            return "X8"
    if one.mobile != two.mobile:
        return "X2"
    pairs = (("X3", one.family, two.family), ("X4", one.maker, two.maker), ("X5", one.domain, two.domain))
    keys = (("X6", one.serial, two.serial), ("X7", one.uuid, two.uuid))
    return next((row for row, left, right in (*pairs, *keys) if left and right and left != right), "")


class Judge:
    """Provable pairs of one fleet, with the row that proves each."""

    def __init__(self, records: Iterable[Record], *, live_at: Callable[[Record], timedelta]) -> None:
        """`live_at`: how long ago a record's last contact was."""
        self.records = sorted(records, key=lambda each: each.name)
        self._age = live_at
        self._listed: dict[tuple[str, str], list[Record]] = defaultdict(list)  # account, first 15 characters of the name
        for each in self.records:
            if each.present and each.facts.name:
                self._listed[each.account, each.facts.name[:CUT]].append(each)
        self._accounts = sorted({each.account for each in self.records})
        self._vendor = {each.account: each.vendor for each in self.records}
        self._group: dict[Record, list[Record]] = {each: [each] for each in self.records}

    def pairs(self) -> dict[Pair, str]:
        direct: dict[Pair, str] = {}
        for row, a, b in sorted(self._by_keys(), key=lambda found: (found[0], found[1].name, found[2].name)):
            direct.setdefault(frozenset((a.name, b.name)), row)
            self._link(a, b)
        for a, b in self._by_user():
            if not any(contradiction(x, y) for x, y in product(self._group[a], self._group[b])):
                direct.setdefault(frozenset((a.name, b.name)), "P5")
                self._link(a, b)
        for group in {id(group): group for group in self._group.values()}.values():
            for a, b in combinations(group, 2):
                if not contradiction(a, b):
                    direct.setdefault(frozenset((a.name, b.name)), "P7")
        for a, b in self._by_name():
            direct.setdefault(frozenset((a.name, b.name)), "P6")
        return direct

    def _link(self, a: Record, b: Record) -> None:
        if (mine := self._group[a]) is not (theirs := self._group[b]):
            mine.extend(theirs)
            for each in theirs:
                self._group[each] = mine

    def _by_keys(self) -> Iterator[tuple[str, Record, Record]]:
        for row, groups in (("P1", self._bearing(lambda facts: [facts.serial])), ("P3", self._bearing(lambda facts: [facts.uuid]))):
            for group in groups.values():
                yield from self._by_number(row, group)
        yield from self._by_own_macs()
        yield from self._by_weak_macs()

    def _bearing(self, keys: Callable[[Facts], Iterable[str]]) -> Groups:
        found: Groups = defaultdict(list)
        for each in self.records:
            for key in keys(each.facts):
                if key:
                    found[key].append(each)
        return found

    def _by_number(self, row: str, group: Sequence[Record]) -> Iterator[tuple[str, Record, Record]]:
        """P1, P2, P3."""
        spoiled = disproved(group)
        for a, b in combinations(group, 2):
            agree = names_agree(a.facts.name, b.facts.name)
            if contradiction(a, b) or (not agree and (spoiled or a.facts.virtual or b.facts.virtual)):
                continue
            if not spoiled:
                yield row, a, b
            elif row == "P1" and a.facts.naming is Naming.SCHEME and self._listed_once(a) and self._listed_once(b):
                yield "P2", a, b

    def _by_own_macs(self) -> Iterator[tuple[str, Record, Record]]:
        """P4a, P4b."""
        shared: dict[tuple[Record, Record], int] = defaultdict(int)
        for group in self._bearing(lambda facts: facts.own).values():
            if not disproved(group):
                for pair in combinations(group, 2):
                    shared[pair] += 1
        for (a, b), count in shared.items():
            agree = names_agree(a.facts.name, b.facts.name)
            if (count > 1 or agree) and not contradiction(a, b):
                yield ("P4b" if agree else "P4a"), a, b

    def _by_weak_macs(self) -> Iterator[tuple[str, Record, Record]]:
        """P4c."""
        for group in self._bearing(lambda facts: facts.weak).values():
            for a, b in combinations(group, 2):
                one, two = a.facts, b.facts
                fits = names_agree(one.name, two.name) and Naming.DEFAULT not in (one.naming, two.naming)
                apart = one.own and two.own and not one.own & two.own
                if fits and not apart and self._listed_once(a) and self._listed_once(b) and not contradiction(a, b):
                    yield "P4c", a, b

    def _by_user(self) -> Iterator[tuple[Record, Record]]:
        """P5. Not among removed records: a name with its user passes on to the next machine."""
        for a in self.records:
            if not (a.present and a.facts.logins and a.facts.name) or a.facts.naming is Naming.DEFAULT:
                continue
            for account in self._accounts:
                if self._vendor[account] <= a.vendor:
                    continue
                there = self._same_user(a, account)
                if len(there) == 1 and self._same_user(there[0], a.account) == [a] and not contradiction(a, there[0]):
                    yield a, there[0]

    def _same_user(self, record: Record, account: str) -> list[Record]:
        facts = record.facts
        return [each for each in self._agreeing(record, account) if each.facts.logins & facts.logins]

    def _agreeing(self, record: Record, account: str) -> list[Record]:
        """The present records of an account whose names agree with the record's."""
        near = self._listed[account, record.facts.name[:CUT]]
        return [each for each in near if names_agree(each.facts.name, record.facts.name)]

    def _listed_once(self, record: Record) -> bool:
        """Whether no account lists the name more than once, and the record's own account nothing else under it."""
        own = self._agreeing(record, record.account)
        return all(each is record for each in own) and all(len(self._agreeing(record, account)) <= 1 for account in self._accounts)

    def _by_name(self) -> Iterator[tuple[Record, Record]]:
        """P6."""
        for (_account, _), near in list(self._listed.items()):
            for a in near:
                if a.facts.naming is not Naming.SCHEME or self._age(a) > LIVE[a.vendor]:
                    continue
                everywhere = [each for account in self._accounts for each in self._agreeing(a, account)]
                for b in everywhere:
                    if b.vendor > a.vendor and self._named_alone(a, b, everywhere):
                        yield a, b

    def _named_alone(self, a: Record, b: Record, everywhere: Sequence[Record]) -> bool:
        vendors = [each.vendor for each in everywhere]
        groups = product(self._group[a], self._group[b])
        return (
            a.facts.name == b.facts.name
            and vendors.count(a.vendor) == vendors.count(b.vendor) == 1
            and self._age(b) <= LIVE[b.vendor]
            and (a.facts.has_no_key or b.facts.has_no_key)
            and not (a.facts.logins and b.facts.logins)  # where both name a user, P5 decides
            and not any(contradiction(x, y) for x, y in (*groups, *combinations(everywhere, 2)))
        )


def disproved(group: Sequence[Record]) -> bool:
    """Whether two bearers of a key contradict each other otherwise than by their serials."""
    return any(contradiction(a, b) not in ("", "X6") for a, b in combinations(group, 2))
