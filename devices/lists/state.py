"""State of a list, as its address has it: filters, sort order, columns, page size, and the saved view below them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from devices.lists.columns import Column, Sort
from devices.lists.file_table import file_name
from devices.lists.filters import FilterChip, FilterSet
from devices.lists.keyset import SortOrder

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SIZES = (25, 50, 100, 250)
PAGE = 50
LONGEST = 4000
LONGEST_COLUMNS = 1000  # characters, more than all columns of any list
A = TypeVar("A", bound=FilterSet)


@dataclass(frozen=True, slots=True)
class ColumnHeader:
    """A column's head. `order`: the value of aria-sort; `url`: the list sorted by it, "" where it cannot be."""

    key: str
    label: StrOrPromise
    number: bool
    url: str
    order: str


@dataclass(frozen=True, slots=True)
class ColumnOption:
    """A column in the chooser; `place` is its position from 1, None while it is not shown."""

    key: str
    label: StrOrPromise
    place: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDefinition(Generic[A]):
    """Definition of a list. `name`: in the addresses of its views, and of its files. `counted`: an `ngettext_lazy` by `count` of
    "%(range)s of %(total)s devices". `url`: the name of its address, which needs the permission `right`. `columns` are always shown, of
    `choosable` those that the user chose, or else the `chosen`. `named` gives chips names where the address has ids.
    """

    name: str
    title: StrOrPromise
    counted: StrOrPromise
    url: str
    right: str = "view_device"
    filters: type[A]
    columns: Mapping[str, Column]
    choosable: Mapping[str, Column] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    sorts: Mapping[str, Sort]
    sort: str
    named: Callable[[Sequence[FilterChip]], Sequence[FilterChip]] = list

    @property
    def at_first(self) -> ListState[A]:
        """Of the address without a query."""
        return ListState(self, filters=self.filters(), sort=self.sort, columns=self.chosen)

    def read(self, query: Mapping[str, str], *, base: ListState[A] | None = None, view: str = "") -> ListState[A]:
        """Of any address; never an error."""
        under = base or self.at_first
        size, sort = query.get("size", ""), query.get("sort", "")
        known = sort.removeprefix("-") in self.sorts and not sort.startswith("--")
        return ListState(
            self,
            filters=self.filters.read(query, base=under.filters),
            sort=sort if known else under.sort,
            columns=self.read_columns(query.get("cols", "")) or under.columns,
            size=int(size) if size in map(str, SIZES) else under.size,
            view=view,
            base=under,
            unread=self.filters.unread(query) | ({"sort": sort} if sort and not known else {}),
        )

    def stored(self, text: str) -> ListState[A]:
        return self.read(dict(parse_qsl(text.removeprefix("?")[:LONGEST], keep_blank_values=True)))

    def read_columns(self, text: str) -> tuple[str, ...]:
        """`state,user`: the known ones, once each, in their order."""
        return tuple(dict.fromkeys(key for key in text[:LONGEST_COLUMNS].split(",") if key in self.choosable))


@dataclass(frozen=True, slots=True)
class ListState(Generic[A]):
    """`base`: what the address leaves out, from the view or the user's default view. `unread`: its unknown filters and sort order."""

    shape: ListDefinition[A]
    filters: A
    sort: str
    columns: tuple[str, ...] = ()
    size: int = PAGE
    view: str = ""
    base: ListState[A] | None = field(default=None, compare=False, repr=False)
    unread: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def under(self) -> ListState[A]:
        return self.base or self.shape.at_first

    @property
    def look(self) -> ListState[A]:
        """Order, columns and page size alone: a default view gives only these, so that it hides no row."""
        return replace(self.shape.at_first, sort=self.sort, columns=self.columns, size=self.size)

    @property
    def order(self) -> SortOrder:
        return SortOrder(self.sort, self.shape.sorts[self.sort.removeprefix("-")])

    def pairs(self) -> dict[str, str]:
        pairs = {"view": self.view} if self.view else {}
        pairs |= self.filters.pairs(base=self.under.filters)
        pairs |= {"sort": self.sort} if self.sort != self.under.sort else {}
        pairs |= {"cols": ",".join(self.columns)} if self.columns != self.under.columns else {}
        return pairs | ({"size": str(self.size)} if self.size != self.under.size else {})

    def query_string(self, **more: str) -> str:
        """`?view=…&state=…` without what `base` has; "" when nothing is left."""
        pairs = self.pairs() | {name: value for name, value in more.items() if value}
        return f"?{urlencode(pairs, safe=',')}" if pairs else ""

    @property
    def address(self) -> str:
        return self.query_string()

    @property
    def whole(self) -> str:
        """Without a view below it: stored in saved views, and written to the audit log with files."""
        return replace(self, view="", base=None).query_string()

    def file_name(self, *, now: datetime) -> str:
        """Of its file, without the ending."""
        return file_name(self.view or self.shape.name, now=now)

    @property
    def cleared(self) -> str:
        return replace(self, filters=self.filters.cleared).query_string()

    def asking(self, **values: str) -> str:
        """The same list with these filters changed."""
        return replace(self, filters=replace(self.filters, **values)).query_string()

    def with_columns(self, columns: tuple[str, ...]) -> ListState[A]:
        return replace(self, columns=columns or self.shape.chosen)

    @property
    def without_columns(self) -> str:
        """With the default columns."""
        return self.with_columns(self.under.columns).query_string()

    @property
    def changed(self) -> bool:
        """It differs from its view."""
        return bool(self.view) and set(self.pairs()) != {"view"}

    def kept(self) -> list[tuple[str, str]]:
        """Hidden fields of the filter form: everything that it has no other field for."""
        fields = {name for name, kind in self.filters.kinds.items() if kind.in_form}
        return [(name, value) for name, value in self.pairs().items() if name not in fields]

    def chips(self) -> Iterator[FilterChip]:
        for name, value, without in self.filters.active():
            kind = self.filters.kinds[name]
            yield FilterChip(name, kind.label, value, replace(self, filters=without).query_string(), kind.in_form)

    def heads(self) -> list[ColumnHeader]:
        shown = {**self.shape.columns, **{key: self.shape.choosable[key] for key in self.columns}}
        return [ColumnHeader(key, each.label, each.number, self._sorted_by(key), self._order_of(key)) for key, each in shown.items()]

    def sizes(self) -> list[tuple[int, str]]:
        """Size and address; "" for the one that is shown."""
        return [(size, "" if size == self.size else replace(self, size=size).query_string() or "?") for size in SIZES]

    def choices(self) -> list[ColumnOption]:
        """Empty where the columns are fixed."""
        known = self.shape.choosable
        shown = [ColumnOption(key, known[key].label, place) for place, key in enumerate(self.columns, 1)]
        return shown + [ColumnOption(key, column.label, None) for key, column in known.items() if key not in self.columns]

    def _order_of(self, key: str) -> str:
        if self.sort.removeprefix("-") != key:
            return ""
        return "descending" if self.sort.startswith("-") else "ascending"

    def _sorted_by(self, key: str) -> str:
        if key not in self.shape.sorts:
            return ""
        turned = not self.sort.startswith("-") if self._order_of(key) else self.shape.sorts[key].descending_first
        return replace(self, sort=f"-{key}" if turned else key).query_string() or "?"
