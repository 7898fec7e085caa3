"""A whole address of the device list: filters, order, columns, page size, and the saved view that it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from devices.queries import columns as columning
from devices.queries.asked import Chip
from devices.queries.columns import COLUMNS, NAME, SORTS, Sort
from devices.queries.filters import Filters

SIZES = (25, 50, 100, 250)
PAGE = 50
EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: `order` is what aria-sort says, `url` sorts by it, "" where nothing can."""

    key: str
    label: str
    number: bool
    url: str
    order: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A column in the chooser; `place` is its position from 1, None while it is not shown."""

    key: str
    label: str
    place: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """`base`: what the address leaves out, from the view or from the person's own default. `unread`: what it asks for and nobody knows."""

    filters: Filters = EVERYTHING
    sort: str = NAME
    columns: tuple[str, ...] = columning.DEFAULT
    size: int = PAGE
    view: str = ""
    base: Listing | None = field(default=None, compare=False, repr=False)
    unread: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def read(cls, query: Mapping[str, str], *, base: Listing | None = None, view: str = "") -> Listing:
        """Whatever an address can hold; never an error."""
        under = base or cls()
        size, sort = query.get("size", ""), query.get("sort", "")
        known = columning.read_sort(sort)
        return cls(
            filters=Filters.read(query, base=under.filters),
            sort=known or under.sort,
            columns=columning.read_columns(query.get("cols", "")) or under.columns,
            size=int(size) if size in map(str, SIZES) else under.size,
            view=view,
            base=under,
            unread=Filters.unread(query) | ({"sort": sort} if sort and not known else {}),
        )

    @classmethod
    def stored(cls, text: str) -> Listing:
        return cls.read(dict(parse_qsl(text.removeprefix("?")[:4000], keep_blank_values=True)))

    @property
    def look(self) -> Listing:
        """Only how it is shown: what a person's default decides for every list, so that no filter hides anything unasked."""
        return Listing(sort=self.sort, columns=self.columns, size=self.size)

    @property
    def order(self) -> Sort:
        return SORTS[self.sort.removeprefix("-")]

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    def pairs(self) -> dict[str, str]:
        under = self.base or Listing()
        pairs = {"view": self.view} if self.view else {}
        pairs |= self.filters.pairs(base=under.filters)
        pairs |= {"sort": self.sort} if self.sort != under.sort else {}
        pairs |= {"cols": ",".join(self.columns)} if self.columns != under.columns else {}
        return pairs | ({"size": str(self.size)} if self.size != under.size else {})

    def query_string(self, **more: str) -> str:
        """`?view=…&state=…`; what `base` says is left out, "" when nothing is left."""
        pairs = self.pairs() | {name: value for name, value in more.items() if value}
        return f"?{urlencode(pairs, safe=',')}" if pairs else ""

    @property
    def address(self) -> str:
        return self.query_string()

    @property
    def whole(self) -> str:
        """Without a view below it: what is stored, and what a file is made of."""
        return replace(self, view="", base=Listing()).query_string()

    @property
    def cleared(self) -> str:
        return replace(self, filters=EVERYTHING).query_string()

    @property
    def everywhere(self) -> str:
        return replace(self, filters=replace(self.filters, life="all")).query_string()

    def with_columns(self, columns: tuple[str, ...]) -> Listing:
        return replace(self, columns=columns or columning.DEFAULT)

    @property
    def without_columns(self) -> str:
        """With the columns that stand there unless others are chosen."""
        return self.with_columns((self.base or Listing()).columns).query_string()

    @property
    def changed(self) -> bool:
        """It differs from the view that it stands on."""
        return bool(self.view) and set(self.pairs()) != {"view"}

    def kept(self) -> list[tuple[str, str]]:
        """What the filter form sends along: everything that it has no field for."""
        return [(name, value) for name, value in self.pairs().items() if name in ("view", "sort", "cols", "size")]

    def chips(self) -> Iterator[Chip]:
        for label, value, without in self.filters.active():
            yield Chip(label, value, replace(self, filters=without).query_string())

    def heads(self) -> list[Head]:
        shown = [(NAME, "Name", False), *((key, COLUMNS[key].label, COLUMNS[key].number) for key in self.columns)]
        return [Head(key, label, number, self._sorted_by(key), self._order_of(key)) for key, label, number in shown]

    def sizes(self) -> list[tuple[int, str]]:
        """Size and address; "" for the one that is shown."""
        return [(size, "" if size == self.size else replace(self, size=size).query_string() or "?") for size in SIZES]

    def choices(self) -> list[Choice]:
        shown = [Choice(key, COLUMNS[key].label, place) for place, key in enumerate(self.columns, 1)]
        return shown + [Choice(key, column.label, None) for key, column in COLUMNS.items() if key not in self.columns]

    def _order_of(self, key: str) -> str:
        if self.sort.removeprefix("-") != key:
            return ""
        return "descending" if self.descending else "ascending"

    def _sorted_by(self, key: str) -> str:
        if key not in SORTS:
            return ""
        turned = not self.descending if self._order_of(key) else SORTS[key].descending_first
        return replace(self, sort=f"-{key}" if turned else key).query_string() or "?"
