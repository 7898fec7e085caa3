"""One page of a table of patching, or all of it, as its address asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import Model, Q

from devices.queries.place import Place, beyond, ordered
from devices.queries.plain_listing import PlainListing, Shape
from devices.queries.turning import Order, Turned, turn
from patching.filters import AttemptFilters, PatchFilters
from patching.queries.numbers import counted, narrowed
from patching.queries.rows import Accounts, Named, add_names

CHUNK = 1000
TOLD = ("account_id", "title_id", "device_ref", "sighting_id")
M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=Named)
A = TypeVar("A", PatchFilters, AttemptFilters)


@dataclass(frozen=True, slots=True)
class Table(Generic[A, M, R]):
    shape: Shape[A]
    model: type[M]
    row: type[R]

    def page(self, listing: PlainListing[A], *, now: datetime, after: str = "", before: str = "") -> Turned[R]:
        """`after` and `before` are tokens of an earlier page. Five queries, and those of what has to be looked up for the filter."""
        total, condition = counted(listing.filters, narrowed(listing.filters, now=now), now=now)

        def take(start: Place | None, descending: bool) -> list[R]:
            return self.some(condition, listing.order, most=listing.size + 1, start=start, descending=descending)

        page = turn(take, listing.order, size=listing.size, total=total, after=after, before=before)
        add_names(page.rows, Accounts())
        return page

    def some(self, condition: Q, order: Order, *, most: int, start: Place | None = None, descending: bool | None = None) -> list[R]:
        """Rows without names, from `start` on."""
        turned = order.descending if descending is None else descending
        rows = self.model._default_manager.filter(condition)
        reached = rows if start is None else beyond(rows, start, order.sort, descending=turned)
        return [self.row(**each) for each in ordered(reached, order.sort, descending=turned).values(*self._columns())[:most]]

    @property
    def first(self) -> Order:
        """Unless an address says another."""
        return self.shape.read({}).order

    def every(self, listing: PlainListing[A], *, now: datetime) -> Iterator[R]:
        """All pages, through a cursor of the database: memory stays flat however many there are. Two queries a chunk."""
        rows = self.model._default_manager.filter(narrowed(listing.filters, now=now).condition)
        found = ordered(rows, listing.order.sort, descending=listing.order.descending)
        accounts, chunk = Accounts(), list[R]()
        for values in found.values(*self._columns()).iterator(chunk_size=CHUNK):
            chunk.append(self.row(**values))
            if len(chunk) == CHUNK:
                add_names(chunk, accounts)
                yield from chunk
                chunk = []
        add_names(chunk, accounts)
        yield from chunk

    def _columns(self) -> list[str]:
        return [*TOLD, *(each.name for each in fields(self.row) if each.name not in Named.__dataclass_fields__)]
