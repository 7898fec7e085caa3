"""Match explanations: the key that matched a sighting, keys that agree and differ, and near matches. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from devices.matching.grouping import PERSON, Cluster, Match, Overrides, SightingKeys
from devices.matching.rules import KINDS, NOTHING, Key, conflicting_key, missing_corroboration
from vendors.states import IdKind

MOST_NEAR = 8  # near misses kept per sighting
COMMON, DIFFERS, WITNESS, RULED, DOUBT = "common", "differs", "witness", "ruled", "doubt"
Common = Mapping[Key, int | None]  # keys that are not used → shared by how many machines; None: too many to count
NO_HOLDERS: tuple[SightingKeys, ...] = ()
_RANK = {PERSON: -1, **{kind.value: rank for rank, kind in enumerate(KINDS)}}


@dataclass(frozen=True, slots=True)
class MatchReason:
    """`agrees`: [kind, key]; `differs`: [kind, own key, the others' key]; `near`: kind, key, why, and what goes with that why."""

    kind: str
    key: str
    partner: int | None
    weak: bool
    agrees: list[list[str]]
    differs: list[list[str]]
    near: list[dict[str, Any]]


def reason(
    member: SightingKeys, group: Cluster, *, holders: Mapping[Key, Sequence[SightingKeys]], common: Common, rulings: Overrides
) -> MatchReason | None:
    """None when no other sighting has any of its keys."""
    if len(group.members) == 1 and all(len(holders.get(pair, NO_HOLDERS)) < 2 and pair not in common for pair in member.strong):
        return None  # most of a fleet
    near = _near(member, group, holders, common, rulings)
    if len(group.members) == 1:
        return MatchReason("", "", None, False, [], [], near) if near else None
    tie = min((tie for tie in group.ties if member.id in (tie.first, tie.second)), key=lambda tie: (_RANK[tie.kind], tie.key))
    others = _keys_of(each for each in group.members if each is not member)
    agrees = [[kind.value, key] for kind in KINDS for key in sorted(member.keys.get(kind, NOTHING) & others.get(kind, NOTHING))]
    return MatchReason(tie.kind, tie.key, _partner(member, tie), tie.kind == IdKind.HOSTNAME, agrees, _differing(member.keys, others), near)


def _partner(member: SightingKeys, tie: Match) -> int:
    return tie.second if tie.first == member.id else tie.first


def _keys_of(sightings: Iterable[SightingKeys]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for member in sightings:
        for kind, keys in member.keys.items():
            found.setdefault(kind, set()).update(keys)
    return {kind: frozenset(keys) for kind, keys in found.items()}


def _differing(own: Mapping[str, frozenset[str]], others: Mapping[str, frozenset[str]]) -> list[list[str]]:
    pairs = ((kind, own.get(kind, NOTHING), others.get(kind, NOTHING)) for kind in KINDS)
    return [[kind.value, min(mine), min(theirs)] for kind, mine, theirs in pairs if mine and theirs and not mine & theirs]


def _near(
    member: SightingKeys, group: Cluster, holders: Mapping[Key, Sequence[SightingKeys]], common: Common, rulings: Overrides
) -> list[dict[str, Any]]:
    """Keys that many devices share, then sightings of other devices that share a key, each once by the strongest such key."""
    members = {each.id for each in group.members}
    shared: list[dict[str, Any]] = []
    refused: dict[int, dict[str, Any]] = {}
    for kind, key in member.strong:
        found = holders.get((kind, key), NO_HOLDERS)
        if (kind, key) in common:
            shared.append({"kind": kind, "key": key, "why": COMMON, "devices": common[kind, key]})
            continue
        for other in sorted(found, key=lambda each: each.order):
            if other.id not in members and other.id not in refused:
                refused[other.id] = {"kind": kind, "key": key, "with": other.id, **_why(member, other, kind, rulings)}
    return [*shared, *refused.values()][:MOST_NEAR]


def _why(member: SightingKeys, other: SightingKeys, kind: str, rulings: Overrides) -> dict[str, str]:
    if (min(member.id, other.id), max(member.id, other.id)) in rulings.apart:
        return {"why": RULED}
    if against := conflicting_key(member.keys, other.keys, kind):
        return {"why": DIFFERS, "of": against}
    if wanting := missing_corroboration(member.keys, other.keys, kind):
        return {"why": WITNESS, "of": wanting}
    return {"why": DOUBT}
