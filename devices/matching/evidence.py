"""Evidence of a pair of records: each piece names its rule and the values that it rests on. Pure; the page shows exactly this."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from devices.matching.record import FORMER, NOTHING, Key, MatchRecord, parallel
from devices.matching.rules import EXCLUDED, FOR, HARDWARE, JOIN, WEIGHTS
from vendors.parsing import user_names
from vendors.parsing.descriptions import same_model
from vendors.parsing.host_names import default_name
from vendors.states import Family

_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHORTEST_HASH = 32
_HASH = re.compile("[0-9a-f]{32,}|[0-9a-z+/]{42,}={0,2}")
# Serials that a hypervisor gives, which a template passes on to its copies.
_VIRTUAL = ("vmware", "parallels")
_HYPERVISORS = ("vmware", "innotek", "qemu", "xen", "parallels", "nutanix", "amazon", "openstack", "proxmox", "ovirt", "red hat")
_default_name = lru_cache(maxsize=65_536)(default_name)
_same_model = lru_cache(maxsize=16_384)(same_model)


class Evidence(NamedTuple):
    """`own` and `other`: the values of the two records, "" where the rule needs none."""

    rule: str
    own: str = ""
    other: str = ""

    @property
    def weight(self) -> int:
        return WEIGHTS[self.rule]


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
    """All evidence of a pair, and its sum. `excluded`: no third record may put the two on one device, because something excludes it, or
    because their hardware differs and nothing outweighs that.
    """

    evidence: tuple[Evidence, ...]
    total: int
    excluded: bool

    @property
    def joins(self) -> bool:
        return self.total >= JOIN

    @property
    def weak(self) -> bool:
        """It rests on the hostname and the user only."""
        return all(each.rule.startswith(("hostname", "user")) for each in self.evidence if each.rule in FOR)


def compare(one: MatchRecord, other: MatchRecord, rarity: Rarity = NO_RARITY) -> Comparison:
    found = _firmware(one, other, rarity)
    macs = _macs(one, other, rarity) if one.macs and other.macs else []
    alike = bool(macs) and macs[0].rule in FOR
    user = _user(one, other, alike or (bool(found) and found[0].rule in FOR)) if one.users and other.users else None
    found += macs
    if user is not None:
        found.append(user)
    named_alike = False
    if one.names and other.names:
        names = _hostnames(one, other, rarity, apart=not alike and (user is None or user.rule != "user"))
        named_alike = names[0].rule in FOR
        found += names
    found += _traits(one, other, named_alike=named_alike)
    return _sum(found)


def _sum(found: list[Evidence]) -> Comparison:
    total, hardware_differs = 0, False
    for each in found:
        total += WEIGHTS[each.rule]
        hardware_differs = hardware_differs or each.rule in HARDWARE
    return Comparison(tuple(found), total, total <= EXCLUDED // 2 or (hardware_differs and total < JOIN))


def _firmware(one: MatchRecord, other: MatchRecord, rarity: Rarity) -> list[Evidence]:
    """Serial and BIOS UUID. If both agree they are one fact: the serial of many devices is a part of their UUID, and clones have both."""
    former = one.former and other.former
    serial = _number("serial", one, other, rarity) if former or one.serials or other.serials else None
    uuid = _number("bios_uuid", one, other, rarity) if former or one.uuids or other.uuids else None
    if serial is None or uuid is None:
        return [each for each in (serial, uuid) if each is not None]
    if serial.rule in FOR and uuid.rule in FOR:
        return [serial if serial.weight >= uuid.weight else uuid]
    return [uuid, serial] if uuid.rule in FOR else [serial, uuid]


def _number(kind: str, one: MatchRecord, other: MatchRecord, rarity: Rarity) -> Evidence | None:
    """Serial or BIOS UUID."""
    mine, theirs = (one.serials, other.serials) if kind == "serial" else (one.uuids, other.uuids)
    if both := mine & theirs:
        if rarity is NO_RARITY:
            return Evidence(kind, *[min(both)] * 2)
        telling = [key for key in both if (kind, key) not in rarity.common]
        alone = [key for key in telling if (kind, key) not in rarity.shared]
        return Evidence(kind if alone else f"{kind}_shared", *[min(alone or telling)] * 2) if telling else None
    if former := _former(kind, one, other):
        return Evidence(f"{kind}_former", former, former) if one.account != other.account else None
    if mine and theirs and _hashed(kind, mine) == _hashed(kind, theirs):
        return Evidence(f"{kind}_differs", min(mine), min(theirs))
    return None


def _hashed(kind: str, keys: Collection[str]) -> bool:
    """Hashed hardware ids cannot be compared with true ones: longer than any serial, and no UUID."""
    if kind == "bios_uuid":
        return not any(_UUID.fullmatch(key) for key in keys)
    return all(len(key) >= SHORTEST_HASH and _HASH.fullmatch(key) for key in keys)


def _former(kind: str, one: MatchRecord, other: MatchRecord) -> str:
    """A key that one record reports now and the other reported before; both before, if one of them reports none now.

    Of two accounts, one vendor learned of the change first. Of one account, the first is an enrollment from before the change, unless it is
    in contact at the same time.
    """
    if not (one.former or other.former) or parallel(one, other):
        return ""
    mine, theirs = one.keys.get(kind, NOTHING), other.keys.get(kind, NOTHING)
    before, their_before = one.keys.get(FORMER[kind], NOTHING), other.keys.get(FORMER[kind], NOTHING)
    found = before & theirs | their_before & mine
    return min(found or (NOTHING if mine and theirs else before & their_before), default="")


def _macs(one: MatchRecord, other: MatchRecord, rarity: Rarity) -> list[Evidence]:
    mine, theirs = _lasting(one, rarity), _lasting(other, rarity)
    if both := mine & theirs:
        left, right = mine - both, theirs - both
        if left and right and _former("mac", one, other):  # what the other record reported before is no address beside
            left, right = left - other.keys.get(FORMER["mac"], NOTHING), right - one.keys.get(FORMER["mac"], NOTHING)
        return _common_macs(one, other, both, left, right)
    usable = [key for key in one.macs & other.macs if ("mac", key) not in rarity.common]
    if usable and not (mine and theirs):
        return [Evidence("mac_weak", min(usable), min(usable))] if _same_name(one, other) or _former("hostname", one, other) else []
    same_account = one.account == other.account
    # A copy of a virtual machine that is switched off is still another machine.
    copies = same_account and (virtual(one) or virtual(other))
    if not copies and (former := _former("mac", one, other)):
        return [] if same_account else [Evidence("mac_former", former, former)]
    if same_account and not one.macs & other.macs and (copies or parallel(one, other)):
        return [Evidence("mac_parallel", min(one.macs), min(other.macs))]
    return [Evidence("mac_differs", min(mine), min(theirs))] if mine and theirs else []


def _lasting(record: MatchRecord, rarity: Rarity) -> frozenset[str]:
    """MAC addresses that belong to one machine for good."""
    if rarity is NO_RARITY:
        return record.lasting_macs
    moving = [key for key in record.lasting_macs if ("mac", key) in rarity.shared or ("mac", key) in rarity.common]
    return record.lasting_macs.difference(moving) if moving else record.lasting_macs


def _common_macs(one: MatchRecord, other: MatchRecord, both: frozenset[str], left: frozenset[str], right: frozenset[str]) -> list[Evidence]:
    """`left`, `right`: lasting ones that only one record has."""
    found = [Evidence("mac", min(both), min(both))]
    if len(both) > 1:
        found.append(Evidence("mac_second"))
    if left and right:
        found.append(Evidence("mac_beside", min(left), min(right)))
    elif len(both) > 1 or not (left or right) or not _default_named(one, other):
        found.append(Evidence("mac_all"))
    return found


def _hostnames(one: MatchRecord, other: MatchRecord, rarity: Rarity, *, apart: bool) -> list[Evidence]:
    """`apart`: neither a MAC address nor the user is the same."""
    if agreeing := _same_name(one, other):
        found = [agreeing]
        if one.domains and other.domains and not one.domains & other.domains:
            found.append(Evidence("domain_differs", min(one.domains), min(other.domains)))
        elif agreeing.own in rarity.alone and (bare(one) or bare(other)):
            found.append(Evidence("hostname_only"))
        return found
    if one.account != other.account and (former := _former("hostname", one, other)):
        return [Evidence("hostname_former", former, former)]
    rule = "hostname_parallel" if apart and parallel(one, other) else "hostname_differs"
    found = [Evidence(rule, min(one.names), min(other.names))]
    if virtual(one) or virtual(other):
        found.append(Evidence("virtual_copy"))
    return found


def virtual(record: MatchRecord) -> bool:
    """Whether it is a virtual machine, which can be a copy of another one with all its hardware ids."""
    traits = record.traits
    if traits.manufacturer.casefold().startswith(_HYPERVISORS) or "virtual" in traits.model.casefold():
        return True
    return any(key.startswith(_VIRTUAL) for key in record.serials)


def _same_name(one: MatchRecord, other: MatchRecord) -> Evidence | None:
    if same := one.names & other.names:
        name = min(same)
        return Evidence("hostname_default" if _default_name(name) else "hostname", name, name)
    if one.cuts or other.cuts:
        for short, long in ((one, other), (other, one)):
            if cut := short.names & long.cuts:
                name = min(cut)
                return Evidence("hostname_cut", name, min(each for each in long.names if each.startswith(name)))
    return None


def bare(record: MatchRecord) -> bool:
    """It has no other key that another vendor could report too."""
    return not record.macs and all(_hashed(kind, (key,)) for kind, key in record.strong if kind != "hostname")


def _default_named(one: MatchRecord, other: MatchRecord) -> bool:
    found = _same_name(one, other)
    return found is not None and found.rule == "hostname_default"


def _user(one: MatchRecord, other: MatchRecord, hardware: bool) -> Evidence | None:
    """A different user is evidence only where no hardware agrees: a device may have several."""
    if both := one.users & other.users:
        return Evidence("user", min(both), min(both))
    pairs = [(own, their) for own in sorted(one.users) for their in sorted(other.users)]
    agreeing = next((pair for pair in pairs if user_names.agree(*pair)), None)
    if agreeing is not None:
        return Evidence("user", *agreeing)
    return Evidence("user_differs", *pairs[0]) if not hardware and all(user_names.differ(*pair) for pair in pairs) else None


def _traits(one: MatchRecord, other: MatchRecord, *, named_alike: bool) -> list[Evidence]:
    """Vendors name one model in many ways: it counts only where the hostnames differ too."""
    mine, theirs, found = one.traits, other.traits, []
    if mine.family != theirs.family and Family.UNKNOWN not in (mine.family, theirs.family):
        found.append(Evidence("family_differs", mine.family, theirs.family))
    if one.brand and other.brand:
        if one.brand != other.brand:
            found.append(Evidence("brand_differs", one.brand, other.brand))
        elif not named_alike and mine.model != theirs.model and mine.model and theirs.model and not _same_model(mine.model, theirs.model):
            found.append(Evidence("model_differs", mine.model, theirs.model))
    return found
