"""A vendor record as matching sees it: its identifiers by notation, and what else can contradict. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from vendors.parsing import mac_addresses
from vendors.parsing.manufacturers import brand
from vendors.states import Family, IdKind

STRENGTH = (IdKind.SERIAL, IdKind.BIOS_UUID, IdKind.MAC, IdKind.HOSTNAME)
FORMER = {kind.value: f"former_{kind.value}" for kind in STRENGTH}
KINDS = (*STRENGTH, IdKind.USER, *FORMER.values())
NETBIOS = 15  # characters of a hostname that Windows reports where it reports no longer one
DAY = 86_400  # seconds

Keys = Mapping[str, frozenset[str]]
Key = tuple[str, str]
NOTHING: frozenset[str] = frozenset()

_BITS: Mapping[str, int] = {kind.value: 1 << place for place, kind in enumerate(STRENGTH)}  # stored: never renumber


class Traits(NamedTuple):
    """What is no identifier. `contact`: the vendor's last contact, `since`: when the record was first listed, both in seconds since 1970;
    None: not known.
    """

    family: str = Family.UNKNOWN
    manufacturer: str = ""
    model: str = ""
    live: bool = True
    contact: float | None = None
    since: float | None = None


NO_TRAITS = Traits()


weak = lru_cache(maxsize=65_536)(mac_addresses.weak)
_brand = lru_cache(maxsize=4096)(brand)


@dataclass(slots=True, eq=False)
class MatchRecord:
    """One vendor record. `order` (vendor, external id, account) sorts the same whatever was synced first.

    `keys`: by kind, with derived notations, as are `serials`, `uuids`, `macs` and `users`. `lasting_macs`: those that do not move between
    devices. `names`: hostnames as the vendor reports them; `cuts`: first 15 characters of longer ones; `domains`: DNS domains. `strong`:
    its keys but the user, strongest first. `found_by`: these and what it reported before. `former`: it reported something else before.
    """

    id: int
    order: tuple[str, str, int]
    keys: Keys
    traits: Traits = NO_TRAITS
    device: int | None = None
    serials: frozenset[str] = field(init=False)
    uuids: frozenset[str] = field(init=False)
    macs: frozenset[str] = field(init=False)
    lasting_macs: frozenset[str] = field(init=False)
    users: frozenset[str] = field(init=False)
    names: frozenset[str] = field(init=False)
    cuts: frozenset[str] = field(init=False)
    domains: frozenset[str] = field(init=False)
    brand: str = field(init=False)
    strong: list[Key] = field(init=False)
    found_by: list[Key] = field(init=False)
    former: bool = field(init=False)
    live: bool = field(init=False)

    def __post_init__(self) -> None:
        keys, self.live = self.keys, self.traits.live
        self.serials, self.uuids = keys.get("serial", NOTHING), keys.get("bios_uuid", NOTHING)
        self.macs, self.users = keys.get("mac", NOTHING), keys.get("user", NOTHING)
        self.lasting_macs = frozenset(key for key in self.macs if not weak(key)) if any(map(weak, self.macs)) else self.macs
        short = self._read_names(keys.get("hostname", NOTHING))
        self.brand = _brand(self.traits.manufacturer) if self.traits.manufacturer else ""
        self.strong = [
            (kind, key)
            for kind, own in (("serial", self.serials), ("bios_uuid", self.uuids), ("mac", self.macs), ("hostname", short))
            for key in (sorted(own) if len(own) > 1 else own)
        ]
        former = [(kind, key) for kind, name in FORMER.items() if name in keys for key in sorted(keys[name])]
        self.former = bool(former)
        self.found_by = [*self.strong, *former] if former else self.strong

    def _read_names(self, names: frozenset[str]) -> frozenset[str]:
        """Returns those without a domain."""
        self.names, self.cuts, self.domains = names, NOTHING, NOTHING
        if len(names) < 2:
            return names
        full = frozenset(name for name in names if "." in name and name.partition(".")[0] in names)
        short = names - full
        self.domains = frozenset(name.partition(".")[2] for name in full)
        self.cuts = frozenset(name for name in short if len(name) == NETBIOS and any(_longer(other, name) for other in short))
        self.names = short - self.cuts
        return short

    @property
    def account(self) -> int:
        return self.order[2]


def _longer(name: str, beginning: str) -> bool:
    return len(name) > len(beginning) and name.startswith(beginning)


def collect(pairs: Iterable[Key]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for kind, key in pairs:
        found[kind].add(key)
    return {kind: frozenset(keys) for kind, keys in found.items()}


def parallel(one: MatchRecord, other: MatchRecord) -> bool:
    """Whether one account had contact with both at the same time: within 24 hours, or with the older one after the newer was listed."""
    if one.account != other.account or not (one.live and other.live):
        return False
    first, second = one.traits.contact, other.traits.contact
    if first is None or second is None:
        return True  # no time that could tell them apart
    if abs(first - second) < DAY:
        return True
    older, newer = (first, other.traits.since) if first < second else (second, one.traits.since)
    return newer is not None and older > newer


def kinds_mask(kinds: Collection[str] | Iterable[str]) -> int:
    """Which of the strong kinds are among these, a bit for each."""
    return sum(_BITS.get(kind, 0) for kind in set(kinds))
