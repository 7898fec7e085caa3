"""Issues by problem: the rows of the list, and one of them for its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.formats import number_format
from django.utils.translation import gettext

from devices.account_status.status import AccountStatus
from devices.db.messages import translated
from devices.issues.filters import ALL, LATEST, OLDEST, PROBLEM_LIST, SINGLE, IssueFilters, IssueListing
from devices.issues.problems import sql as problem_sql
from devices.issues.problems.keys import ProblemKey
from devices.issues.problems.sql import MOST_LIVE
from devices.issues.queries import MOST, IssueResult
from devices.lists.keyset import Cursor, Page, SortOrder, Total, turn
from devices.models import IssueKind
from vendors.registry import label_of, short_label_of
from vendors.stored_titles import only_counted, problem_title

CHUNK = 1000
_ASSIGNEES = """SELECT DISTINCT q.branch, q.ref, u.username FROM (
  SELECT 0 AS branch, i.problem_id AS ref, x.user_id FROM devices_assignment x CROSS JOIN LATERAL (
    SELECT i.problem_id FROM devices_issue i WHERE i.sighting_id = x.ref AND i.key = x.key AND i.listed OFFSET 0) i WHERE x.kind = 'issue'
  UNION ALL SELECT 1, s.account_id, x.user_id FROM devices_assignment x CROSS JOIN LATERAL (
    SELECT s.account_id FROM devices_sighting s WHERE s.id = x.ref AND s.stale OFFSET 0) s WHERE x.kind = 'stale'
  UNION ALL SELECT 2, g.account_id, x.user_id FROM devices_assignment x JOIN devices_gap g ON g.id = x.ref WHERE x.kind = 'gap') q
JOIN devices_user u ON u.id = q.user_id ORDER BY 3"""


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem with its issues by decision; `devices` have one that the filter shows, each counted once for each account.

    `oldest` and `newest`: of all its issues. `ids`: its rows in Problem; none where Rollcall finds it, which is counted up to MOST.
    """

    branch: int
    vendor: str
    account: AccountStatus | None
    state: str
    vendors_title: str
    open: int
    woken: int
    acknowledged: int
    snoozed: int
    muted: int
    vendor_muted: int
    oldest: datetime
    newest: datetime
    ids: Sequence[int]
    rank: int
    less: int
    devices: int
    tie: str
    assignees: tuple[str, ...] = ()

    @property
    def refs(self) -> list[tuple[int, int]]:
        """Branch, and problem or account."""
        return [(self.branch, self.account.pk)] if self.account else [(self.branch, pk) for pk in self.ids]

    @property
    def kind(self) -> IssueKind:
        return list(IssueKind)[self.branch]

    @property
    def key(self) -> ProblemKey:
        return ProblemKey(self.kind.value, self.account.name if self.account else self.vendor, self.state, self.vendors_title)

    @property
    def title(self) -> str:
        if self.account is None:
            return translated(problem_title(self.vendors_title))
        names = {"account": self.account.name, "vendor": short_label_of(self.vendor)}
        if self.kind == IssueKind.GAP:
            return gettext("Missing from %(account)s") % names
        return gettext("No recent contact with %(vendor)s (%(account)s)") % names

    @property
    def more(self) -> bool:
        return self.kind != IssueKind.ISSUE and self.devices > MOST

    @property
    def shown_devices(self) -> str:
        return Total(min(self.devices, MOST), True).words if self.more else number_format(self.devices, force_grouping=True)

    @property
    def vendor_label(self) -> str:
        return label_of(self.vendor)

    @property
    def only_counted(self) -> bool:
        """The vendor reports only how many issues there are, so that its console has more."""
        return only_counted(self.vendors_title)

    @property
    def decided(self) -> int:
        """Issues with a decision of a user."""
        return self.acknowledged + self.snoozed + self.muted

    @property
    def everything(self) -> int:
        return self.open + self.decided + self.vendor_muted


def is_counted(filters: IssueFilters, found: IssueResult) -> bool:
    """The stored counts answer this filter; a text only where it finds more than can be searched."""
    by_device = filters.partial or filters.age or filters.by or filters.assignee
    return not by_device and (not filters.q or found.cut)


