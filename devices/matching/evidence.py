"""Evidence of a pair of records: each piece names its rule and the values that it rests on. Pure; the page shows exactly this."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from devices.matching.record import FORMER, NOTHING, Key, MatchRecord, parallel
from devices.matching.rules import EXCLUDED, HARDWARE, JOIN, RULES
from vendors.parsing import user_names
from vendors.parsing.host_names import default_name
from vendors.parsing.mac_addresses import weak
from vendors.parsing.model_names import same_model
from vendors.states import Family, IdKind

_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile("[0-9a-f]{32,}|[0-9a-z+/]{42,}={0,2}")
# Serials that a hypervisor gives, which a template passes on to its copies.
_VIRTUAL = ("vmware", "parallels")
_HYPERVISORS = ("vmware", "innotek", "qemu", "xen", "parallels", "nutanix", "amazon", "openstack", "proxmox", "ovirt", "red hat")

SERIAL, UUID, MAC, HOSTNAME, USER = IdKind.SERIAL, IdKind.BIOS_UUID, IdKind.MAC, IdKind.HOSTNAME, IdKind.USER


class Evidence(NamedTuple):
    """`own` and `other`: the values of the two records, "" where the rule needs none."""

    rule: str
    own: str = ""
    other: str = ""

    @property
    def weight(self) -> int:
        return RULES[self.rule].weight


@dataclass(frozen=True, slots=True)
class Rarity:
    """How telling keys are in this fleet. `shared`: proved to be on several machines. `common`: on too many, so it is no evidence.

    `schemes`: tests whether a hostname follows a naming scheme; `alone`: hostnames of which each vendor has one live record.
    """

    shared: Collection[Key] = frozenset()
    common: Collection[Key] = frozenset()
    alone: Collection[str] = frozenset()


NO_RARITY = Rarity()


class Comparison(NamedTuple):
    """All evidence of a pair, and its sum."""

    evidence: tuple[Evidence, ...]
    total: int

    @property
    def joins(self) -> bool:
        return self.total >= JOIN

    @property
    def weak(self) -> bool:
        """It rests on the hostname and the user only."""
        return all(each.rule.startswith(("hostname", "user")) for each in self.evidence if each.weight > 0)

    @property
    def excluded(self) -> bool:
        """No third record may put the two on one device: something excludes it, or their hardware differs and nothing outweighs that."""
        return self.total <= EXCLUDED // 2 or (self.total < JOIN and any(each.rule in HARDWARE for each in self.evidence))


def compare(one: MatchRecord, other: MatchRecord, rarity: Rarity = NO_RARITY) -> Comparison:
    found = list(_pieces(one, other, rarity))
    return Comparison(tuple(found), sum(RULES[each.rule].weight for each in found))


def _pieces(one: MatchRecord, other: MatchRecord, rarity: Rarity) -> Iterator[Evidence]:
    serial = _strong(SERIAL, one, other, rarity)
    uuid = _strong(UUID, one, other, rarity)
    macs = _macs(one, other, rarity)
    # One fact of firmware: the serial of many devices is a part of their UUID, and clones have both in common.
    if _weight(serial) > 0 and _weight(uuid) > 0:
        serial, uuid = (serial, []) if _weight(serial) >= _weight(uuid) else ([], uuid)
    yield from serial
    yield from uuid
    yield from macs
    hardware = any(each.weight > 0 for each in (*serial, *uuid, *macs))
    user = _user(one, other, hardware)
    yield from user
    yield from _hostnames(one, other, rarity, common_mac=any(each.rule.startswith("mac") and each.weight > 0 for each in macs), user=user)
    yield from _traits(one, other)


def _strong(kind: IdKind, one: MatchRecord, other: MatchRecord, rarity: Rarity) -> list[Evidence]:
    """Serial and BIOS UUID."""
    mine, theirs = one.keys.get(kind, NOTHING), other.keys.get(kind, NOTHING)
    if both := mine & theirs:
        telling = [key for key in both if (kind, key) not in rarity.common]
        alone = [key for key in telling if (kind, key) not in rarity.shared]
        if telling:
            return [Evidence(kind.value if alone else f"{kind.value}_shared", *[min(alone or telling)] * 2)]
        return []
    if former := _former(kind, one, other):
        return [Evidence(f"{kind.value}_former", former, former)]
    if mine and theirs and _opaque(kind, mine) == _opaque(kind, theirs):
        return [Evidence(f"{kind.value}_differs", min(mine), min(theirs))]
    return []


def _weight(found: Sequence[Evidence]) -> int:
    return sum(each.weight for each in found)


def _opaque(kind: IdKind, keys: Collection[str]) -> bool:
    """Hashed hardware ids cannot be compared with true ones: all hexadecimal, and longer than any serial."""
    if kind == UUID:
        return not any(_UUID.fullmatch(key) for key in keys)
    return all(_HASH.fullmatch(key) for key in keys)


def _former(kind: IdKind, one: MatchRecord, other: MatchRecord) -> str:
    """A key that one record reports now and the other reported before."""
    name = FORMER[kind]
    found = (one.keys.get(name, NOTHING) & other.keys.get(kind, NOTHING)) | (other.keys.get(name, NOTHING) & one.keys.get(kind, NOTHING))
    return min(found, default="")


def _macs(one: MatchRecord, other: MatchRecord, rarity: Rarity) -> list[Evidence]:
    mine, theirs = one.keys.get(MAC, NOTHING), other.keys.get(MAC, NOTHING)
    if not mine or not theirs:
        return []
    strong_mine, strong_theirs = _unshared(mine, rarity), _unshared(theirs, rarity)
    both = mine & theirs
    strong = both & strong_mine
    if strong:
        found = [Evidence("mac", min(strong), min(strong))]
        if len(strong) > 1:
            found.append(Evidence("mac_second"))
        left, right = strong_mine - strong, strong_theirs - strong
        if left and right:
            found.append(Evidence("mac_beside", min(left), min(right)))
        elif not (left or right) or len(strong) > 1 or not _default_named(one, other):
            found.append(Evidence("mac_all"))
        return found
    if both and not (strong_mine and strong_theirs):
        usable = [key for key in both if (MAC, key) not in rarity.common]
        return [Evidence("mac_weak", min(usable), min(usable))] if usable and _named_alike(one, other) else []
    if former := _former(MAC, one, other):
        return [Evidence("mac_former", former, former)]
    if strong_mine and strong_theirs:
        rule = "mac_parallel" if parallel(one, other) else "mac_differs"
        return [Evidence(rule, min(strong_mine), min(strong_theirs))]
    return []


def _unshared(macs: frozenset[str], rarity: Rarity) -> frozenset[str]:
    """Those that belong to one machine for good."""
    if not any(weak(key) or (MAC, key) in rarity.shared or (MAC, key) in rarity.common for key in macs):
        return macs
    return frozenset(key for key in macs if not weak(key) and (MAC, key) not in rarity.shared and (MAC, key) not in rarity.common)


def _hostnames(one: MatchRecord, other: MatchRecord, rarity: Rarity, *, common_mac: bool, user: Sequence[Evidence]) -> Iterator[Evidence]:
    if not one.own or not other.own:
        return
    if agreeing := _same_name(one, other):
        yield agreeing
        if one.domains and other.domains and not one.domains & other.domains:
            yield Evidence("domain_differs", min(one.domains), min(other.domains))
        elif agreeing.own in rarity.alone and (_bare(one) or _bare(other)):
            yield Evidence("hostname_only")
        return
    if former := _former(HOSTNAME, one, other):
        yield Evidence("hostname_former", former, former)
        return
    same_user = any(each.rule == "user" for each in user)
    rule = "hostname_parallel" if parallel(one, other) and not common_mac and not same_user else "hostname_differs"
    yield Evidence(rule, min(one.own), min(other.own))
    if virtual(one) or virtual(other):
        yield Evidence("virtual_copy")


def virtual(record: MatchRecord) -> bool:
    """Whether it is a virtual machine, which can be a copy of another one with all its hardware ids."""
    traits = record.traits
    if traits.manufacturer.casefold().startswith(_HYPERVISORS) or "virtual" in traits.model.casefold():
        return True
    return any(key.startswith(_VIRTUAL) for key in record.keys.get(SERIAL, NOTHING))


def _same_name(one: MatchRecord, other: MatchRecord) -> Evidence | None:
    if same := one.own & other.own:
        name = min(same)
        return Evidence("hostname_default" if default_name(name) else "hostname", name, name)
    for short, long in ((one, other), (other, one)):
        if cut := short.own & long.cuts:
            name = min(cut)
            return Evidence("hostname_cut", name, min(each for each in long.own if each.startswith(name)))
    return None


def _bare(record: MatchRecord) -> bool:
    """It has no other key that another vendor could report too."""
    return not any(kind != HOSTNAME and not (kind != MAC and _opaque(kind, (key,))) for kind, key in record.strong)


def _named_alike(one: MatchRecord, other: MatchRecord) -> bool:
    return bool(_same_name(one, other) or _former(HOSTNAME, one, other))


def _default_named(one: MatchRecord, other: MatchRecord) -> bool:
    found = _same_name(one, other)
    return found is not None and found.rule == "hostname_default"


def _user(one: MatchRecord, other: MatchRecord, hardware: bool) -> list[Evidence]:
    """A different user is evidence only where no hardware agrees: a device may have several."""
    mine, theirs = one.keys.get(USER, NOTHING), other.keys.get(USER, NOTHING)
    if not mine or not theirs:
        return []
    for own in sorted(mine):
        for their in sorted(theirs):
            if user_names.agree(own, their):
                return [Evidence("user", own, their)]
    if not hardware and all(user_names.differ(own, their) for own in mine for their in theirs):
        return [Evidence("user_differs", min(mine), min(theirs))]
    return []


def _traits(one: MatchRecord, other: MatchRecord) -> Iterator[Evidence]:
    mine, theirs = one.traits, other.traits
    if mine.family != theirs.family and Family.UNKNOWN not in (mine.family, theirs.family):
        yield Evidence("family_differs", mine.family, theirs.family)
    if one.brand and other.brand:
        if one.brand != other.brand:
            yield Evidence("brand_differs", one.brand, other.brand)
        elif mine.model and theirs.model and not same_model(mine.model, theirs.model):
            yield Evidence("model_differs", mine.model, theirs.model)
