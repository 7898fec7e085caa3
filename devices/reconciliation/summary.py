"""The summary of a device from its sightings, in one statement for any number of devices: values by precedence, worst status, conflicts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from devices.db.locks import lock_devices
from devices.history import writer as changes
from devices.models import ChangeKind, SyncRun
from devices.reconciliation.conflicts import DIFFERING, end_changed
from devices.reconciliation.last_contact import store_check_ins
from devices.reconciliation.precedence import COLUMNS, places_sql
from devices.reconciliation.search_text import GROUP
from vendors.parsing.times import SKEW

AT_ONCE = 10_000  # devices in one statement, so that none takes long however many there are

_FIELD_OF = {column: field for field, columns in COLUMNS.items() for column in columns}
_TOLD = list(_FIELD_OF)
_COLUMNS = [*_TOLD, "state", "life", "silenced", "vendors", "issue_count", "haystack", "disagrees"]


def _first(column: str) -> str:
    return f"""coalesce((array_agg(s."{column}" ORDER BY s.at_{_FIELD_OF[column]}, s.id)
        FILTER (WHERE s."{column}" NOT IN ('', 'unknown')))[1]"""


_COUNTED = "s.life = 'seen' AND NOT s.stale AND s.superseded IS NOT TRUE"
# Records of one account are compared by their contacts, which are read only where there are several.
_CONTACT = """CASE WHEN s.several THEN (
    SELECT p.seen_at FROM devices_pulse p WHERE p.sighting_id = s.id AND p.seen_at <= %(now)s + make_interval(secs => %(skew)s)) END"""
_READ = ["id", "device_id", "account_id", "vendor", "life", "stale", "state", "silenced", "manufacturer", "search_text", "superseded"]
_TURNED = (
    "(SELECT w.id AS device_id, b.state AS before, w.state AS after FROM written w JOIN before b ON b.id = w.id AND b.state <> w.state)"
)
_SUMMARY = f"""
WITH before AS MATERIALIZED (
  SELECT b.* FROM unnest(%(devices)s::bigint[]) AS d(id) CROSS JOIN LATERAL (
    SELECT b.id, b.state FROM devices_device b WHERE b.id = d.id OFFSET 0) b
), wins AS MATERIALIZED (
  SELECT sighting_id, array_agg(field::text) AS fields FROM devices_settlement
  WHERE ended_at IS NULL AND device_id = ANY(%(devices)s) GROUP BY sighting_id
), s AS MATERIALIZED (
  SELECT s.*, {places_sql("wins.fields")} FROM (
    SELECT {", ".join(f's."{c}"' for c in [*_READ[:-1], *_TOLD])}, s.its_group, s.issues, s.superseded AS before,
           CASE WHEN s.several THEN row_number() OVER (PARTITION BY s.device_id, s.account_id, s.life
                                                       ORDER BY {_CONTACT} DESC NULLS LAST, s.id DESC) > 1 END AS superseded
    FROM unnest(%(devices)s::bigint[]) AS d(id) CROSS JOIN LATERAL (
      SELECT s.*, (SELECT count(*) FROM devices_issue i WHERE i.sighting_id = s.id AND NOT i.silenced AND s.life = 'seen') AS issues,
             s.life = 'seen' AND count(*) OVER (PARTITION BY s.account_id, s.life) > 1 AS several
      FROM (SELECT {", ".join(f'"{c}"' for c in [*_READ, *_TOLD])}, (
              SELECT '{GROUP} ' || g.search_text FROM devices_devicegroup g
              WHERE g.account_id = s.account_id AND g.external_id = s.group_id AND g.search_text <> '' LIMIT 1) AS its_group
            FROM devices_sighting s WHERE device_id = d.id OFFSET 0) s) s) s
  LEFT JOIN wins ON wins.sighting_id = s.id
), ordered AS (
  UPDATE devices_sighting w SET superseded = s.superseded FROM s WHERE w.id = s.id AND s.superseded IS DISTINCT FROM s.before
), relisted AS (
  UPDATE devices_issue SET listed = NOT listed WHERE ctid = ANY(ARRAY(SELECT i.ctid FROM s CROSS JOIN LATERAL (
    SELECT i.ctid FROM devices_issue i WHERE i.sighting_id = s.id AND i.listed <> (s.life = 'seen' AND s.superseded IS NOT TRUE
      AND NOT EXISTS (SELECT FROM devices_retirement r WHERE r.device_id = s.device_id)) OFFSET 0) i))
), searched AS (
  SELECT s.device_id, string_agg(DISTINCT line, E'\\n' ORDER BY line) AS lines
  FROM s CROSS JOIN LATERAL unnest(string_to_array(s.search_text, E'\\n') || s.its_group) AS line GROUP BY s.device_id
), {DIFFERING}, written AS (
INSERT INTO devices_device AS d (id, created_at, {", ".join(f'"{c}"' for c in _COLUMNS)})
SELECT s.device_id, %(now)s,
  {_first("name")}, ''), {_first("serial")}, ''), {_first("user")}, ''), {_first("os_name")}, ''), {_first("os_family")}, 'unknown'),
  {_first("os_release")}, ''), {_first("os_short")}, ''), {_first("model")}, ''),
  CASE WHEN bool_or(s.state = 'critical' AND {_COUNTED}) THEN 'critical'
       WHEN bool_or(s.state = 'attention' AND {_COUNTED}) THEN 'attention'
       WHEN bool_or(s.state = 'ok' AND {_COUNTED}) THEN 'ok' ELSE 'unknown' END,
  CASE WHEN EXISTS (SELECT FROM devices_retirement r WHERE r.device_id = s.device_id) THEN 'retired'
       WHEN bool_or(s.life = 'seen') THEN 'seen' WHEN bool_or(s.life = 'missing') THEN 'missing' ELSE 'gone' END,
  coalesce(bool_or(s.silenced) FILTER (WHERE s.life = 'seen' AND s.superseded IS NOT TRUE), false),
  coalesce(array_agg(DISTINCT s.vendor) FILTER (WHERE s.life = 'seen'), '{{}}'),
  coalesce(sum(s.issues) FILTER (WHERE s.superseded IS NOT TRUE), 0),
  coalesce(max(searched.lines), ''),
  coalesce(max(differing.fields), '{{}}')
