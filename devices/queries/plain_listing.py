"""A whole address of a list whose columns are fixed: its filters, order and page size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar
from urllib.parse import urlencode

from devices.queries.asked import Asked, Chip
from devices.queries.columns import Column, Sort
from devices.queries.listing import PAGE, SIZES, Head
from devices.queries.turning import Order

A = TypeVar("A", bound=Asked)


@dataclass(frozen=True, slots=True)
class Shape(Generic[A]):
    """What such a list has: its kind of filter, its columns, those of them that sort, and the order unless an address says another."""

    filters: type[A]
    columns: Mapping[str, Column]
    sorts: Mapping[str, Sort]
    sort: str

    def read(self, query: Mapping[str, str]) -> PlainListing[A]:
        """Whatever an address can hold; never an error."""
        size, sort = query.get("size", ""), query.get("sort", "")
        known = sort.removeprefix("-") in self.sorts and not sort.startswith("--")
        return PlainListing(
            self,
            filters=self.filters.read(query),
            sort=sort if known else self.sort,
            size=int(size) if size in map(str, SIZES) else PAGE,
            unread=self.filters.unread(query) | ({"sort": sort} if sort and not known else {}),
        )


@dataclass(frozen=True, slots=True)
class PlainListing(Generic[A]):
    shape: Shape[A]
    filters: A
    sort: str
    size: int = PAGE
    unread: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def order(self) -> Order:
        return Order(self.sort, self.shape.sorts[self.sort.removeprefix("-")])

    def query_string(self, **more: str) -> str:
        """`?status=failed&…`; what is as without an address is left out, "" when nothing is left."""
        pairs = self.filters.pairs() | dict(self.kept()) | {name: value for name, value in more.items() if value}
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def address(self) -> str:
        return self.query_string()

    @property
    def cleared(self) -> str:
        return replace(self, filters=self.shape.filters()).query_string()

    def kept(self) -> list[tuple[str, str]]:
        """What the filter form sends along: everything that it has no field for."""
        pairs = [("sort", self.sort)] if self.sort != self.shape.sort else []
        return pairs + ([("size", str(self.size))] if self.size != PAGE else [])

    def chips(self) -> Iterator[Chip]:
        for label, value, without in self.filters.active():
            yield Chip(label, value, replace(self, filters=without).query_string())

    def heads(self) -> list[Head]:
        return [Head(key, each.label, each.number, self._sorted_by(key), self._order_of(key)) for key, each in self.shape.columns.items()]

    def sizes(self) -> list[tuple[int, str]]:
        """Size and address; "" for the one that is shown."""
        return [(size, "" if size == self.size else replace(self, size=size).query_string() or "?") for size in SIZES]

    def _order_of(self, key: str) -> str:
        if self.sort.removeprefix("-") != key:
            return ""
        return "descending" if self.sort.startswith("-") else "ascending"

    def _sorted_by(self, key: str) -> str:
        if key not in self.shape.sorts:
            return ""
        turned = not self.sort.startswith("-") if self._order_of(key) else self.shape.sorts[key].descending_first
        return replace(self, sort=f"-{key}" if turned else key).query_string() or "?"
