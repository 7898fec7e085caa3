"""Matching rules: when two sightings are one machine. Pure.

A differing stronger key blocks a weaker one, and a key that moves between machines needs a second one that agrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vendors.states import IdKind

STRENGTH = (IdKind.SERIAL, IdKind.BIOS_UUID, IdKind.MAC, IdKind.HOSTNAME)
KINDS = (*STRENGTH, IdKind.USER)

Keys = Mapping[str, frozenset[str]]
Key = tuple[str, str]
NOTHING: frozenset[str] = frozenset()
_STRONGER: Mapping[str, tuple[IdKind, ...]] = {kind: STRENGTH[:place] for place, kind in enumerate(STRENGTH)}


def conflicting_key(own: Mapping[str, Iterable[str]], other: Mapping[str, Iterable[str]], kind: str) -> str:
    """The kind of key that contradicts a match by `kind`, or "".

    Serial and BIOS UUID must not contradict each other, nor may any key stronger than the one that matches. Cloned virtual machines
    share both and differ in hostname and MAC: there a differing hostname needs a common MAC. A kind that STRENGTH does not name is
    weaker than all that it names.
    """
    stronger = (IdKind.SERIAL, IdKind.BIOS_UUID, *_STRONGER.get(kind, STRENGTH))
    for each in stronger:
        if each != kind and _differ(own, other, each):
            return each.value
    cloned = kind in STRENGTH[:2] and _differ(own, other, IdKind.HOSTNAME) and not _common(own, other, IdKind.MAC)
    if cloned:
        return IdKind.HOSTNAME.value
    return IdKind.USER.value if kind == IdKind.HOSTNAME and _differ(own, other, IdKind.USER) else ""


def missing_corroboration(own: Keys, other: Keys, kind: str) -> str:
    """The kind of a second key that would have to agree, or "": a MAC alone may be a dock's, a hostname alone a reused name."""
    if kind == IdKind.HOSTNAME:
        return "" if _common(own, other, IdKind.USER) else IdKind.USER.value
    if kind != IdKind.MAC or _common(own, other, IdKind.HOSTNAME):
        return ""
    mine, theirs = own[kind], other[kind]
    within = mine <= theirs or theirs <= mine
    named_alike = not _differ(own, other, IdKind.HOSTNAME)
    enough = within and (named_alike or len(mine & theirs) > 1)
    return "" if enough else IdKind.HOSTNAME.value


def joinable(own: Keys, other: Keys, kind: str) -> bool:
    return not conflicting_key(own, other, kind) and not missing_corroboration(own, other, kind)


def _differ(own: Mapping[str, Iterable[str]], other: Mapping[str, Iterable[str]], kind: str) -> bool:
    mine, theirs = own.get(kind), other.get(kind)
    return bool(mine and theirs and set(mine).isdisjoint(theirs))


def _common(own: Mapping[str, Iterable[str]], other: Mapping[str, Iterable[str]], kind: str) -> bool:
    mine, theirs = own.get(kind), other.get(kind)
    return bool(mine and theirs and not set(mine).isdisjoint(theirs))