FROM s LEFT JOIN differing USING (device_id) LEFT JOIN searched USING (device_id) GROUP BY s.device_id ORDER BY s.device_id
ON CONFLICT (id) DO UPDATE SET {", ".join(f'"{c}" = EXCLUDED."{c}"' for c in _COLUMNS)}
WHERE ({", ".join(f'd."{c}"' for c in _COLUMNS)}) IS DISTINCT FROM ({", ".join(f'EXCLUDED."{c}"' for c in _COLUMNS)})
RETURNING d.id, d.state)
{changes.into(ChangeKind.STATE, _TURNED, before="c.before", after="c.after")}
"""
_REORDERED = """
SELECT DISTINCT device_id FROM (
  SELECT s.device_id, s.superseded,
         row_number() OVER (PARTITION BY s.device_id ORDER BY p.seen_at DESC NULLS LAST, s.id DESC) > 1 AS now
  FROM devices_sighting s CROSS JOIN LATERAL (
    SELECT max(p.seen_at) AS seen_at FROM devices_pulse p
    WHERE p.sighting_id = s.id AND p.seen_at <= now() + make_interval(secs => %(skew)s) OFFSET 0) p
  WHERE s.account_id = %(account)s AND s.superseded IS NOT NULL) placed
WHERE superseded <> now"""


def summarise(devices: Collection[int], now: datetime, *, run: SyncRun | None = None) -> None:
    """Create or update the rows of these devices. A device whose summary stays the same is not written.

    A changed status is written to the history, with `run` as its sync.
    """
    if not devices:
        return
    ordered = sorted(devices)
    with transaction.atomic(), connection.cursor() as cursor:
        lock_devices()
        end_changed(ordered, now)
        for start in range(0, len(ordered), AT_ONCE):
            some = ordered[start : start + AT_ONCE]
            cursor.execute(_SUMMARY, {"devices": some, "skew": SKEW.total_seconds(), **changes.cause(run, now)})
            store_check_ins(some, now)


def reordered(account: int) -> set[int]:
    """Devices of which the account lists several records, whose contacts have another order than the one that is stored.

    Contacts are written at every poll, and summaries are not. Reads only the records that are one of several.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REORDERED, {"account": account, "skew": SKEW.total_seconds()})
        return {device for (device,) in cursor.fetchall()}
