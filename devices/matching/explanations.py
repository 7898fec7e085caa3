"""Why a sighting is where it is: what joined it, which keys agree and differ, and what nearly joined it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from devices.matching.grouping import PERSON, Cluster, Match, Overrides, SightingKeys
from devices.matching.rules import KINDS, NOTHING, Key, conflicting_key, missing_corroboration
from vendors.states import IdKind

MOST_NEAR = 8  # near misses kept per sighting
COMMON, DIFFERS, WITNESS, RULED, DOUBT = "common", "differs", "witness", "ruled", "doubt"
Common = Mapping[Key, int | None]  # keys that join nothing → on how many machines each stands; None: too many to count
NOBODY: tuple[SightingKeys, ...] = ()
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
    told: SightingKeys, group: Cluster, *, holders: Mapping[Key, Sequence[SightingKeys]], common: Common, rulings: Overrides
) -> MatchReason | None:
    """None when nobody else has any of its keys: then there is nothing to explain."""
    if len(group.members) == 1 and all(len(holders.get(pair, NOBODY)) < 2 and pair not in common for pair in told.strong):
        return None  # most of a fleet: said at once
    near = _near(told, group, holders, common, rulings)
    if len(group.members) == 1:
        return MatchReason("", "", None, False, [], [], near) if near else None
    tie = min((tie for tie in group.ties if told.id in (tie.first, tie.second)), key=lambda tie: (_RANK[tie.kind], tie.key))
    others = _keys_of(each for each in group.members if each is not told)
    agrees = [[kind.value, key] for kind in KINDS for key in sorted(told.keys.get(kind, NOTHING) & others.get(kind, NOTHING))]
    return MatchReason(tie.kind, tie.key, _partner(told, tie), tie.kind == IdKind.HOSTNAME, agrees, _differing(told.keys, others), near)


def _partner(told: SightingKeys, tie: Match) -> int:
    return tie.second if tie.first == told.id else tie.first


def _keys_of(sightings: Iterable[SightingKeys]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for told in sightings:
        for kind, keys in told.keys.items():
            found.setdefault(kind, set()).update(keys)
    return {kind: frozenset(keys) for kind, keys in found.items()}


def _differing(own: Mapping[str, frozenset[str]], others: Mapping[str, frozenset[str]]) -> list[list[str]]:
    pairs = ((kind, own.get(kind, NOTHING), others.get(kind, NOTHING)) for kind in KINDS)
    return [[kind.value, min(mine), min(theirs)] for kind, mine, theirs in pairs if mine and theirs and not mine & theirs]


def _near(
    told: SightingKeys, group: Cluster, holders: Mapping[Key, Sequence[SightingKeys]], common: Common, rulings: Overrides
) -> list[dict[str, Any]]:
    """Keys that stand on many devices, then whoever shares a key and yet is another device, each once by the strongest such key."""
    members = {each.id for each in group.members}
    shared: list[dict[str, Any]] = []
    refused: dict[int, dict[str, Any]] = {}
    for kind, key in told.strong:
        found = holders.get((kind, key), NOBODY)
        if (kind, key) in common:
            shared.append({"kind": kind, "key": key, "why": COMMON, "devices": common[kind, key]})
            continue
        for other in sorted(found, key=lambda each: each.order):
            if other.id not in members and other.id not in refused:
                refused[other.id] = {"kind": kind, "key": key, "with": other.id, **_why(told, other, kind, rulings)}
    return [*shared, *refused.values()][:MOST_NEAR]


def _why(told: SightingKeys, other: SightingKeys, kind: str, rulings: Overrides) -> dict[str, str]:
    if (min(told.id, other.id), max(told.id, other.id)) in rulings.apart:
        return {"why": RULED}
    if against := conflicting_key(told.keys, other.keys, kind):
        return {"why": DIFFERS, "of": against}
    if wanting := missing_corroboration(told.keys, other.keys, kind):
        return {"why": WITNESS, "of": wanting}
    return {"why": DOUBT}
