"""Match explanations of a device as text: which identifiers matched its records, and which records nearly matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.text import get_text_list
from django.utils.translation import gettext, gettext_lazy, pgettext

from devices.matching.evidence_texts import EvidenceText, ReportedValues, evidence_texts, key_text, reported_values, shared_key
from devices.matching.explanations import COMMON, DIFFERS, DOUBT, LACKS, OVERRIDDEN, PERSON
from devices.matching.rarity import MOST_RECORDS
from devices.matching.rules import RULES
from devices.models import Device, Join, Ruling, Sighting
from vendors.states import IdKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_RULINGS = 200  # overrides; a decision is several of them
KIND_NAMES: dict[str, StrOrPromise] = {
    IdKind.SERIAL: gettext_lazy("serial"),
    IdKind.BIOS_UUID: gettext_lazy("BIOS UUID"),
    IdKind.MAC: gettext_lazy("MAC address"),
    IdKind.HOSTNAME: gettext_lazy("hostname"),
    IdKind.USER: gettext_lazy("user"),
}
NEAR_MATCHES: dict[str, StrOrPromise] = {
    DIFFERS: gettext_lazy("evidence against it"),
    LACKS: gettext_lazy("insufficient evidence"),
    OVERRIDDEN: gettext_lazy("kept separate by a user"),
    DOUBT: gettext_lazy("another match contradicts it or is as good"),
}


@dataclass(frozen=True, slots=True)
class NearMatch:
    """Why a record is not on another device with which it shares a key; `device` and `name`: the other one, with the evidence."""

    sentence: str
    device: int | None
    name: str = ""
    evidence: list[EvidenceText] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MatchExplanation:
    """Of one record. `weak`: without hardware ids in common; `ignored`: keys that too many devices have.

    `total`: the sum of the evidence, of which JOIN is needed.
    """

    joined: str
    weak: bool
    evidence: list[EvidenceText] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    near: list[NearMatch] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(each.weight for each in self.evidence)


@dataclass(frozen=True, slots=True)
class OverrideText:
    """A user's decision in force, and the other device where two were kept separate. `ruling`: one of its overrides."""

    ruling: Ruling
    sentence: str
    other: Device | None


def rulings(device: int, records: Sequence[int]) -> list[OverrideText]:
    """The decisions about a device with these records, the oldest first. One query, and one more if there are any."""
    own = Ruling.objects.filter(Q(first__in=records) | Q(second__in=records), ended_at=None).order_by("pk")
    found = list(own.values_list("pk", flat=True)[:MOST_RULINGS])
    decisions: dict[UUID, list[Ruling]] = {}
    for each in _in_force().filter(pk__in=found).order_by("pk") if found else ():
        decisions.setdefault(each.decision, []).append(each)
    return [_override(found, device) for found in decisions.values()]


def override_text(ruling: Ruling, device: int) -> OverrideText:
    """The decision that an override in force belongs to, as the page of a device shows it. One query."""
    return _override(list(_in_force().filter(decision=ruling.decision).order_by("pk")[:MOST_RULINGS]), device)


def _in_force() -> QuerySet[Ruling]:
    beside = ("first__account", "second__account", "first__device", "second__device", "made_by")
    return Ruling.objects.filter(ended_at=None).select_related(*beside).defer("first__raw", "second__raw")


def _override(decision: Sequence[Ruling], device: int) -> OverrideText:
    ruling = decision[0]
    records = list({record.pk: record for each in decision for record in (each.first, each.second)}.values())
    here = [record for record in records if record.device_id == device]
    beyond = [record for record in records if record.device_id != device]
    if ruling.together:
        return OverrideText(ruling, gettext("%(records)s merged") % {"records": _named(records)}, None)
    names = {"records": _named(here), "others": _named(beyond)}
    return OverrideText(ruling, gettext("%(records)s kept separate from %(others)s") % names, next((each.device for each in beyond), None))


def _named(records: Sequence[Sighting]) -> str:
    return get_text_list([f"{each.name or each.external_id} ({each.account.name})" for each in records], gettext("and"))


def joins(labels: dict[int, str]) -> dict[int, MatchExplanation]:
    """`labels`: record → its name on the page. Only records that share a key with another one have an explanation."""
    found = {each.pk: each for each in Join.objects.filter(pk__in=list(labels))}
    beyond = {miss["with"] for each in found.values() for miss in each.near if miss.get("with")}
    rows = Device.objects.filter(sightings__in=beyond).values_list("sightings", "pk", "name") if beyond else []
    devices = {record: (device, name) for record, device, name in rows}
    values = reported_values({*labels, *beyond}) if found else {}
    return {pk: _why(found[pk], labels, devices, values) for pk in labels if pk in found}


def _why(join: Join, labels: dict[int, str], devices: dict[int, tuple[int, str]], values: ReportedValues) -> MatchExplanation:
    names = {
        "source": labels.get(join.partner_id or 0) or pgettext("matched with", "another record"),
        "kind": _kind(join.kind),
        "key": key_text(join.kind, join.key, values),
    }
    if join.kind == PERSON:
        joined = gettext("Matched with %(source)s by a user")
    elif join.kind:
        joined = gettext("Matched with %(source)s by %(kind)s %(key)s")
    else:
        joined = gettext("Not matched with another record")
    ignored = [_ignored(miss, values) for miss in join.near if miss["why"] == COMMON]
    return MatchExplanation(joined % names, join.weak, evidence_texts(join.evidence, values), ignored, _near(join, devices, values))


def _near(join: Join, devices: dict[int, tuple[int, str]], values: ReportedValues) -> list[NearMatch]:
    """Each other device once, by the record with the most evidence against it."""
    by_device: dict[int, dict[str, Any]] = {}
    for miss in sorted((each for each in join.near if each["why"] != COMMON), key=_total):
        device, _ = devices.get(miss["with"], (0, ""))
        by_device.setdefault(device, miss)
    found = []
    for miss in sorted(by_device.values(), key=join.near.index):
        other, name = devices.get(miss["with"], (0, ""))
        sentence = str(NEAR_MATCHES.get(miss["why"], NEAR_MATCHES[DOUBT]))
        found.append(NearMatch(sentence, other or None, name, _evidence(miss, values)))
    return found


def _evidence(miss: dict[str, Any], values: ReportedValues) -> list[EvidenceText]:
    """With the key that both have where it counts nothing, such as the MAC address of a dock."""
    found = evidence_texts(miss.get("evidence", []), values)
    if any(not each.against for each in found) or miss["kind"] not in RULES:
        return found
    return [shared_key(miss["kind"], miss["key"], values), *found]


def _total(miss: dict[str, Any]) -> int:
    return sum(RULES[rule].weight for rule, *_ in miss.get("evidence", ()) if rule in RULES)


def _ignored(miss: dict[str, Any], values: ReportedValues) -> str:
    names = {"kind": _kind(miss["kind"]), "key": key_text(miss["kind"], miss["key"], values)}
    if miss["devices"]:
        text = gettext("Ignored: %(kind)s %(key)s is shared by at least %(number)s devices")
        return text % {**names, "number": miss["devices"]}
    return gettext("Ignored: %(kind)s %(key)s is shared by more than %(number)s devices") % {**names, "number": MOST_RECORDS}


def _kind(kind: str) -> str:
    return str(KIND_NAMES.get(kind, kind))