def is_incomplete(rows: Sequence[ProblemRow]) -> bool:
    """More issues match than are grouped, so that these numbers are too low. Only where the counts do not answer."""
    return sum(row.everything for row in rows) > MOST_LIVE


def problem_page(listing: IssueListing, found: IssueResult, *, after: str = "", before: str = "") -> Page[ProblemRow]:
    """`after` and `before` are tokens of an earlier page. Three queries, two where the issues themselves are grouped."""
    totals = [0]

    def take(place: Cursor | None, descending: bool) -> list[ProblemRow]:
        rows, totals[0] = _take(found, listing.order, place=place, descending=descending, limit=listing.size + 1)
        return rows

    page = turn(take, listing.order, size=listing.size, total=Total(0, False), after=after, before=before)
    return replace(page, rows=_assigned(_dated(page.rows)), total=totals[0])


def every_problem(listing: IssueListing, found: IssueResult) -> Iterator[ProblemRow]:
    """All pages in the order of the list."""
    order, place = listing.order, None
    while rows := _take(found, order, place=place, descending=order.descending, limit=CHUNK)[0]:
        yield from _assigned(_dated(rows))
        place = Cursor(order.key, tuple(getattr(rows[-1], name) for name in order.sort.by), 0)


def one_problem(filters: IssueFilters, found: IssueResult) -> ProblemRow | None:
    """The problem of these filters with all its issues, whatever was decided; None: no device has it now."""
    own = IssueFilters(
        rows=SINGLE, problem=filters.problem, kind=filters.kind, vendor=filters.vendor, account=filters.account, severity=filters.severity,
        standing=ALL,
    )  # fmt: skip
    question = replace(found.question, filters=own, reach=None)
    rows, _ = _take(replace(found, question=question), PROBLEM_LIST.at_first.order, place=None, descending=False, limit=1)
    return _assigned(_dated(rows))[0] if rows else None


def _take(found: IssueResult, order: SortOrder, *, place: Cursor | None, descending: bool, limit: int) -> tuple[list[ProblemRow], int]:
    """The first rows beyond a place, and how many there are in all."""
    question, filters = found.question, found.question.filters
    if is_counted(filters, found):
        with_edges = order.key.removeprefix("-") in (OLDEST, LATEST)
        parts = problem_sql.counted(question, edges=with_edges, most=MOST, text=filters.q)
    else:
        parts = problem_sql.live(question)
    text, more = problem_sql.page(parts, order, standing=filters.standing, place=place, descending=descending, limit=limit)
    near = list(found.accounts) if question.accounts is None else list(question.accounts)
    values = question.values() | more | {"near": near, "state": filters.severity, "part": filters.q.lower()}
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        read: list[tuple[Any, ...]] = cursor.fetchall()
    return [_row(found.accounts, *rest) for *rest, _ in read], read[0][-1] if read else 0


def _row(accounts: Mapping[int, AccountStatus], branch: int, vendor: str, account: int, *rest: Any) -> ProblemRow:
    return ProblemRow(branch, vendor, accounts[account] if branch else None, *rest)


def _dated(rows: Sequence[ProblemRow]) -> list[ProblemRow]:
    """With the times that the counts do not have. One query where one lacks them."""
    ids = [pk for row in rows if row.oldest is None for pk in row.ids]
    if not ids:
        return list(rows)
    text, values = problem_sql.edges(ids)
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        known = {pk: (low, high) for pk, low, high in cursor.fetchall() if low}
    return [each if each.oldest else _with_edges(each, known) for each in rows]


def _assigned(rows: Sequence[ProblemRow]) -> list[ProblemRow]:
    """With the users to whom their issues are assigned. One query; none without rows."""
    if not rows:
        return []
    names: dict[tuple[int, int], list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ASSIGNEES)
        for branch, ref, name in cursor.fetchall():
            names.setdefault((branch, ref), []).append(name)
    if not names:
        return list(rows)
    return [replace(each, assignees=tuple(sorted({name for key in each.refs for name in names.get(key, ())}))) for each in rows]


def _with_edges(row: ProblemRow, known: Mapping[int, tuple[datetime, datetime]]) -> ProblemRow:
    own = [known[pk] for pk in row.ids if pk in known]
    return replace(row, oldest=min(low for low, _ in own), newest=max(high for _, high in own)) if own else row
