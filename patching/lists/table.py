"""One page or all rows of a patching list, as its address selects them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from devices.lists.keyset import Page, SortOrder
from devices.lists.rows import RowReader
from devices.lists.state import ListDefinition, ListState
from patching.lists.counts import counted, narrowed
from patching.lists.filters import AttemptFilters, PatchDeviceFilters, PatchFilters

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
        return self._named().page(self._found(condition), listing.order, size=listing.size, total=total, after=after, before=before)

    def some(self, condition: Q, order: SortOrder, *, most: int) -> list[R]:
        """The first rows, without names."""
        return RowReader(self.row, self.columns).some(self._found(condition), order, most=most)

    @property
    def first(self) -> SortOrder:
        """The default order."""
        return self.shape.at_first.order

    def every(self, listing: ListState[A], *, now: datetime) -> Iterator[R]:
        """All pages, through a cursor of the database: memory stays flat however many there are. A chunk costs the queries of its names."""
        return self._named().every(self._found(narrowed(listing.filters, now=now).condition), listing.order)

    def _found(self, condition: Q) -> QuerySet[M]:
        return self.model._default_manager.filter(condition)

    def _named(self) -> RowReader[R]:
        return RowReader(self.row, self.columns, self.naming())
