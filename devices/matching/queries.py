"""Match explanations of a device as text: which identifiers matched its records, and which records nearly matched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy, pgettext

from devices.matching.explanations import COMMON, DIFFERS, DOUBT, LACKS, OVERRIDDEN, PERSON
from devices.matching.rarity import MOST_RECORDS
from devices.matching.rules import EXCLUDED, RULES
from devices.models import Device, Join, Ruling
from vendors.states import IdKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_RULINGS = 50
KIND_NAMES: dict[str, StrOrPromise] = {
    IdKind.SERIAL: gettext_lazy("serial"),
    IdKind.BIOS_UUID: gettext_lazy("BIOS UUID"),
    IdKind.MAC: gettext_lazy("MAC address"),
    IdKind.HOSTNAME: gettext_lazy("hostname"),
    IdKind.USER: gettext_lazy("user"),
}
NEAR_MATCHES: dict[str, StrOrPromise] = {
    DIFFERS: gettext_lazy("Not matched: same %(kind)s %(key)s, but evidence against it"),
    LACKS: gettext_lazy("Not matched: same %(kind)s %(key)s, without further evidence"),
    OVERRIDDEN: gettext_lazy("Not matched: same %(kind)s %(key)s, split by a user"),
    DOUBT: gettext_lazy("Not matched: same %(kind)s %(key)s, ambiguous between several devices"),
}


@dataclass(frozen=True, slots=True)
class EvidenceText:
    """A piece of evidence as a phrase, and its weight; `excludes`: it outweighs everything."""

    phrase: str
    weight: int

    @property
    def excludes(self) -> bool:
        return self.weight <= EXCLUDED

    @property
    def against(self) -> bool:
        return self.weight < 0

    @property
    def signed(self) -> str:
        """`+6`, or `−4` with a true minus sign."""
        return f"+{self.weight}" if self.weight > 0 else f"\N{MINUS SIGN}{-self.weight}"


@dataclass(frozen=True, slots=True)
class NearMatch:
    """A shared key that did not match, the other device that has it, and the evidence of the pair."""

    sentence: str
    device: int | None
    evidence: list[EvidenceText] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MatchExplanation:
    """Of one record. `weak`: matched on hostname and user only; `total`: the sum of the evidence, of which JOIN is needed."""

    joined: str
    weak: bool
    evidence: list[EvidenceText] = field(default_factory=list)
    near: list[NearMatch] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(each.weight for each in self.evidence)


@dataclass(frozen=True, slots=True)
class OverrideText:
    """A match override in force, and the other device where two were split."""

    ruling: Ruling
    sentence: str
    other: Device | None


def rulings(device: int) -> list[OverrideText]:
    """One query."""
    either = Q(first__device=device) | Q(second__device=device)
    beside = ("first__account", "second__account", "first__device", "second__device", "made_by")
    found = Ruling.objects.filter(either, ended_at=None).select_related(*beside).defer(*(f"{one}__raw" for one in ("first", "second")))
    return [_override(each, device) for each in found.order_by("pk")[:MOST_RULINGS]]


def _override(ruling: Ruling, device: int) -> OverrideText:
    one, two = (f"{each.name or each.external_id} ({each.account.name})" for each in (ruling.first, ruling.second))
    other = ruling.second.device if ruling.first.device_id == device else ruling.first.device
    text = gettext("%(first)s and %(second)s merged") if ruling.together else gettext("%(first)s and %(second)s split")
    return OverrideText(ruling, text % {"first": one, "second": two}, other if other.pk != device else None)


def joins(labels: dict[int, str]) -> dict[int, MatchExplanation]:
    """`labels`: record → its name on the page. Only records that share a key with another one have an explanation."""
    found = {each.pk: each for each in Join.objects.filter(pk__in=list(labels))}
    named = {miss["with"] for each in found.values() for miss in each.near if miss.get("with")}
    devices = dict(Device.objects.filter(sightings__in=named).values_list("sightings", "pk")) if named else {}
    return {pk: _why(found[pk], labels, devices) for pk in labels if pk in found}


def _why(join: Join, labels: dict[int, str], devices: dict[int, int]) -> MatchExplanation:
    names = {
        "source": labels.get(join.partner_id or 0) or pgettext("matched with", "another record"),
        "kind": _kind(join.kind),
        "key": join.key,
    }
    if join.kind == PERSON:
        joined = gettext("Matched with %(source)s by a user")
    elif join.kind:
        joined = gettext("Matched with %(source)s by %(kind)s %(key)s")
    else:
        joined = gettext("Not matched with another record")
    near = [NearMatch(_sentence(miss), devices.get(miss.get("with") or 0), evidence_texts(miss.get("evidence", []))) for miss in join.near]
    return MatchExplanation(joined % names, join.weak, evidence_texts(join.evidence), near)


def evidence_texts(stored: list[list[str]]) -> list[EvidenceText]:
    """`stored`: [rule, own, other], as in Join. A rule that this version does not know is left out."""
    return [
        EvidenceText(gettext(RULES[rule].label) % {"own": own, "other": other}, RULES[rule].weight)
        for rule, own, other in stored
        if rule in RULES
    ]


def _sentence(miss: dict[str, Any]) -> str:
    names = {"kind": _kind(miss["kind"]), "key": miss["key"]}
    if miss["why"] != COMMON:
        return str(NEAR_MATCHES.get(miss["why"], NEAR_MATCHES[DOUBT])) % names
    if miss["devices"]:
        text = gettext("Ignored: %(kind)s %(key)s is shared by at least %(number)s devices")
        return text % {**names, "number": miss["devices"]}
    return gettext("Ignored: %(kind)s %(key)s is shared by more than %(number)s devices") % {**names, "number": MOST_RECORDS}


def _kind(kind: str) -> str:
    return str(KIND_NAMES.get(kind, kind))
