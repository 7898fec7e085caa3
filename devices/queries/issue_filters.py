"""The filter of the list of issues, and a whole address of it: filters, order, page size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from devices.models import IssueKind, Standing
from devices.queries.columns import Sort
from devices.queries.filters import Asked, Chip, Kind
from devices.queries.turning import Order
from vendors.registry import VENDORS
from vendors.states import State

SIZES = (25, 50, 100, 250)
PAGE = 50
OPEN, WOKEN, VENDOR, ALL = "open", "woken", "vendor", "all"
STANDINGS = {
    OPEN: "Nobody has decided",
    WOKEN: "Woke up again",
    **{each.value: each.label for each in Standing},
    VENDOR: "Silenced at the vendor",
    ALL: "Decided or not",
}
SEVERITIES = {each.value: each.label for each in (State.CRITICAL, State.ATTENTION, State.UNKNOWN)}
_DAYS = ((1, "24 hours"), (7, "7 days"), (30, "30 days"), (90, "90 days"))
AGES = {f"within-{days}": f"Less than {words}" for days, words in _DAYS} | {f"over-{days}": f"More than {words}" for days, words in _DAYS}

KINDS = {
    "q": Kind("Text"),
    "severity": Kind("Severity", SEVERITIES),
    "kind": Kind("Kind", dict(IssueKind.choices)),
    "standing": Kind("Decision", STANDINGS, OPEN),
    "vendor": Kind("Vendor", {slug: vendor.label for slug, vendor in VENDORS.items()}),
    "account": Kind("Account"),
    "age": Kind("Age", AGES),
}

WORST, OLDEST, NEWEST = "worst", "oldest", "-oldest"
_ROW = ("since", "branch", "ref", "tie")
SORTS = {
    WORST: Sort("Worst first", ("rank", *_ROW), moments=("since",)),
    OLDEST: Sort("Oldest first", _ROW, moments=("since",)),
    NEWEST: Sort("Newest first", _ROW, moments=("since",)),
}


@dataclass(frozen=True, slots=True)
class IssueFilters(Asked):
    kinds = KINDS

    q: str = ""
    severity: str = ""
    kind: str = ""
    standing: str = OPEN
    vendor: str = ""
    account: str = ""
    age: str = ""

    @property
    def hidden(self) -> bool:
        """A filter is on that the first row of the form does not show."""
        return bool(self.vendor or self.account or self.age)

    @property
    def young(self) -> bool:
        return self.age.startswith("within")

    @property
    def span(self) -> timedelta | None:
        return timedelta(days=int(self.age.partition("-")[2])) if self.age else None


UNDECIDED = IssueFilters()


@dataclass(frozen=True, slots=True)
class IssueListing:
    filters: IssueFilters = UNDECIDED
    sort: str = WORST
    size: int = PAGE

    @classmethod
    def read(cls, query: Mapping[str, str]) -> IssueListing:
        """Whatever an address can hold; never an error."""
        size, sort = query.get("size", ""), query.get("sort", "")
        return cls(
            filters=IssueFilters.read(query),
            sort=sort if sort in SORTS else WORST,
            size=int(size) if size in map(str, SIZES) else PAGE,
        )

    @property
    def order(self) -> Order:
        return Order(self.sort, SORTS[self.sort])

    def pairs(self) -> dict[str, str]:
        pairs = self.filters.pairs()
        pairs |= {"sort": self.sort} if self.sort != WORST else {}
        return pairs | ({"size": str(self.size)} if self.size != PAGE else {})

    def query_string(self, **more: str) -> str:
        """`?severity=…&sort=…`, defaults left out; "" when nothing is left."""
        pairs = self.pairs() | {name: value for name, value in more.items() if value}
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def address(self) -> str:
        return self.query_string()

    @property
    def cleared(self) -> str:
        return replace(self, filters=UNDECIDED).query_string()

    @property
    def everything(self) -> str:
        """The same, decided or not."""
        return replace(self, filters=replace(self.filters, standing=ALL)).query_string()

    def chips(self) -> Iterator[Chip]:
        for label, value, without in self.filters.active():
            yield Chip(label, value, replace(self, filters=without).query_string())

    def sizes(self) -> list[tuple[int, str]]:
        """Size and address; "" for the one that is shown."""
        return [(size, "" if size == self.size else replace(self, size=size).query_string() or "?") for size in SIZES]

    def sorts(self) -> list[tuple[str, str]]:
        return [(key, sort.label) for key, sort in SORTS.items()]
