"""Issues of all vendors as one list: reported by a vendor, no recent contact, and coverage gaps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import unquote

from django.db import connection
from django.db.models import Q

from devices.account_status.status import AccountStatus, statuses
from devices.issues import sql as issue_sql
from devices.issues.filters import ALL, ME, UNDECIDED, USER, WORST, IssueFilters, IssueListing
from devices.issues.rows import IssueRow, read_issues
from devices.issues.sources import IssueKey, IssueSource
from devices.issues.sql import IssueQuery, IssueScope
from devices.issues.title_search import with_words
from devices.lists.keyset import Cursor, Page, Total, turn
from devices.models import IssueKind, Life, Problem, User
from devices.search import queries as search
from devices.search.parser import SHORTEST_WORD
from vendors.parsing.normalise import UNSTORABLE

MOST = 1000  # counted, searched and triaged at once
CHUNK = 1000
WINDOW = 4000  # as many cost some ten milliseconds
WINDOW_OF_PROBLEM = 500  # of which only decisions leave out some


@dataclass(frozen=True, slots=True)
class IssueResult:
    """What a filter finds. `numbers`: how many each source has, up to one more than MOST; a source without a number was not counted.

    `cut`: the text finds more than MOST, so that only a part is here.
    """

    question: IssueQuery
    accounts: dict[int, AccountStatus]
    numbers: Mapping[int, int] = field(default_factory=dict)
    cut: bool = False

    @property
    def total(self) -> Total:
        number = sum(self.numbers.values())
        return Total(min(number, MOST), number > MOST)

    def few(self, branch: IssueSource) -> bool:
        """So few that finding all of them costs less than finding the first ones in their order."""
        bounded = branch.kind != IssueKind.ISSUE and self.question.members.ids is not None  # at most one an account and device
        return bounded or self.numbers.get(branch.number, 0) <= MOST

    def scattered(self, branch: IssueSource) -> bool:
        """Only the reported issues of some accounts or devices are wanted, which no index has in order."""
        question = self.question
        narrowed = question.accounts is not None or question.filters.partial or question.problems is not None
        return branch.kind == IssueKind.ISSUE and question.reach is None and narrowed


def matching(
    filters: IssueFilters, *, now: datetime, known: Sequence[AccountStatus] | None = None, user: User | None = None
) -> IssueResult:
    """Three queries, one where the statuses are `known`; with a text those of the search and two more, with a problem or the name of an
    assignee one more. `user`: whose own issues a filter may mean.
    """
    accounts = {each.pk: each for each in (statuses(now) if known is None else known)}
    reach, cut = _reach(filters, accounts) if filters.q else (None, False)
    question = replace(_question(filters, accounts, now), reach=reach, assignee=_assignee(filters.assignee, user))
    return IssueResult(question, accounts, _count(question), cut)


def issue_page(listing: IssueListing, found: IssueResult, *, after: str = "", before: str = "") -> Page[IssueRow]:
    """`after` and `before` are tokens of an earlier page. One query a source, at most three."""

    def take(place: Cursor | None, descending: bool) -> list[IssueRow]:
        if place is not None and UNSTORABLE.search(unquote(str(place.values[-1]))):
            place = None  # no issue has such a key, and the database takes none
        return _take(found, ranked=_ranked(listing), place=place, descending=descending, limit=listing.size + 1)

    return turn(take, listing.order, size=listing.size, total=found.total, after=after, before=before)


def every_issue(listing: IssueListing, found: IssueResult) -> Iterator[IssueRow]:
    """All pages in the order of the list: memory stays flat however many there are."""
    place: Cursor | None = None
    while rows := _take(
        found, ranked=listing.sort.removeprefix("-") == WORST, place=place, descending=listing.order.descending, limit=CHUNK
    ):
        yield from rows
        place = Cursor(listing.sort, tuple(getattr(rows[-1], name) for name in listing.order.sort.by), 0)


def undecided(now: datetime, *, known: Sequence[AccountStatus] | None = None) -> Total:
    """How many issues the list shows at first. Three queries, one where the statuses are `known`."""
    return matching(UNDECIDED, now=now, known=known).total


def device_issues(
    device: int, known: Sequence[AccountStatus], *, now: datetime, kinds: Collection[IssueKind] = IssueKind
) -> list[IssueRow]:
    """The issues of one device, the worst first. One query; none without `kinds`."""
    return _few(IssueScope(devices=[device]), {each.pk: each for each in known}, now, kinds)


def these(handles: Sequence[IssueKey], *, now: datetime) -> list[IssueRow]:
    """The issues that a form names, as they are now; those that no longer exist are left out. Three queries."""
    return _few(IssueScope(handles=handles), {each.pk: each for each in statuses(now)}, now)


def _ranked(listing: IssueListing) -> bool:
    return listing.sort.removeprefix("-") == WORST


def _few(reach: IssueScope, accounts: dict[int, AccountStatus], now: datetime, kinds: Collection[IssueKind] = IssueKind) -> list[IssueRow]:
    question = replace(_question(IssueFilters(standing=ALL), accounts, now), reach=reach)
    parts = [question.select(branch, issue_sql.columns(branch)) for branch in question.branches() if branch.kind in kinds]
    if not parts:
        return []
    rows = read_issues(" UNION ALL ".join(parts), question.values(), accounts)
    return sorted(rows, key=lambda row: (row.rank, row.since, row.branch, row.ref, row.key))


def _question(filters: IssueFilters, accounts: dict[int, AccountStatus], now: datetime) -> IssueQuery:
    sound = [pk for pk, each in accounts.items() if each.proves_absence]
    wanted = None
    if filters.account or filters.vendor:
        wanted = [pk for pk, each in accounts.items() if filters.account in ("", each.name) and filters.vendor in ("", each.vendor)]
    return IssueQuery(filters, now, sound, wanted, members=filters.members(), problems=_problems(filters, wanted))


def _problems(filters: IssueFilters, accounts: Sequence[int] | None) -> list[int] | None:
    """The ids of the problem that the filters name; None: they name none."""
    if not filters.problem:
        return None
    found = Problem.objects.filter(title=filters.problem)
    found = found.filter(state=filters.severity) if filters.severity else found
    found = found if accounts is None else found.filter(account_id__in=accounts)
    return list(found.order_by().values_list("pk", flat=True))


def _assignee(wanted: str, user: User | None) -> int:
    if wanted == ME:
        return user.pk if user else 0
    if not wanted.startswith(USER):
        return 0
    return User.objects.filter(username=wanted.removeprefix(USER)).values_list("pk", flat=True).first() or 0


def _reach(filters: IssueFilters, accounts: dict[int, AccountStatus]) -> tuple[IssueScope, bool]:
    """The devices that the text finds, and the issues whose title has it; at most MOST of each."""
    text = filters.q
    devices = search.candidates(text, Q(life__in=[Life.SEEN, Life.MISSING]) & filters.devices())
    named, beyond = with_words(text, most=MOST) if len(text) >= SHORTEST_WORD else ([], False)
    noticed = [pk for pk, each in accounts.items() if text.lower() in each.name.lower()]
    return IssueScope(devices[:MOST], noticed, named), beyond or len(devices) > MOST


def _count(question: IssueQuery) -> dict[int, int]:
    """Of each source up to one more than MOST. One query."""
    parts = [f"(SELECT count(*) FROM ({question.select(branch, '1')} LIMIT {MOST + 1}) few)" for branch in question.branches()]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", question.values())
        return {branch.number: number for branch, number in zip(question.branches(), cursor.fetchone(), strict=True)}


def _take(found: IssueResult, *, ranked: bool, place: Cursor | None, descending: bool, limit: int) -> list[IssueRow]:
    """The first rows beyond a place, from all sources. One that has none, or whose rows would all come later, is not queried."""
    rows: list[IssueRow] = []
    branches = [each for each in found.question.branches() if found.numbers.get(each.number) != 0]
    for branch in sorted(branches, key=lambda each: -1 if each.rank is None else -each.rank if descending else each.rank):
        if ranked and sum(_before(row, branch, descending=descending) for row in rows) >= limit:
            continue
        rows += _rows(found, branch, ranked=ranked, place=place, descending=descending, limit=limit)
    # Rows of one source come in the database's order, which is another one for texts: sorting is stable and leaves them so.
    rows.sort(key=lambda row: (row.rank if ranked else 0, row.since, row.branch), reverse=descending)
    return rows[:limit]


def _before(row: IssueRow, branch: IssueSource, *, descending: bool) -> bool:
    return branch.rank is not None and (row.rank > branch.rank if descending else row.rank < branch.rank)


def _rows(found: IssueResult, branch: IssueSource, *, ranked: bool, place: Cursor | None, descending: bool, limit: int) -> list[IssueRow]:
    question, columns, values = found.question, issue_sql.columns(branch), found.question.values()

    def beyond(of: IssueSource) -> str:
        condition, named = issue_sql.beyond(of, place, ranked=ranked, descending=descending) if place else ("true", {})
        values.update(named)
        return condition

    def read(text: str, of: IssueSource) -> list[IssueRow]:
        order = issue_sql.order(of, ranked=ranked, descending=descending)
        return read_issues(f"{text} ORDER BY {order} LIMIT {limit}", values, found.accounts)

    if not found.few(branch):
        if not found.scattered(branch):
            return read(question.select(branch, columns, beyond=beyond(branch)), branch)
        # The first rows in the order of the index are filtered; if too few of them remain, all that match are sorted.
        order = issue_sql.order(branch, ranked=ranked, descending=descending)
        first = f"(SELECT i.* FROM devices_issue i WHERE {beyond(branch)} ORDER BY {order} LIMIT {WINDOW})"
        if question.problems is not None:  # in the order of an index within each problem
            first = f"""(SELECT i.* FROM unnest(%(problems)s::bigint[]) AS p(id) CROSS JOIN LATERAL (SELECT * FROM devices_issue i
                WHERE i.problem_id = p.id AND i.listed AND {beyond(branch)} ORDER BY {order} LIMIT {WINDOW_OF_PROBLEM}) i)"""
        rows = read(replace(question, named=first).select(branch, columns), branch)
        if len(rows) == limit:
            return rows
    few, text = issue_sql.fenced(branch, question.select(branch, columns))
    return read(f"{text} WHERE {beyond(few)}", few)
