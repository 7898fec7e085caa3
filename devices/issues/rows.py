"""An issue as a row of lists, pages and forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.utils.translation import gettext

from devices.account_status.status import AccountStatus
from devices.db.messages import translated
from devices.issues.problems.keys import ProblemKey
from devices.issues.sources import IssueKey
from devices.models import IssueKind
from vendors.registry import short_label_of
from vendors.stored_titles import only_counted, problem_of, recognized


@dataclass(frozen=True, slots=True)
class IssueRow:
    """`since`: from the vendor (`told`), or else when Rollcall first saw it. `silenced`: by the vendor.

    `standing`: the decision; `woke`: why a decision ended. `assigned`: the name of a user after `+`, of a disabled one after `-`.
    """

    account: AccountStatus
    branch: int
    ref: int
    key: str
    rank: int
    since: datetime
    told: bool
    state: str
    vendors_title: str
    raw: str
    silenced: bool
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
    assigned: str | None

    @property
    def assignee(self) -> str:
        """The name of the user; "" where there is none."""
        return (self.assigned or "")[1:]

    @property
    def assignee_off(self) -> bool:
        """The user is disabled."""
        return (self.assigned or "").startswith("-")

    @property
    def problem(self) -> ProblemKey:
        if self.kind == IssueKind.ISSUE:
            return ProblemKey(self.kind.value, self.account.vendor, self.state, problem_of(self.vendors_title))
        return ProblemKey(self.kind.value, self.account.name, self.state, "")

    @property
    def only_counted(self) -> bool:
        """The vendor reports only how many issues there are, so that its console has more."""
        return self.kind == IssueKind.ISSUE and only_counted(self.problem.title)

    @property
    def as_seen(self) -> str:
        """Its form value with its digest, so that a decision is about what was shown."""
        return "-".join((self.kind, f"{self.ref}.{self.look}", self.key))

    @property
    def kind(self) -> IssueKind:
        return list(IssueKind)[self.branch]

    @property
    def handle(self) -> IssueKey:
        return IssueKey(self.kind.value, self.ref, self.key)

    @property
    def look(self) -> str:
        """A short digest of what the issue is now."""
        return blake2b(self.token.encode(), digest_size=4).hexdigest()

    @property
    def tie(self) -> str:
        """The key as a token of a page can carry it."""
        return quote(self.key)

    @property
    def title(self) -> str:
        """As the vendor names the issue; of an issue that Rollcall finds, in the user's language."""
        if self.kind == IssueKind.ISSUE:
            return translated(recognized(self.vendors_title))
        names = {"account": self.account.name, "vendor": short_label_of(self.account.vendor), "record": self.vendors_title}
        if self.kind == IssueKind.GAP:
            return gettext("Missing from %(account)s") % names
        if self.vendors_title:
            return gettext("No recent contact with %(vendor)s (%(account)s, record %(record)s)") % names
        return gettext("No recent contact with %(vendor)s (%(account)s)") % names

    @property
    def decided(self) -> bool:
        return self.by_name != "" and not self.woke


def read_issues(text: str, values: Mapping[str, Any], accounts: dict[int, AccountStatus]) -> list[IssueRow]:
    """The rows that a query of devices/issues/sql.py finds, in its order."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [IssueRow(accounts[account], *rest) for account, *rest in rows if account in accounts]
