"""One page or all rows of a patching list, as its address selects them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q

from devices.lists.cursor import Cursor, beyond, ordered
from devices.lists.keyset import Page, SortOrder, turn
from devices.lists.state import ListDefinition, ListState
from patching.lists.counts import counted, narrowed
from patching.lists.filters import AttemptFilters, PatchDeviceFilters, PatchFilters

CHUNK = 1000
M = TypeVar("M", bound=Model)
R = TypeVar("R")
A = TypeVar("A", PatchFilters, AttemptFilters, PatchDeviceFilters)


@dataclass(frozen=True, slots=True)
class Table(Generic[A, M, R]):
    """`columns`: of the model, as `row` takes them. `naming()` returns the function that adds the names to rows."""

    shape: ListDefinition[A]
    model: type[M]
    row: Callable[..., R]
    columns: tuple[str, ...]
    naming: Callable[[], Callable[[Sequence[R]], Any]]

    def page(self, listing: ListState[A], *, now: datetime, after: str = "", before: str = "") -> Page[R]:
        """`after` and `before` are tokens of an earlier page. Two queries, and those of the names and of the filter."""
        total, condition = counted(listing.filters, narrowed(listing.filters, now=now), now=now)

        def take(start: Cursor | None, descending: bool) -> list[R]:
            return self.some(condition, listing.order, most=listing.size + 1, start=start, descending=descending)

        page = turn(take, listing.order, size=listing.size, total=total, after=after, before=before)
        self.naming()(page.rows)
        return page

    def some(self, condition: Q, order: SortOrder, *, most: int, start: Cursor | None = None, descending: bool | None = None) -> list[R]:
        """Rows without names, from `start` on."""
        turned = order.descending if descending is None else descending
        rows = self.model._default_manager.filter(condition)
        reached = rows if start is None else beyond(rows, start, order.sort, descending=turned)
        return [self.row(**each) for each in ordered(reached, order.sort, descending=turned).values(*self.columns)[:most]]

    @property
    def first(self) -> SortOrder:
        """The default order."""
        return self.shape.at_first.order

    def every(self, listing: ListState[A], *, now: datetime) -> Iterator[R]:
        """All pages, through a cursor of the database: memory stays flat however many there are. A chunk costs the queries of its names."""
        rows = self.model._default_manager.filter(narrowed(listing.filters, now=now).condition)
        found = ordered(rows, listing.order.sort, descending=listing.order.descending)
        add_names, chunk = self.naming(), list[R]()
        for values in found.values(*self.columns).iterator(chunk_size=CHUNK):
            chunk.append(self.row(**values))
            if len(chunk) == CHUNK:
                add_names(chunk)
                yield from chunk
                chunk = []
        add_names(chunk)
        yield from chunk
