"""Queries for issues as SQL. Each source is read in the order of an index (migration 0007), as far as one page needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from devices.device_list.fleet_filters import MatchingDevices
from devices.issues.filters import ALL, NO_USER, OPEN, SILENCED, VENDOR, WOKEN, IssueFilters
from devices.issues.sources import BRANCHES, NO_KEY, IssueKey, IssueSource
from devices.lists.keyset import Cursor
from devices.models import IssueKind
from devices.models.device import RANKS
from vendors.states import State

_NAMED = """(SELECT i.* FROM unnest(%(refs)s::bigint[], %(keys)s::text[]) AS w(ref, key)
    JOIN devices_issue i ON i.sighting_id = w.ref AND i.key = w.key
    UNION SELECT i.* FROM unnest(%(devices)s::bigint[]) AS w(id)
    JOIN devices_sighting n ON n.device_id = w.id JOIN devices_issue i ON i.sighting_id = n.id)"""


@dataclass(frozen=True, slots=True)
class IssueScope:
    """Only the issues of these devices, those that Rollcall finds at these accounts, and those named."""

    devices: Sequence[int] = ()
    accounts: Sequence[int] = ()
    handles: Sequence[IssueKey] = ()


@dataclass(frozen=True, slots=True)
class IssueQuery:
    """`accounts`: only theirs, None: all; `sound`: those whose last full sync proves that a device is missing.

    `named`: SQL that gives only some of the reported issues; `members`: the devices to search. `problems`: only theirs.
    `assignee`: the user of that filter; 0: there is no such user.
    """

    filters: IssueFilters
    now: datetime
    sound: Sequence[int]
    accounts: Sequence[int] | None = None
    reach: IssueScope | None = None
    named: str = "devices_issue"
    members: MatchingDevices = field(default_factory=MatchingDevices)
    problems: Sequence[int] | None = None
    assignee: int = 0

    def branches(self) -> list[IssueSource]:
        """Those that can have an answer."""
        wanted = self.filters.severity
        rank = RANKS[State(wanted)] if wanted else None
        kinds = [each for each in BRANCHES if self.filters.kind in ("", each.kind)]
        return [each for each in kinds if rank is None or each.rank in (None, rank)]

    def values(self) -> dict[str, Any]:
        reach, (passed, not_passed) = self.reach or IssueScope(), self.filters.ages
        named = [each for each in reach.handles if each.kind == IssueKind.ISSUE]
        return {
            "now": self.now,
            "before": self.now - passed if passed else None,
            "since": self.now - not_passed if not_passed else None,
            "accounts": list(self.accounts or ()),
            "sound": list(self.sound),
            "rank": RANKS[State(self.filters.severity)] if self.filters.severity else None,
            "decided": self.filters.standing,
            "by": self.filters.by,
            "problems": list(self.problems or ()),
            "assignee": self.assignee,
            "devices": list(reach.devices),
            "noticed": list(reach.accounts),
            "refs": [each.ref for each in named],
            "keys": [each.key for each in named],
            **self.members.selected("id", "name", "life")[1],
            **{f"{kind}_refs": [each.ref for each in reach.handles if each.kind == kind] for kind in (IssueKind.STALE, IssueKind.GAP)},
        }

    def select(self, branch: IssueSource, columns: str, *, beyond: str = "true") -> str:
        """Without an order and a limit."""
        source = branch.source.format(issues=_NAMED if self.reach else self.named, devices=self.members.selected("id", "name", "life")[0])
        return f"""SELECT {columns} FROM {source}
            LEFT JOIN devices_triage t ON {_is_of("t", branch)}
            WHERE {" AND ".join([*self._conditions(branch), beyond])}"""

    def _conditions(self, branch: IssueSource) -> list[str]:
        found = []
        if self.reach and branch.kind != IssueKind.ISSUE:
            found.append(
                f"({branch.device} = ANY(%(devices)s) OR {branch.account} = ANY(%(noticed)s) OR {branch.ref} = ANY(%({branch.kind}_refs)s))"
            )
        if self.accounts is not None:
            found.append(f"{branch.account} = ANY(%(accounts)s)")
        if self.problems is not None and branch.kind == IssueKind.ISSUE:
            found.append("i.problem_id = ANY(%(problems)s)")
        if branch.kind == IssueKind.GAP:
            found.append(f"{branch.account} = ANY(%(sound)s)")
        if self.filters.severity and branch.rank is None:
            found.append(f"{branch.rank_sql} = %(rank)s")
        passed, not_passed = self.filters.ages
        if passed:
            found.append(f"{branch.since} < %(before)s")
        if not_passed:
            found.append(f"{branch.since} >= %(since)s")
        if self.filters.by:
            found.append("lower(t.by_name) = lower(%(by)s)")
        if self.filters.assignee:
            no, user = ("NOT ", "") if self.filters.assignee == NO_USER else ("", " AND x.user_id = %(assignee)s")
            found.append(f"{no}EXISTS (SELECT FROM devices_assignment x WHERE {_is_of('x', branch)}{user})")
        return found + decided(branch, self.filters.standing)


def _is_of(alias: str, branch: IssueSource) -> str:
    return f"{alias}.kind = '{branch.kind}' AND {alias}.ref = {branch.ref} AND {alias}.key = {branch.key}"


def holds(branch: IssueSource) -> str:
    """Whether a decision is in force, by the clock and by what the issue is now."""
    return f"coalesce(t.ended_at IS NULL AND t.token = {branch.fingerprint} AND (t.until IS NULL OR t.until > %(now)s), false)"


def decided(branch: IssueSource, standing: str) -> list[str]:
    """The conditions of a value of the filter."""
    if standing == ALL:
        return []
    if standing in (OPEN, WOKEN):
        return [f"NOT {branch.silenced}", f"NOT {holds(branch)}", *(["t.id IS NOT NULL"] if standing == WOKEN else [])]
    if standing == VENDOR:
        return [branch.silenced, f"NOT {holds(branch)}"]
    if standing == SILENCED:
        return ["t.standing IN ('snoozed', 'muted')", holds(branch)]
    return ["t.standing = %(decided)s", holds(branch)]


def columns(branch: IssueSource) -> str:
    """As `IssueRow` of devices/issues/rows.py has them."""
    force = holds(branch)
    standing = f"CASE WHEN {force} THEN t.standing WHEN {branch.silenced} THEN '{VENDOR}' ELSE '{OPEN}' END"
    woke = f"""CASE WHEN t.id IS NULL OR {force} THEN '' WHEN t.token <> {branch.fingerprint} THEN 'changed'
        WHEN t.until <= %(now)s THEN 'time' ELSE 'back' END"""
    # What `fenced` counts on: account, branch, ref, key, rank, since.
    own = (
        branch.ref,
        branch.key,
        branch.rank_sql,
        branch.since,
        branch.told,
        branch.state,
        branch.title,
        branch.raw,
        branch.silenced,
        branch.fingerprint,
    )
    triage = "t.until, coalesce(t.reason, ''), coalesce(t.ticket, ''), coalesce(t.by_name, ''), t.at"
    assignee = f"""(SELECT CASE WHEN u.is_active THEN '+' ELSE '-' END || u.username FROM devices_assignment x
        JOIN devices_user u ON u.id = x.user_id WHERE {_is_of("x", branch)})"""
    return f"{branch.account}, {branch.number}, {', '.join(own)}, d.id, d.name, {standing}, {woke}, {triage}, {assignee}"


def order(branch: IssueSource, *, ranked: bool, descending: bool) -> str:
    way = " DESC" if descending else ""
    first = [branch.rank_sql] if ranked and branch.rank is None else []
    return ", ".join(f"{each}{way}" for each in [*first, branch.since, branch.ref, branch.key] if each != NO_KEY)


def fenced(branch: IssueSource, text: str) -> tuple[IssueSource, str]:
    """What `text` selects as `columns`, all of it found before it is ordered; and the branch by whose names it is."""
    key = branch.key if branch.key == NO_KEY else "few.key"
    return (
        replace(branch, ref="few.ref", key=key, rank_sql="few.rank", since="few.since"),
        f"SELECT * FROM ({text} OFFSET 0) AS few (account, branch, ref, key, rank, since)",
    )


def beyond(branch: IssueSource, place: Cursor, *, ranked: bool, descending: bool) -> tuple[str, dict[str, Any]]:
    """The rows after a place, whichever source its own row is from. Said so that the index of this source answers it."""
    *rank, since, number, ref, tie = place.values
    if rank and branch.rank is not None and branch.rank != rank[0]:
        return ("true" if (branch.rank > int(str(rank[0]))) is not descending else "false"), {}
    sign = "<" if descending else ">"
    names = [branch.rank_sql] if rank and ranked and branch.rank is None else []
    marks = ["%(place_rank)s"] if names else []
    names, marks = [*names, branch.since], [*marks, "%(place_since)s"]
    values = {"place_rank": rank[0] if rank else None, "place_since": since, "place_ref": ref, "place_key": unquote(str(tie))}
    if branch.number == number:
        own = [(branch.ref, "%(place_ref)s"), (branch.key, "%(place_key)s")][: 1 if branch.key == NO_KEY else 2]
        names, marks = [*names, *(name for name, _ in own)], [*marks, *(mark for _, mark in own)]
    elif (branch.number > int(str(number))) is not descending:
        sign += "="
    return f"({', '.join(names)}) {sign} ({', '.join(marks)})", values
