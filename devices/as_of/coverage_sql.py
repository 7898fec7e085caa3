"""Coverage at a time as SQL: the rules of devices/coverage/queries.py over records as they were.

Only what changed since is read from the former states; the other records come from the index `sighting_cover`, as for the present.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from devices.account_status.status import AccountStatus
from devices.coverage.queries import CODES, answered
from devices.coverage.states import CoverageState
from devices.matching.record import kinds_mask

_READ = {"life": "text", "stale": "boolean", "silenced": "boolean", "enrolment": "text", "superseded": "boolean", "key_kinds": "integer"}


def _was(column: str, kind: str) -> str:
    first = f"(array_agg(f.was ->> '{column}' ORDER BY f.until, f.id) FILTER (WHERE f.was ? '{column}'))[1]"
    return f"{first}::{kind} AS {column}, coalesce(bool_or(f.was ? '{column}'), false) AS has_{column}"


_COLUMNS = {"device_id": "bigint", **_READ}
_LATER = ", ".join(_was(name, kind) for name, kind in _COLUMNS.items())
_THEN = ", ".join(f"CASE WHEN l.has_{name} THEN l.{name} ELSE s.{name} END AS {name}" for name in _COLUMNS)
_MARK = """CASE WHEN r.superseded OR r.life <> 'seen' THEN 4
    WHEN r.enrolment IN ('pending', 'failed') THEN 3 WHEN r.silenced THEN 2 WHEN r.stale THEN 1 ELSE 0 END"""
_PLACED = f"""
WITH account AS MATERIALIZED (
    SELECT * FROM unnest(%(accounts)s::bigint[], %(sound)s::boolean[], %(old)s::boolean[], %(kinds)s::integer[])
      AS a(id, sound, old, kinds)),
later AS MATERIALIZED (
    SELECT f.ref, {_LATER} FROM devices_formerstate f
    WHERE f.subject IN ('placement', 'presence') AND f.until > %(at)s{{few_former}} GROUP BY f.ref),
newer AS MATERIALIZED (SELECT id FROM devices_sighting WHERE created_at > %(at)s),
retired AS MATERIALIZED (
    SELECT device_id FROM devices_retirement WHERE at <= %(at)s
    UNION SELECT ref FROM devices_formerstate WHERE subject = 'retirement' AND until > %(at)s AND (was ->> 'at')::timestamptz <= %(at)s),
record AS (
    SELECT s.account_id, s.device_id, {", ".join(f"s.{name}" for name in _READ)} FROM devices_sighting s
    WHERE NOT EXISTS (SELECT FROM newer n WHERE n.id = s.id){{few}} AND NOT EXISTS (SELECT FROM later l WHERE l.ref = s.id)
    UNION ALL
    SELECT s.account_id, {_THEN} FROM later l
    CROSS JOIN LATERAL (SELECT * FROM devices_sighting s WHERE s.id = l.ref AND s.created_at <= %(at)s OFFSET 0) s),
marked AS (
    SELECT r.device_id, bit_or(r.key_kinds)::integer AS kinds, array_agg(r.account_id * 8 + {_MARK} ORDER BY r.account_id) AS marks
    FROM record r GROUP BY r.device_id HAVING bool_or(r.life <> 'gone')),
device AS (SELECT {{columns}} FROM marked t
    WHERE NOT EXISTS (SELECT FROM retired g WHERE g.device_id = t.device_id) {{grouped}})
SELECT d.*, a.id AS account_id, CASE
    WHEN l.best = 0 AND a.old THEN 1
    WHEN l.best < 4 THEN l.best
    WHEN NOT a.sound THEN 5
    WHEN l.best = 4 OR d.kinds & a.kinds <> 0 THEN 4
    ELSE 5 END AS code
FROM device d CROSS JOIN account a
CROSS JOIN LATERAL (SELECT min(mark %% 8) AS best FROM unnest(d.marks) AS mark WHERE mark / 8 = a.id) l"""


@dataclass(frozen=True, slots=True)
class CoverageAsOf:
    """Coverage of all devices that were not removed or retired then, at these accounts (`statuses_at`). Each method is one query.

    `records`: only of the devices that these records, all of theirs, were on.
    """

    statuses: Sequence[AccountStatus]
    at: datetime
    records: Sequence[int] | None = None

    def rows(self) -> Iterator[tuple[int, int, CoverageState]]:
        """(device, account, state), by device."""
        text = self._sql("t.device_id, t.kinds, t.marks")
        for device, account, code in self._read(f"SELECT device_id, account_id, code FROM ({text}) placed ORDER BY 1, 2"):
            yield device, account, CODES[code]

    def counts(self) -> Mapping[tuple[int, CoverageState], int]:
        text = self._sql("t.kinds, t.marks, count(*) AS devices", "GROUP BY 1, 2")
        rows = self._read(f"SELECT account_id, code, sum(devices)::bigint FROM ({text}) placed GROUP BY 1, 2")
        return {(account, CODES[code]): count for account, code, count in rows}

    def chosen(self, cover: CoverageState) -> list[int]:
        """The devices in this state, by id."""
        text = self._sql("t.device_id, t.kinds, t.marks")
        rows = self._read(f"SELECT DISTINCT device_id FROM ({text}) placed WHERE code = %(code)s ORDER BY 1", code=CODES.index(cover))
        return [device for (device,) in rows]

    def _sql(self, columns: str, grouped: str = "") -> str:
        few = self.records is not None
        return _PLACED.format(
            columns=columns,
            grouped=grouped,
            few=" AND s.id = ANY(%(records)s)" if few else "",
            few_former=" AND f.ref = ANY(%(records)s)" if few else "",
        )

    def _read(self, text: str, **more: Any) -> list[tuple[Any, ...]]:
        known = self.statuses
        values: dict[str, Any] = {
            "at": self.at,
            "records": list(self.records or ()),
            "accounts": [each.pk for each in known],
            "sound": [each.proves_absence for each in known],
            "old": [each.outdated for each in known],
            "kinds": [kinds_mask(answered(each)) for each in known],
        }
        with _without_nested_loops(), connection.cursor() as cursor:
            cursor.execute(text, values | more)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@contextmanager
def _without_nested_loops() -> Iterator[None]:
    """Nobody knows the size of the sets that are compared here, and only a loop over both would be slow."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
        yield
        cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")
