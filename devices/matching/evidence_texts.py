"""Evidence as phrases, with serials, BIOS UUIDs and MAC addresses as a vendor reports them and not as their normalized keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from devices.matching.explanations import kind_of_rule
from devices.matching.record import Key
from devices.matching.rules import EXCLUDED, RULES
from devices.models import Identifier
from devices.search.mac_notations import shown
from vendors.states import Family, IdKind

ReportedValues = Mapping[Key, str]
NO_VALUES: ReportedValues = {}
LONGEST_INITIALS = 3  # HP, LG, MSI
_BRANDS = {"asus": "ASUS", "vmware": "VMware"}


@dataclass(frozen=True, slots=True)
class EvidenceText:
    """A piece of evidence as a phrase, and its weight, 0 if it counts nothing; `excludes`: it outweighs everything."""

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
        """`+6`, `0`, or `−4` with a true minus sign."""
        return f"\N{MINUS SIGN}{-self.weight}" if self.against else f"{self.weight:+d}" if self.weight else "0"


def reported_values(records: Collection[int]) -> ReportedValues:
    """The value of each serial, BIOS UUID and MAC address of these records. One query."""
    found = Identifier.objects.filter(sighting__in=list(records), kind__in=[IdKind.SERIAL, IdKind.BIOS_UUID, IdKind.MAC])
    rows = found.exclude(value="").values_list("sighting_id", "kind", "key", "value")
    return {(kind, key): value for _, kind, key, value in sorted(rows, reverse=True)}  # of several, that of the oldest record


def evidence_texts(stored: Sequence[Sequence[str]], values: ReportedValues = NO_VALUES) -> list[EvidenceText]:
    """`stored`: [rule, own, other], as in Join. A rule that this version does not know is left out."""
    return [_text(rule, own, other, values) for rule, own, other in stored if rule in RULES]


def _text(rule: str, own: str, other: str, values: ReportedValues) -> EvidenceText:
    names = {"own": _value(rule, own, values), "other": _value(rule, other, values)}
    return EvidenceText(gettext(RULES[rule].label) % names, RULES[rule].weight)


def shared_key(kind: str, key: str, values: ReportedValues) -> EvidenceText:
    """A key that two records have, and that is no evidence for them."""
    return EvidenceText(gettext(RULES[kind].label) % {"own": key_text(kind, key, values)}, 0)


def key_text(kind: str, key: str, values: ReportedValues) -> str:
    """A key as a vendor reports it, or as it is commonly written."""
    if known := values.get((kind, key)):
        return known
    return shown(key) if kind == IdKind.MAC and len(key) == 12 else key.upper() if kind == IdKind.SERIAL else key


def _value(rule: str, key: str, values: ReportedValues) -> str:
    kind = kind_of_rule(rule)
    if kind == "family":
        return gettext(Family.labelled(key))
    if kind == "brand":
        return _BRANDS.get(key, key.upper() if len(key) <= LONGEST_INITIALS else key.capitalize())
    return key_text(kind, key, values)
