"""A vendor record as matching sees it: its identifiers by notation, and what else can contradict. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from vendors.parsing.manufacturers import brand
from vendors.states import Family, IdKind

STRENGTH = (IdKind.SERIAL, IdKind.BIOS_UUID, IdKind.MAC, IdKind.HOSTNAME)
FORMER = {kind.value: f"former_{kind.value}" for kind in STRENGTH}
KINDS = (*STRENGTH, IdKind.USER, *FORMER.values())
NETBIOS = 15  # characters of a hostname that Windows reports where it reports no longer one
DAY = timedelta(hours=24)

Keys = Mapping[str, frozenset[str]]
Key = tuple[str, str]
NOTHING: frozenset[str] = frozenset()

_BITS: Mapping[str, int] = {kind.value: 1 << place for place, kind in enumerate(STRENGTH)}  # stored: never renumber


class Traits(NamedTuple):
    """What is no identifier. `contact`: the vendor's last contact; `since`: when the record was first listed; None: not known."""

    family: str = Family.UNKNOWN
    manufacturer: str = ""
    model: str = ""
    live: bool = True
    contact: datetime | None = None
    since: datetime | None = None


NO_TRAITS = Traits()


@dataclass(slots=True, eq=False)
class MatchRecord:
    """One vendor record. `order` (vendor, external id, account) sorts the same whatever was synced first.

    `keys`: by kind, with derived notations. `own`: hostnames as the vendor reports them; `cuts`: first 15 characters of longer ones;
    `domains`: DNS domains. `strong`: its keys but the user, strongest first. `found_by`: these and what it reported before.
    """

    id: int
    order: tuple[str, str, int]
    keys: Keys
    traits: Traits = NO_TRAITS
    device: int | None = None
    own: frozenset[str] = field(init=False)
    cuts: frozenset[str] = field(init=False)
    domains: frozenset[str] = field(init=False)
    brand: str = field(init=False)
    strong: list[Key] = field(init=False)
    found_by: list[Key] = field(init=False)

    def __post_init__(self) -> None:
        names = self.keys.get(IdKind.HOSTNAME, NOTHING)
        full = frozenset(name for name in names if "." in name and name.partition(".")[0] in names)
        self.domains = frozenset(name.partition(".")[2] for name in full) if full else NOTHING
        short = names - full if full else names
        self.cuts = frozenset(name for name in short if len(name) == NETBIOS and any(_longer(other, name) for other in short))
        self.own = short - self.cuts if self.cuts else short
        self.brand = brand(self.traits.manufacturer) if self.traits.manufacturer else ""
        self.strong = [
            (kind, key) for kind in STRENGTH if kind in self.keys for key in sorted(short if kind == IdKind.HOSTNAME else self.keys[kind])
        ]
        former = [(kind, key) for kind, name in FORMER.items() for key in self.keys.get(name, NOTHING)]
        self.found_by = [*self.strong, *former] if former else self.strong

    @property
    def live(self) -> bool:
        return self.traits.live

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
