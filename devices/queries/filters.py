"""What lists are filtered by, as it stands in an address (`Asked`), and the filter of the device list.

Numbers on the dashboard and rows in the list come from `condition` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Self
from urllib.parse import urlencode

from django.db.models import Q

from devices.disagreement import FIELDS
from devices.models import Life
from devices.queries import conditions
from devices.queries.conditions import ANY
from vendors.registry import VENDORS
from vendors.states import Family, State

LONGEST_QUERY = 200
TROUBLE = "trouble"
STATES = {TROUBLE: "Critical or attention", **{state.value: state.label for state in reversed(State)}}
OS = {family.value: family.label for family in Family}
# The list leaves out what is gone, unless asked: it is about machines that somebody may be calling about.
CURRENT = "current"
LIVES = {CURRENT: "Not gone or retired", **{life.value: life.label for life in Life}, "all": "All, also gone and retired"}
_LIFE_CONDITIONS = {CURRENT: Q(life__in=[Life.SEEN, Life.MISSING]), "all": Q()}
YES = "yes"
UNTOLD = "untold"
DIFFERS = {ANY: "On any field", **FIELDS}
_VENDORS = {slug: vendor.label for slug, vendor in VENDORS.items()}
_TELLING = [slug for slug, vendor in VENDORS.items() if vendor.tells_patches]
_DAYS = ((1, "24 hours"), (7, "7 days"), (14, "14 days"), (30, "30 days"))
SEEN = {f"within-{days}": f"In the last {words}" for days, words in _DAYS}
SEEN |= {f"over-{days}": f"More than {words} ago" for days, words in _DAYS}


@dataclass(frozen=True, slots=True)
class Kind:
    """What one filter is called and which values it knows; without `options` any text."""

    label: str
    options: Mapping[str, str] | None = None
    default: str = ""

    def read(self, text: str) -> str | None:
        """None: not known, as if it were not in the address."""
        if self.options is None:
            return clean_query(text)
        return text if text in self.options else None if text else self.default

    def words(self, value: str) -> str:
        return (self.options or {}).get(value, value)


KINDS = {
    "q": Kind("Text"),
    "state": Kind("State", STATES),
    "vendor": Kind("Seen by", _VENDORS),
    "lacks": Kind("Not seen by", _VENDORS),
    "os": Kind("OS", OS),
    "life": Kind("Presence", LIVES, CURRENT),
    "seen": Kind("Last seen", SEEN),
    "stale": Kind("Contact", {YES: "Stale at a vendor"}),
    "silenced": Kind("Silenced", {YES: "Muted or exempt"}),
    "differs": Kind("Disagreement", DIFFERS),
    "patching": Kind("Patching", {UNTOLD: "No vendor tells"}),
    "account": Kind("Account"),
    "group": Kind("Group"),
    "tag": Kind("Tag"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    value: str
    without: str  # the query string of the list without this filter


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter of a list: a frozen dataclass of texts, one field for each of its `kinds`."""

    kinds: ClassVar[Mapping[str, Kind]] = {}

    @classmethod
    def read(cls, query: Mapping[str, str], *, base: Self | None = None) -> Self:
        """Whatever an address can hold: what is not known is as if it were not there; what is not said is as in `base`."""
        told = {name: kind.read(query[name]) for name, kind in cls.kinds.items() if name in query}
        return replace(base or cls(), **{name: value for name, value in told.items() if value is not None})

    @property
    def narrowed(self) -> bool:
        return self != type(self)()

    def pairs(self, *, base: Self | None = None) -> dict[str, str]:
        """What differs from `base`, as it stands in an address; an empty value takes away what `base` filters by."""
        left_out = base or type(self)()
        return {name: getattr(self, name) for name in self.kinds if getattr(self, name) != getattr(left_out, name)}

    def query_string(self, **more: str) -> str:
        """`?state=critical&…`, defaults left out; "" when nothing is left."""
        pairs = self.pairs() | {name: value for name, value in more.items() if value}
        return f"?{urlencode(pairs)}" if pairs else ""

    def active(self) -> Iterator[tuple[str, str, Self]]:
        """Label, value in words, and the filter without it."""
        for name, kind in self.kinds.items():
            value = getattr(self, name)
            if value != kind.default:
                yield kind.label, kind.words(value), replace(self, **{name: kind.default})


@dataclass(frozen=True, slots=True)
class Filters(Asked):
    kinds = KINDS

    q: str = ""
    vendor: str = ""
    state: str = ""
    os: str = ""
    life: str = CURRENT
    lacks: str = ""
    seen: str = ""
    stale: str = ""
    silenced: str = ""
    differs: str = ""
    patching: str = ""
    account: str = ""
    group: str = ""
    tag: str = ""

    @property
    def hidden(self) -> bool:
        """A filter is on that the first row of the form does not show."""
        return any(getattr(self, name) for name in ("lacks", "seen", "stale", "silenced", "differs", "patching", "account", "group", "tag"))

    @property
    def summary_only(self) -> bool:
        """The device's own columns answer it."""
        return not (self.seen or self.stale or self.account or self.group or self.tag)

    def condition(self) -> Q:
        """What the device's own columns answer, as a condition on Device; not the text."""
        condition = _LIFE_CONDITIONS[self.life] if self.life in _LIFE_CONDITIONS else Q(life=self.life)
        if self.vendor:
            condition &= Q(vendors__contains=[self.vendor])
        if self.lacks:
            condition &= ~Q(vendors__contains=[self.lacks])
        if self.state == TROUBLE:
            condition &= Q(state__in=[State.ATTENTION, State.CRITICAL])
        elif self.state:
            condition &= Q(state=self.state)
        if self.os:
            condition &= Q(os_family=self.os)
        if self.silenced:
            condition &= Q(silenced=True)
        if self.differs:
            condition &= conditions.differing(self.differs)
        if self.patching:
            condition &= ~Q(vendors__overlap=_TELLING)
        return condition

    def whole_condition(self, *, now: datetime) -> Q:
        """Everything but the text."""
        condition = self.condition()
        if self.account or self.stale:
            condition &= conditions.listed(account=self.account, stale=bool(self.stale), vendor=self.vendor)
        if self.group:
            condition &= conditions.in_group(self.group)
        if self.tag:
            condition &= conditions.tagged(self.tag)
        if self.seen:
            side, _, days = self.seen.partition("-")
            condition &= conditions.last_seen(within=side == "within", days=int(days), now=now)
        return condition


def clean_query(text: str) -> str:
    """One line that PostgreSQL can compare: no NUL, no line breaks, no more than anybody types."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * LONGEST_QUERY])
    return " ".join(printable.split())[:LONGEST_QUERY].rstrip()
