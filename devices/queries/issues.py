"""One list of everything that is wrong, over all vendors: what they name, whom they have not heard from, and who is missing where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.db.models import Q

from devices.models import IssueKind, Life
from devices.queries import issue_sql, search
from devices.queries.clue import SHORTEST_WORD
from devices.queries.issue_filters import ALL, UNDECIDED, WORST, IssueFilters, IssueListing
from devices.queries.issue_sources import Branch, Handle
from devices.queries.issue_sql import Question, Reach
from devices.queries.place import Place
from devices.queries.proof import Proof, proofs
from devices.queries.turning import Total, Turned, turn

MOST = 1000  # counted, searched and decided about at once
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Issue:
    """One line. `since` is ours where the vendor does not tell (`told`); `standing` what is decided, `woke` why a decision ended."""

    account: Proof
    branch: int
    ref: int
    key: str
    rank: int
    since: datetime
    told: bool
    state: str
    vendors_title: str
    raw: str
    token: str
    device: int
    device_name: str
    standing: str
    woke: str
    until: datetime | None
    reason: str
    ticket: str
    by_name: str
    at: datetime | None

    @property
    def kind(self) -> IssueKind:
        return list(IssueKind)[self.branch]

    @property
    def handle(self) -> Handle:
        return Handle(self.kind.value, self.ref, self.key)

    @property
    def tie(self) -> str:
        """The key as a token of a page can carry it."""
        return quote(self.key)

    @property
    def title(self) -> str:
        return _noticed(self.kind, self.account) or self.vendors_title

    @property
    def decided(self) -> bool:
        return self.by_name != "" and not self.woke


@dataclass(frozen=True, slots=True)
class Found:
    """What a filter means. `cut`: the text means more than is looked for, so that only a part is here."""

    question: Question
    accounts: dict[int, Proof]
    total: Total
    cut: bool = False


def matching(filters: IssueFilters, *, now: datetime) -> Found:
    """Three queries; with a text those of the search and one more."""
    accounts = {proof.account: proof for proof in proofs(now)}
    reach, cut = _reach(filters.q, accounts) if filters.q else (None, False)
    question = replace(_question(filters, accounts, now), reach=reach)
    number = _count(question)
    return Found(question, accounts, Total(min(number, MOST), number > MOST), cut)


def issue_page(listing: IssueListing, found: Found, *, after: str = "", before: str = "") -> Turned[Issue]:
    """`after` and `before` are tokens of an earlier page. One query a source, at most three."""

    def take(place: Place | None, descending: bool) -> list[Issue]:
        return _take(found, ranked=listing.sort == WORST, place=place, descending=descending, limit=listing.size + 1)

    return turn(take, listing.order, size=listing.size, total=found.total, after=after, before=before)


def every_issue(listing: IssueListing, found: Found) -> Iterator[Issue]:
    """All pages in the order of the list: memory stays flat however many there are."""
    place: Place | None = None
    while rows := _take(found, ranked=listing.sort == WORST, place=place, descending=listing.order.descending, limit=CHUNK):
        yield from rows
        place = Place(listing.sort, tuple(getattr(rows[-1], name) for name in listing.order.sort.by), 0)


def undecided(now: datetime) -> Total:
    """How many issues the list shows at first. Three queries."""
    return matching(UNDECIDED, now=now).total


def device_issues(device: int, known: Sequence[Proof], *, now: datetime) -> list[Issue]:
    """Everything that is wrong with one device, the worst first. Three queries."""
    return _few(Reach(devices=[device]), {proof.account: proof for proof in known}, now)


def these(handles: Sequence[Handle], *, now: datetime) -> list[Issue]:
    """What forms name, as it is now; what is not there any more is left out. Five queries."""
    return _few(Reach(handles=handles), {proof.account: proof for proof in proofs(now)}, now)


def _few(reach: Reach, accounts: dict[int, Proof], now: datetime) -> list[Issue]:
    question = replace(_question(IssueFilters(standing=ALL), accounts, now), reach=reach)
    return _take(Found(question, accounts, Total(0)), ranked=True, place=None, descending=False, limit=None)


def _question(filters: IssueFilters, accounts: dict[int, Proof], now: datetime) -> Question:
    sound = [pk for pk, proof in accounts.items() if proof.sound]
    asked = None
    if filters.account or filters.vendor:
        asked = [pk for pk, each in accounts.items() if filters.account in ("", each.name) and filters.vendor in ("", each.vendor)]
    return Question(filters, now, sound, asked)


def _reach(text: str, accounts: dict[int, Proof]) -> tuple[Reach, bool]:
    """The devices that the text means, and the issues whose words have it; at most MOST of each."""
    devices = search.candidates(text, Q(life__in=[Life.SEEN, Life.MISSING]))
    lower = text.lower()
    named: list[Handle] = []
    if len(lower) >= SHORTEST_WORD:
        with connection.cursor() as cursor:
            like = f"%{search.literally(lower)}%"
            cursor.execute("SELECT sighting_id, key FROM devices_issue WHERE lower(title) LIKE %s LIMIT %s", [like, MOST + 1])
            named = [Handle(IssueKind.ISSUE.value, *row) for row in cursor.fetchall()]
    cut = len(devices) > MOST or len(named) > MOST
    return Reach(devices[:MOST], [pk for pk, each in accounts.items() if lower in each.name.lower()], named[:MOST]), cut


def _count(question: Question) -> int:
    """Up to one more than MOST."""
    parts = [f"SELECT count(*) AS n FROM ({question.select(branch, '1')} LIMIT {MOST + 1}) few" for branch in question.branches()]
    if not parts:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sum(n)::bigint FROM ({' UNION ALL '.join(parts)}) parts", question.values())
        return int(cursor.fetchone()[0])


def _take(found: Found, *, ranked: bool, place: Place | None, descending: bool, limit: int | None) -> list[Issue]:
    """The first rows beyond a place, from all sources. One whose rows would all come later is not asked."""
    rows: list[Issue] = []
    for branch in sorted(found.question.branches(), key=lambda each: -1 if each.rank is None else -each.rank if descending else each.rank):
        if ranked and limit and sum(_before(row, branch, descending=descending) for row in rows) >= limit:
            continue
        rows += _rows(found, branch, ranked=ranked, place=place, descending=descending, limit=limit)
    # Rows of one source come in the database's order, which is another one for texts: sorting is stable and leaves them so.
    rows.sort(key=lambda row: (row.rank if ranked else 0, row.since, row.branch), reverse=descending)
    return rows[:limit]


def _before(row: Issue, branch: Branch, *, descending: bool) -> bool:
    return branch.rank is not None and (row.rank > branch.rank if descending else row.rank < branch.rank)


def _rows(found: Found, branch: Branch, *, ranked: bool, place: Place | None, descending: bool, limit: int | None) -> list[Issue]:
    beyond, values = issue_sql.beyond(branch, place, ranked=ranked, descending=descending) if place else ("true", {})
    text = found.question.select(branch, issue_sql.columns(branch), beyond=beyond)
    order = issue_sql.order(branch, ranked=ranked, descending=descending)
    with connection.cursor() as cursor:
        cursor.execute(f"{text} ORDER BY {order}{f' LIMIT {limit}' if limit else ''}", found.question.values() | values)
        told: list[tuple[Any, ...]] = cursor.fetchall()
    return [Issue(found.accounts[account], *rest) for account, *rest in told if account in found.accounts]


def _noticed(kind: IssueKind, account: Proof) -> str:
    """What nobody but us says."""
    if kind == IssueKind.STALE:
        return f"No recent contact with {account.label}"
    return f"Missing in the complete list of {account.name}" if kind == IssueKind.GAP else ""
