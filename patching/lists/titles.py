"""The list of applications, packages, systems and vulnerabilities with their numbers: from the tallies alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy

from devices.lists.columns import Column, Sort
from devices.lists.ids import HIGHEST
from devices.lists.keyset import Cursor, Page, Total, turn
from devices.lists.state import ListDefinition, ListState
from devices.trends.days import day_of
from patching.lists import conditions as narrowing
from patching.lists.counts import LinkedCount
from patching.lists.filters import MONTH, AttemptFilters, PatchFilters, TitleFilters
from patching.models import Title
from patching.models.patch import OPEN
from vendors.patch_states import PatchStatus

TitleListing = ListState[TitleFilters]
SHAPE = ListDefinition(
    name="applications",
    title=gettext_lazy("Patches by application"),
    counted=ngettext_lazy("%(range)s of %(total)s entry", "%(range)s of %(total)s entries", "count"),  # packages and systems, too
    url="patching:titles",
    filters=TitleFilters,
    columns={
        "name": Column(gettext_lazy("Application")),
        "kind": Column(gettext_lazy("Type")),
        "open": Column(gettext_lazy("Open patches"), number=True),
        "failed": Column(gettext_lazy("Failed patches"), number=True),
        "tried": Column(gettext_lazy("Attempts, 30 days"), number=True),
        "failures": Column(gettext_lazy("Failed attempts"), number=True),
    },
    sorts={
        "name": Sort(("name", "id")),
        "open": Sort(("open", "id"), descending_first=True, whole=("open",)),
        "failed": Sort(("failed", "id"), descending_first=True, whole=("failed",)),
        "tried": Sort(("tried", "id"), descending_first=True, whole=("tried",)),
        "failures": Sort(("failures", "id"), descending_first=True, whole=("failures",)),
    },
    sort="-open",
)
# Titles without a patch and without a recent attempt are left out: some vendors report a title for each version.
_TOLD = """WITH p AS (SELECT title_id,
  sum(number) FILTER (WHERE status = ANY(%(open)s)) AS open, sum(number) FILTER (WHERE status = 'failed') AS failed
  FROM patching_patchtally WHERE number > 0 GROUP BY 1),
a AS (SELECT title_id, sum(number) AS tried, sum(number) FILTER (WHERE status = 'failed') AS failures
  FROM patching_attempttally WHERE day > %(since)s AND number > 0 GROUP BY 1),
told AS (SELECT t.id, t.vendor, t.name, t.developer, t.kind, l.id AS likely_id, coalesce(l.name, '') AS probably,
  coalesce(p.open, 0)::bigint AS open, coalesce(p.failed, 0)::bigint AS failed,
  coalesce(a.tried, 0)::bigint AS tried, coalesce(a.failures, 0)::bigint AS failures
  FROM ({titles}) t LEFT JOIN p ON p.title_id = t.id LEFT JOIN a ON a.title_id = t.id
  LEFT JOIN patching_title l ON l.id = t.likely_id
  WHERE p.title_id IS NOT NULL OR a.title_id IS NOT NULL)
"""


@dataclass(slots=True)
class TitleRow:
    id: int
    vendor: str
    name: str
    developer: str
    kind: str
    likely_id: int | None
    probably: str
    open: int
    failed: int
    tried: int
    failures: int

    def _patches(self, count: int, **more: str) -> LinkedCount:
        return LinkedCount(PatchFilters(title=str(self.id), **more), count)

    def _attempts(self, count: int, **more: str) -> LinkedCount:
        return LinkedCount(AttemptFilters(title=str(self.id), **more), count)

    @property
    def numbers(self) -> list[tuple[str | Promise, LinkedCount]]:
        """With the label of its column, in their order."""
        failed = PatchStatus.FAILED.value
        found = [self._patches(self.open), self._patches(self.failed, status=failed)]
        found += [self._attempts(self.tried), self._attempts(self.failures, status=failed)]
        return list(zip((str(column.label) for column in SHAPE.columns.values() if column.number), found, strict=True))


def title_page(listing: TitleListing, *, now: datetime, after: str = "", before: str = "") -> Page[TitleRow]:
    """Two queries."""
    order = listing.order

    def take(start: Cursor | None, descending: bool) -> list[TitleRow]:
        return _rows(listing, start, descending=descending, most=listing.size + 1, now=now)

    (((number,),), _) = _asked(listing, "SELECT count(*) FROM told", {}, now=now)
    return turn(take, order, size=listing.size, total=Total(number), after=after, before=before)


def every_title(listing: TitleListing, *, now: datetime) -> list[TitleRow]:
    return _rows(listing, None, descending=listing.order.descending, most=None, now=now)


def one_title(pk: int) -> Title | None:
    return Title.objects.filter(pk=pk).select_related("likely").first() if pk <= HIGHEST else None


def _rows(listing: TitleListing, start: Cursor | None, *, descending: bool, most: int | None, now: datetime) -> list[TitleRow]:
    by, way = listing.order.sort.by, "DESC" if descending else "ASC"
    marks = ", ".join(f"%(b{place})s" for place in range(len(by)))
    beyond = f"WHERE ({', '.join(by)}) {'<' if descending else '>'} ({marks})" if start else ""
    order = ", ".join(f"{name} {way}" for name in by)
    selected = f"SELECT * FROM told {beyond} ORDER BY {order} LIMIT {'ALL' if most is None else int(most)}"
    rows, names = _asked(listing, selected, {f"b{place}": value for place, value in enumerate(start.values if start else ())}, now=now)
    wanted = [names.index(each) for each in TitleRow.__slots__]
    return [TitleRow(*(row[place] for place in wanted)) for row in rows]


def _asked(listing: TitleListing, selected: str, values: dict[str, Any], *, now: datetime) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Rows and the names of their columns; `selected` reads from `told`."""
    titles, of_titles = narrowing.titles(listing.filters).query.sql_with_params()
    named = {"open": OPEN, "since": day_of(now) - timedelta(days=int(MONTH)), **values}
    named |= {f"t{place}": value for place, value in enumerate(of_titles)}
    told = _TOLD.format(titles=titles % tuple(f"%(t{place})s" for place in range(len(of_titles))))
    with connection.cursor() as cursor:
        cursor.execute(told + selected, named)
        return cursor.fetchall(), [column.name for column in cursor.description]
