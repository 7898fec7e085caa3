"""One page of a table of patching, or all of it, as its address asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from devices.queries.place import Place, beyond, ordered
from devices.queries.plain_listing import PlainListing, Shape
from devices.queries.turning import Turned, turn
from patching.filters import AttemptFilters, PatchFilters
from patching.queries.numbers import narrowed, total
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
        found = narrowed(listing.filters, now=now)
        counted = total(listing.filters, found, now=now)
        # What the tallies know to be empty is not looked for in a million rows.
        rows = self._rows(found.condition) if counted.number else self.model._default_manager.none()
        order = listing.order

        def take(start: Place | None, descending: bool) -> list[R]:
            reached = rows if start is None else beyond(rows, start, order.sort, descending=descending)
            values = ordered(reached, order.sort, descending=descending).values(*self._columns())[: listing.size + 1]
            return [self.row(**each) for each in values]

        page = turn(take, order, size=listing.size, total=counted, after=after, before=before)
        add_names(page.rows, Accounts())
        return page

    def every(self, listing: PlainListing[A], *, now: datetime) -> Iterator[R]:
        """All pages, through a cursor of the database: memory stays flat however many there are. Two queries a chunk."""
        found = ordered(self._rows(narrowed(listing.filters, now=now).condition), listing.order.sort, descending=listing.order.descending)
        accounts, chunk = Accounts(), list[R]()
        for values in found.values(*self._columns()).iterator(chunk_size=CHUNK):
            chunk.append(self.row(**values))
            if len(chunk) == CHUNK:
                add_names(chunk, accounts)
                yield from chunk
                chunk = []
        add_names(chunk, accounts)
        yield from chunk

    def _rows(self, condition: Q) -> QuerySet[M]:
        return self.model._default_manager.filter(condition)

    def _columns(self) -> list[str]:
        return [*TOLD, *(each.name for each in fields(self.row) if each.name not in Named.__dataclass_fields__)]
