"""Match explanations: the evidence that put a record on its device, and near matches with theirs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from devices.matching.evidence import Comparison
from devices.matching.grouping import Cluster, Overrides, Pair
from devices.matching.rarity import Comparisons
from devices.matching.record import STRENGTH, Key, MatchRecord
from devices.matching.rules import EXCLUDED, POSSIBLE, TIMED
from vendors.states import IdKind

PERSON = "person"  # the kind of a match that a user made
MOST_NEAR = 8  # near matches kept per record
COMMON, DIFFERS, LACKS, OVERRIDDEN, DOUBT = "common", "differs", "witness", "ruled", "doubt"
KINDS_OF_RULES = (*STRENGTH, IdKind.USER)
NO_HOLDERS: tuple[MatchRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchReason:
    """`kind` and `key`: the best evidence; `evidence`: all of the pair, as [rule, own, other]; `near`: kind, key, why, and its evidence."""

    kind: str
    key: str
    partner: int | None
    weak: bool
    evidence: list[list[str]]
    near: list[dict[str, Any]]

    @property
    def timed(self) -> bool:
        """It rests on two records being in contact at the same time, which can end without a change of either."""
        return any(rule in TIMED for miss in self.near for rule, *_ in miss.get("evidence", ()))


@dataclass(frozen=True, slots=True)
class PossiblePair:
    """Two records on different devices whose evidence does not suffice, or is ambiguous. `first` is the lower id."""

    first: int
    second: int
    total: int
    evidence: list[list[str]]


def reason(
    member: MatchRecord, group: Cluster, *, holders: Mapping[Key, Sequence[MatchRecord]], comparisons: Comparisons, overrides: Overrides
) -> MatchReason | None:
    """None when no other record has any of its keys."""
    common = comparisons.common
    alone = len(group.members) == 1
    if alone and all(len(holders.get(key, NO_HOLDERS)) < 2 and key not in common for key in member.found_by):
        return None
    near = _near(member, group, holders, comparisons, overrides)
    if alone:
        return MatchReason("", "", None, False, [], near) if near else None
    partner, found = _best(member, group, comparisons, overrides)
    if not found.joins:
        return MatchReason(PERSON, "", partner.id, False, stored(found, member, partner), near)
    best = max((each for each in found.evidence if each.weight > 0), key=lambda each: each.weight)
    return MatchReason(kind_of_rule(best.rule), best.own, partner.id, found.weak, stored(found, member, partner), near)


def possible(groups: Sequence[Cluster], compared: Sequence[Pair], overrides: Overrides) -> list[PossiblePair]:
    """The pairs of live records that a user has to decide about. Two devices that exclude each other are proved to be two machines."""
    device = {member.id: number for number, group in enumerate(groups) for member in group.members}
    uncertain = [
        each
        for each in compared
        if each.comparison.total >= POSSIBLE
        and device[each.first.id] != device[each.second.id]
        and (each.first.live and each.second.live)
        and _pair(each.first, each.second) not in overrides.apart
        and _telling(each.comparison)
    ]
    if not uncertain:
        return []
    proved = {
        frozenset((device[one.id], device[other.id]))
        for one, other, comparison in compared
        if comparison.total <= EXCLUDED // 2 and one.live and other.live
    }
    found = []
    for one, other, comparison in uncertain:
        if frozenset((device[one.id], device[other.id])) not in proved:
            first, second = (one, other) if one.id < other.id else (other, one)
            found.append(PossiblePair(first.id, second.id, comparison.total, stored(comparison, first, second)))
    return found


def _telling(found: Comparison) -> bool:
    """A MAC address alone may be a dock's: that of two devices with different names is nothing to decide about."""
    kinds = {each.rule.partition("_")[0] for each in found.evidence if each.weight > 0}
    return bool(kinds - {"mac", "user"}) or any(each.rule == "mac_second" for each in found.evidence)


def _best(member: MatchRecord, group: Cluster, comparisons: Comparisons, overrides: Overrides) -> tuple[MatchRecord, Comparison]:
    """The record of the device that it matches best. One that a user merged with it comes last: the evidence may say it all."""
    others = [each for each in group.members if each is not member]
    if len(others) > 1:
        others.sort(key=lambda each: each.order)
    compared = [(other, comparisons.of(member, other)) for other in others]
    best = max(compared, key=lambda pair: pair[1].total) if len(compared) > 1 else compared[0]
    if best[1].joins:
        return best
    by_user = [pair for pair in compared if _pair(member, pair[0]) in overrides.together]
    return by_user[0] if by_user else best


def stored(found: Comparison, member: MatchRecord, other: MatchRecord) -> list[list[str]]:
    """Strongest first; what differs is seen from `member`."""
    turned = member.order > other.order
    pieces = sorted(found.evidence, key=lambda each: -each.weight)
    return [[each.rule, each.other, each.own] if turned and each.weight < 0 else [each.rule, each.own, each.other] for each in pieces]


def kind_of_rule(rule: str) -> str:
    """The kind of identifier that a rule is about, or the first word of its name."""
    return "bios_uuid" if rule.startswith("bios_uuid") else rule.partition("_")[0]


def _near(
    member: MatchRecord, group: Cluster, holders: Mapping[Key, Sequence[MatchRecord]], comparisons: Comparisons, overrides: Overrides
) -> list[dict[str, Any]]:
    """Keys that many devices share, then records of other devices that share a key, each once by the strongest such key."""
    members = {each.id for each in group.members}
    shared: list[dict[str, Any]] = []
    refused: dict[int, dict[str, Any]] = {}
    for key in member.found_by:
        found = holders.get(key, NO_HOLDERS)
        if not found and key in comparisons.common:
            shared.append({"kind": key[0], "key": key[1], "why": COMMON, "devices": comparisons.common[key]})
            continue
        outside = [each for each in found if each.id not in members and each.id not in refused and not _cut_only(key, member, each)]
        for other in sorted(outside, key=lambda each: each.order) if len(outside) > 1 else outside:
            comparison = comparisons.of(member, other)
            why = _why(member, other, comparison, overrides)
            refused[other.id] = {
                "kind": key[0], "key": key[1], "with": other.id, "why": why, "evidence": stored(comparison, member, other),
            }  # fmt: skip
    return [*shared, *refused.values()][:MOST_NEAR]


def _cut_only(key: Key, member: MatchRecord, other: MatchRecord) -> bool:
    """Two longer hostnames that begin alike: neither record reports what they have in common."""
    return key[0] == IdKind.HOSTNAME and key[1] not in member.names and key[1] not in other.names


def _why(member: MatchRecord, other: MatchRecord, found: Comparison, overrides: Overrides) -> str:
    if _pair(member, other) in overrides.apart:
        return OVERRIDDEN
    if found.joins:
        return DOUBT
    return DIFFERS if any(each.weight < 0 for each in found.evidence) else LACKS


def _pair(one: MatchRecord, other: MatchRecord) -> tuple[int, int]:
    return (min(one.id, other.id), max(one.id, other.id))
