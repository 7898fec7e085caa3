"""Facts of a record in canonical form, written by the generator as it writes the vendor's JSON: nothing here is parsed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

ESET, OPSWAT, FIVE9S = "eset", "opswat", "five9s"
LAST = 2  # the last of the syncs 0, 1, 2 of the feed
ALWAYS = frozenset({0, 1, LAST})
REMOVED = frozenset({0})
LATER = frozenset({1, LAST})
BETWEEN = timedelta(hours=25)  # of two syncs of the feed: what two of them lack is removed
Name = tuple[str, str]  # account, external id


class Naming(Enum):
    SCHEME = "by the company's scheme"
    ROLE = "by hand or at random: unique at its site at most"
    DEFAULT = "as setup proposes it"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a record says. Empty: nothing, a placeholder, or only a hash.

    `own`: burned-in MACs of makers of computers; `weak`: local ones and those of makers of docks and adapters.
    `logins`: comparable forms of a person's login; two records agree when they share one.
    """

    serial: str = ""
    uuid: str = ""
    own: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()
    name: str = ""
    naming: Naming = Naming.SCHEME
    domain: str = ""
    logins: frozenset[str] = frozenset()
    mobile: bool = False
    family: str = ""
    maker: str = ""
    virtual: bool = False

    @property
    def has_no_key(self) -> bool:
        return not (self.serial or self.uuid or self.own or self.weak)


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One entry of one account's list. `listed`: the syncs of the feed that show it; `contact`: as the last of them says."""

    vendor: str
    account: str
    external_id: str
    machine: int
    case: str
    contact: datetime
    facts: Facts
    raw: dict[str, Any]
    listed: frozenset[int] = ALWAYS

    @property
    def name(self) -> Name:
        return self.account, self.external_id

    @property
    def present(self) -> bool:
        return LAST in self.listed
