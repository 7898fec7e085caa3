"""One issue as lists, pages and forms know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from django.db import connection

from devices.account_status.status import AccountStatus
from devices.db.messages import translated
from devices.issues.sources import IssueKey
from devices.models import IssueKind
from vendors.issue_titles import recognized


@dataclass(frozen=True, slots=True)
class IssueRow:
    """One line. `since` is ours where the vendor does not tell (`told`); `silenced`: by the vendor.

    `standing`: what is decided; `woke`: why a decision ended.
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

    @property
    def as_seen(self) -> str:
        """Its form value and what it was when it was shown: a decision is about that."""
        return "-".join((self.kind, f"{self.ref}.{self.look}", self.key))

    @property
    def kind(self) -> IssueKind:
        return list(IssueKind)[self.branch]

    @property
    def handle(self) -> IssueKey:
        return IssueKey(self.kind.value, self.ref, self.key)

    @property
    def look(self) -> str:
        """What the issue is now, in few letters: a form says by it what its reader saw."""
        return blake2b(self.token.encode(), digest_size=4).hexdigest()

    @property
    def tie(self) -> str:
        """The key as a token of a page can carry it."""
        return quote(self.key)

    @property
    def title(self) -> str:
        """As the vendor names the issue, or what nobody but us says."""
        if self.kind == IssueKind.STALE:
            record = f", record {self.vendors_title}" if self.vendors_title else ""
            return f"No recent contact with {self.account.vendor_label.partition(' ')[0]} ({self.account.name}{record})"
        return (
            f"Missing in the complete list of {self.account.name}"
            if self.kind == IssueKind.GAP
            else translated(recognized(self.vendors_title))
        )

    @property
    def decided(self) -> bool:
        return self.by_name != "" and not self.woke


def read_issues(text: str, values: Mapping[str, Any], accounts: dict[int, AccountStatus]) -> list[IssueRow]:
    """What a question of devices/issues/sql.py finds, in its order."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        told: list[tuple[Any, ...]] = cursor.fetchall()
    return [IssueRow(accounts[account], *rest) for account, *rest in told if account in accounts]
