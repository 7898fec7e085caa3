"""Issues by problem as SQL: from the counts that triggers keep (devices/migrations/0038_problems.py), or from the issues themselves.

Both give parts of problems, which are summed by vendor, title and severity. What a vendor does not report is grouped by account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from devices.issues.filters import ALL, OPEN, SILENCED, VENDOR, WOKEN
from devices.issues.sources import BRANCHES, IssueSource
from devices.issues.sql import IssueQuery, holds
from devices.lists.keyset import Cursor, SortOrder
from devices.models import IssueKind, Standing
from devices.models.device import RANK_SQL

CLASSES = (OPEN, WOKEN, *(each.value for each in Standing), VENDOR)
MOST_LIVE = 50_000  # issues that are grouped without counts
HIGHEST = 2**31 - 1
_REPORTED = next(each for each in BRANCHES if each.kind == IssueKind.ISSUE)
_NUMBERS = {
    ALL: "open + acknowledged + snoozed + muted + vendor_muted",
    SILENCED: "snoozed + muted",
    VENDOR: "vendor_muted",
}
_NAMES = ("open", "woken", "acknowledged", "snoozed", "muted", "vendor_muted")
_SUMMED = """
SELECT q.branch, coalesce(p.vendor, a.vendor) AS vendor, CASE WHEN q.branch = 0 THEN 0 ELSE q.ref END AS account,
       coalesce(p.state, CASE q.branch WHEN 1 THEN 'unknown' ELSE 'attention' END) AS state, coalesce(p.title, '') AS title,
       {sums}, min(q.oldest) AS oldest, max(q.newest) AS newest,
       array_agg(DISTINCT p.id) FILTER (WHERE p.id IS NOT NULL) AS problems
