"""Rows of a list that are read from a model: the first ones, a page, or all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from devices.lists.keyset import Cursor, Page, SortOrder, Total, beyond, ordered, turn

CHUNK = 1000
M = TypeVar("M", bound=Model)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class RowReader(Generic[R]):
    """`columns`: of the model, as `row` takes them. `complete` adds to rows what other tables have, in queries of its own."""

    row: Callable[..., R]
    columns: Sequence[str]
    complete: Callable[[Sequence[R]], Any] = lambda _rows: None

    def some(
        self, found: QuerySet[M], order: SortOrder, *, most: int, start: Cursor | None = None, descending: bool | None = None
    ) -> list[R]:
        """Rows from `start` on, without what `complete` adds. One query."""
        turned = order.descending if descending is None else descending
        reached = found if start is None else beyond(found, start, order.sort, descending=turned)
        return [self.row(**values) for values in ordered(reached, order.sort, descending=turned).values(*self.columns)[:most]]

    def page(self, found: QuerySet[M], order: SortOrder, *, size: int, total: Total, after: str = "", before: str = "") -> Page[R]:
        """`after` and `before` are tokens of an earlier page. One query, and those of `complete`."""

        def take(start: Cursor | None, descending: bool) -> list[R]:
            return self.some(found, order, most=size + 1, start=start, descending=descending)

        page = turn(take, order, size=size, total=total, after=after, before=before)
        self.complete(page.rows)
        return page

    def every(self, found: QuerySet[M], order: SortOrder) -> Iterator[R]:
        """All rows, through a database cursor: memory stays flat. A chunk costs the queries of `complete`."""
        chunk: list[R] = []
        for values in ordered(found, order.sort, descending=order.descending).values(*self.columns).iterator(chunk_size=CHUNK):
            chunk.append(self.row(**values))
            if len(chunk) == CHUNK:
                self.complete(chunk)
                yield from chunk
                chunk = []
        self.complete(chunk)
        yield from chunk
