"""Why the sightings of a device are one machine, in sentences, and what nearly belonged to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from devices.matching.explanations import COMMON, DIFFERS, RULED, WITNESS
from devices.matching.grouping import MOST_SIGHTINGS, PERSON
from devices.models import Device, Join, Ruling
from vendors.states import IdKind

MOST_RULINGS = 50
WORDS = {
    IdKind.SERIAL: "serial",
    IdKind.BIOS_UUID: "BIOS UUID",
    IdKind.MAC: "MAC address",
    IdKind.HOSTNAME: "hostname",
    IdKind.USER: "user",
}


@dataclass(frozen=True, slots=True)
class NearMatch:
    """A key that did not join, and the device that has it too, if it is one."""

    sentence: str
    device: int | None


@dataclass(frozen=True, slots=True)
class MatchExplanation:
    """Of one sighting."""

    joined: str
    weak: bool
    agrees: str
    differs: list[str] = field(default_factory=list)
    near: list[NearMatch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OverrideText:
    """A person's word that is in force: what it says, and the other device where two were taken apart."""

    ruling: Ruling
    sentence: str
    other: Device | None


def rulings(device: int) -> list[OverrideText]:
    """One query."""
    either = Q(first__device=device) | Q(second__device=device)
    beside = ("first__account", "second__account", "first__device", "second__device", "made_by")
    found = Ruling.objects.filter(either, ended_at=None).select_related(*beside).defer(*(f"{one}__raw" for one in ("first", "second")))
    return [_word_of(each, device) for each in found.order_by("pk")[:MOST_RULINGS]]


def _word_of(ruling: Ruling, device: int) -> OverrideText:
    one, two = (f"{each.name or each.external_id} ({each.account.name})" for each in (ruling.first, ruling.second))
    other = ruling.second.device if ruling.first.device_id == device else ruling.first.device
    said = f"{one} and {two} are {'one machine' if ruling.together else 'two machines'}"
    return OverrideText(ruling, said, other if other.pk != device else None)


def joins(labels: dict[int, str]) -> dict[int, MatchExplanation]:
    """`labels`: sighting → what the page calls it. Only sightings that share a key with another one have something to tell."""
    found = {each.pk: each for each in Join.objects.filter(pk__in=list(labels))}
    named = {miss["with"] for each in found.values() for miss in each.near if miss.get("with")}
    devices = dict(Device.objects.filter(sightings__in=named).values_list("sightings", "pk")) if named else {}
    return {pk: _why(found[pk], labels, devices) for pk in labels if pk in found}


def _why(join: Join, labels: dict[int, str], devices: dict[int, int]) -> MatchExplanation:
    partner = labels.get(join.partner_id or 0, "another answer")
    joined = "Stands alone"
    if join.kind == PERSON:
        joined = f"Joined to {partner} by a person"
    elif join.kind:
        joined = f"Joined to {partner} by {_word(join.kind)} {join.key}"
    return MatchExplanation(
        joined=joined,
        weak=join.weak,
        agrees=_listed(kind for kind, _ in join.agrees),
        differs=[f"{_word(kind)} differs: {ours} here, {theirs} elsewhere" for kind, ours, theirs in join.differs],
        near=[NearMatch(_sentence(miss), devices.get(miss.get("with") or 0)) for miss in join.near],
    )


def _sentence(miss: dict[str, Any]) -> str:
    same = f"same {_word(miss['kind'])} {miss['key']}"
    if miss["why"] == COMMON:
        count = f"at least {miss['devices']}" if miss["devices"] else f"more than {MOST_SIGHTINGS}"
        return f"The {_word(miss['kind'])} {miss['key']} joins nothing: it is on {count} devices"
    reasons = {
        DIFFERS: f"but the {_word(miss.get('of', ''))} differs",
        WITNESS: f"but no {_word(miss.get('of', ''))} confirms it",
        RULED: "but a person took them apart",
    }
    return f"Not joined: {same}, {reasons.get(miss['why'], 'but it could as well belong to another device')}"


def _listed(kinds: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(_word(kind) for kind in kinds))


def _word(kind: str) -> str:
    return WORDS[IdKind(kind)] if kind in WORDS else kind