FROM ({parts}) q LEFT JOIN devices_problem p ON q.branch = 0 AND p.id = q.ref LEFT JOIN devices_account a ON q.branch <> 0 AND a.id = q.ref
WHERE coalesce(p.account_id, a.id) = ANY(%(near)s) AND (%(state)s = '' OR q.branch <> 0 OR p.state = %(state)s)
GROUP BY 1, 2, 3, 4, 5"""
_EDGES = """(SELECT {edge}(coalesce(i.since, i.first_seen_at)) FROM devices_issue i WHERE i.problem_id = p.id AND i.listed)"""


def page(parts: str, order: SortOrder, *, standing: str, place: Cursor | None, descending: bool, limit: int) -> tuple[str, dict[str, Any]]:
    """The rows beyond a place, each with the number of all of them."""
    sums = ", ".join(f"sum(q.{name})::int AS {name}" for name in _NAMES)
    number = _NUMBERS.get(standing, standing)
    names = [f"f.{name}" for name in order.sort.by]
    beyond, values = "true", {}
    if place:
        marks = [f"%(place_{name})s" for name in order.sort.by]
        beyond = f"({', '.join(names)}) {'<' if descending else '>'} ({', '.join(marks)})"
        values = {f"place_{name}": value for name, value in zip(order.sort.by, place.values, strict=True)}
    way = " DESC" if descending else ""
    return (
        f"""WITH summed AS ({_SUMMED.format(parts=parts, sums=sums)}), found AS (
          SELECT s.*, {RANK_SQL.replace("CASE state", "CASE s.state")} AS rank, {HIGHEST} - ({number}) AS less, {number} AS devices,
                 md5(concat_ws('/', branch, vendor, account, state, title)) COLLATE "C" AS tie, count(*) OVER () AS total
          FROM summed s WHERE {number} > 0)
        SELECT * FROM found f WHERE {beyond} ORDER BY {", ".join(f"{name}{way}" for name in names)} LIMIT {limit}""",
        values,
    )


def live(question: IssueQuery) -> str:
    """Parts of all that a filter finds; of each source at most one issue more than MOST_LIVE."""
    everything = replace(question, filters=replace(question.filters, standing=ALL))
    return " UNION ALL ".join(_live(everything, branch) for branch in question.branches()) or _nothing()


def counted(question: IssueQuery, *, edges: bool, most: int, text: str) -> str:
    """Parts from the counts, for a filter without devices, ages and users. `edges`: with the times of reported issues.

    `most`: devices that are counted for what vendors do not report, by account. `text`: only titles that contain it, as `%(part)s`.
    """
    everything = replace(question, filters=replace(question.filters, standing=ALL))
    branches = [each for each in question.branches() if not text or each.kind == IssueKind.ISSUE]
    return " UNION ALL ".join(_counted(everything, each, edges=edges, most=most, text=text) for each in branches) or _nothing()


def edges(problems: Sequence[int]) -> tuple[str, list[Any]]:
    """The oldest and the newest time of each problem."""
    lows, highs = (_EDGES.format(edge=edge) for edge in ("min", "max"))
    return f"SELECT p.id, {lows}, {highs} FROM unnest(%s::bigint[]) AS p(id)", [list(problems)]


def _live(question: IssueQuery, branch: IssueSource) -> str:
    return _grouped(branch, f"{question.select(branch, _classed(branch))} LIMIT {MOST_LIVE + 1}")


def _classed(branch: IssueSource) -> str:
    ref = "i.problem_id" if branch.kind == IssueKind.ISSUE else branch.account
    return f"""{ref} AS ref, {branch.since} AS since, CASE WHEN {holds(branch)} THEN t.standing WHEN {branch.silenced} THEN '{VENDOR}'
        WHEN t.id IS NOT NULL THEN '{WOKEN}' ELSE '{OPEN}' END AS class"""


def _grouped(branch: IssueSource, rows: str) -> str:
    numbers = [
        f"count(*) FILTER (WHERE class IN ('{OPEN}', '{WOKEN}'))",
        *(f"count(*) FILTER (WHERE class = '{each}')" for each in CLASSES[1:]),
    ]
    named = ", ".join(f"{number} AS {name}" for number, name in zip(numbers, _NAMES, strict=True))
    return f"SELECT {branch.number} AS branch, ref, {named}, min(since) AS oldest, max(since) AS newest FROM ({rows}) few GROUP BY ref"


def _counted(question: IssueQuery, branch: IssueSource, *, edges: bool, most: int, text: str) -> str:
    if branch.kind != IssueKind.ISSUE:
        rows = f"{question.select(branch, _classed(branch), beyond=f'{branch.account} = near.id')} LIMIT {most + 1}"
        return f"SELECT each.* FROM unnest(%(near)s::bigint[]) AS near(id) CROSS JOIN LATERAL ({_grouped(branch, rows)}) each"
    only = ["p.id = ANY(%(problems)s)"] if question.problems is not None else []
    only += ["strpos(lower(p.title), %(part)s) > 0"] if text else []
    low, high = (_EDGES.format(edge=edge) if edges else "NULL::timestamptz" for edge in ("min", "max"))
    few = " AND i.problem_id = ANY(%(problems)s)" if question.problems is not None else ""
    force = holds(_REPORTED)
    standings = ", ".join(f"count(*) FILTER (WHERE {force} AND t.standing = '{each.value}')" for each in Standing)
    titled = "JOIN devices_problem p ON p.id = i.problem_id" if text else ""
    searched = "AND strpos(lower(p.title), %(part)s) > 0" if text else ""
    return f"""SELECT 0 AS branch, p.id AS ref, p.number::bigint AS open, 0::bigint AS woken, 0::bigint AS acknowledged,
          0::bigint AS snoozed, 0::bigint AS muted, p.muted::bigint AS vendor_muted, {low} AS oldest, {high} AS newest
        FROM devices_problem p WHERE {" AND ".join(["p.number + p.muted > 0", *only])}
        UNION ALL SELECT 0, i.problem_id, -count(*) FILTER (WHERE {force} AND NOT i.silenced),
          count(*) FILTER (WHERE NOT {force} AND NOT i.silenced), {standings}, -count(*) FILTER (WHERE {force} AND i.silenced), NULL, NULL
        FROM devices_triage t CROSS JOIN LATERAL (
          SELECT * FROM devices_issue i WHERE i.sighting_id = t.ref AND i.key = t.key AND i.listed{few} OFFSET 0) i {titled}
        WHERE t.kind = '{IssueKind.ISSUE}' {searched} GROUP BY i.problem_id"""


def _nothing() -> str:
    numbers = ", ".join(f"0::bigint AS {name}" for name in _NAMES)
    return f"SELECT 0 AS branch, 0::bigint AS ref, {numbers}, NULL::timestamptz AS oldest, NULL::timestamptz AS newest WHERE false"
