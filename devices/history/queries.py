"""Activity of a device, newest first: changes by vendors, actions of users, notes, and first sightings.

One query for a page. A cursor is (time, source, id), so that older pages cost the same as the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from devices.history.entries import HistoryEntry
from devices.models import ChangeKind

PAGE = 50
# The source of an entry. At the same time notes come first, then changes, then first sightings.
_FIRST, _CHANGE, _NOTE = range(3)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = 250_000_000_000 * 1_000_000  # microseconds; still a year that a datetime can hold
_HIGHEST = 2**63 - 1
_SIDE_BY_SIDE = 50  # runs of one account that may begin while another goes on
_OTHERS = ", ".join(f"'{kind}'" for kind in (ChangeKind.LINKED, ChangeKind.PARTED, ChangeKind.MOVED, ChangeKind.MERGED))


def _branch(source: int, at: str, columns: str, table: str, *, only: str = "true") -> str:
    return f"""(SELECT {at} AS at, {source} AS source, id, {columns} FROM {table}
                WHERE device_id = %(device)s AND {only} AND {at} <= %(at)s::timestamptz
                AND ({at}, {source}, id) < (%(at)s::timestamptz, %(source)s, %(id)s) ORDER BY {at} DESC, id DESC LIMIT %(size)s)"""


_CHANGES = _branch(
    _CHANGE, "at", "kind, field, before, after, account_id, run_id, actor_name, reason, ticket, '' AS text", "devices_change"
)
_NOTES = _branch(_NOTE, "at", "'note', '', '', '', NULL, NULL, author_name, '', ticket, text", "devices_note", only="%(notes)s")
_FIRSTS = _branch(_FIRST, "created_at", "'first', '', '', '', account_id, NULL, '', '', '', ''", "devices_sighting")
# The run of a first sighting is looked up after the page is cut. The id of the other device is in `before` (moved from it) or `after`.
_TIMELINE = f"""
WITH page AS MATERIALIZED (
  SELECT * FROM ({_CHANGES} UNION ALL {_NOTES} UNION ALL {_FIRSTS}) every ORDER BY at DESC, source DESC, id DESC LIMIT %(size)s
), complete AS (
  SELECT p.*, coalesce(p.run_id, (SELECT b.id FROM (
      SELECT r.id, r.finished_at FROM devices_syncrun r WHERE p.source = {_FIRST} AND r.account_id = p.account_id AND r.started_at <= p.at
      ORDER BY r.started_at DESC LIMIT {_SIDE_BY_SIDE}) b
      WHERE coalesce(b.finished_at, p.at) >= p.at ORDER BY b.id DESC LIMIT 1)) AS its_run,
    CASE WHEN p.kind IN ({_OTHERS}) THEN substring(p.after || ' ' || p.before FROM '^ ?([0-9]{{1,18}}) ?$')::bigint END AS other
  FROM page p
)
SELECT t.at, t.source, t.id, t.kind, t.field, t.before, t.after, t.actor_name, t.reason, t.ticket, t.text,
       coalesce(a.name, ''), coalesce(a.vendor, ''), r.id, coalesce(r.kind, ''), t.other, coalesce(d.name, '')
FROM complete t LEFT JOIN devices_account a ON a.id = t.account_id LEFT JOIN devices_syncrun r ON r.id = t.its_run
LEFT JOIN devices_device d ON d.id = t.other ORDER BY t.at DESC, t.source DESC, t.id DESC"""


@dataclass(frozen=True, slots=True)
class Timeline:
    """`older`: the cursor of the next page, "" on the last one."""

    entries: Sequence[HistoryEntry]
    older: str


def timeline(device: int, *, size: int = PAGE, before: str = "", notes: bool = True) -> Timeline:
    """`before`: the cursor of an earlier page; anything else begins at the newest. `notes` False: without notes. One query."""
    at, source, number = _place(before) or ("infinity", 0, 0)
    values = {"device": device, "at": at, "source": source, "id": number, "size": size + 1, "notes": notes}
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    older = _token(*rows[size - 1][:3]) if len(rows) > size else ""
    return Timeline([HistoryEntry(row[0], *row[3:]) for row in rows[:size]], older)


def _token(at: datetime, source: int, number: int) -> str:
    return f"{(at - _EPOCH) // _MICROSECOND}.{source}.{number}"


def _place(token: str) -> tuple[datetime, int, int] | None:
    parts = token.split(".") if len(token) < 60 else []
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    moment, source, number = map(int, parts)
    if moment > _LATEST or source > _NOTE or number > _HIGHEST:
        return None
    return _EPOCH + moment * _MICROSECOND, source, number
