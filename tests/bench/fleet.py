"""A fleet of any size, written by PostgreSQL itself: what three accounts with gaps would have brought, in seconds.

Everything is computed from the number of the device, so two runs read the same rows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from devices.matching.record import kinds_mask
from devices.models import Account, Health, JobState, SyncRun

TABLES = ("device", "sighting", "identifier", "issue", "pulse", "checkin", "join", "devicegroup")
COUNTED = ("gap", "gapcount", "coveragetally")  # what a worker counts of them
# Which devices an account sees: of a hundred in a row those below `share`, counted from `first`.
SEES = {"bench-eset": ("eset", 0, 90), "bench-opswat": ("opswat", 35, 60), "bench-epm": ("five9s", 20, 75)}
SIDE = 1_000_000_000  # ids of the second account's sightings begin beyond those of the first

_NUMBERED = """CREATE TEMP TABLE machine ON COMMIT DROP AS
SELECT i AS id, md5('machine ' || i) AS dice,
  CASE WHEN i %% 100 = 7 THEN 'LAB' ELSE (ARRAY['NB', 'NB', 'NB', 'PC', 'SRV'])[1 + i %% 5] END || '-'
    || (ARRAY['BER', 'MUC', 'HAM', 'CGN', 'LEJ', 'VIE', 'ZRH'])[1 + i %% 7] || '-' || lpad(i::text, 7, '0') AS name,
  upper(substr(md5('serial ' || i), 1, 10)) AS serial,
  'NORDWIND\\' || (ARRAY['anna', 'ben', 'clara', 'david', 'elif', 'felix', 'greta', 'hannes', 'ines', 'jonas'])[1 + i %% 10] || '.'
    || (ARRAY['albers', 'bauer', 'conrad', 'dietrich', 'engel', 'fischer', 'graf'])[1 + i %% 7] || i / 2 AS "user",
  (ARRAY['Microsoft Windows 11 Enterprise', 'Microsoft Windows 10 Enterprise', 'macOS 15.1 Sequoia', 'Ubuntu 24.04.1 LTS'])[1 + i %% 4] AS os_name,
  (ARRAY['windows', 'windows', 'macos', 'linux'])[1 + i %% 4] AS os_family,
  (ARRAY['Latitude 5440', 'XPS 13 9315', '20XW00A8GE', 'MacBookPro18,3'])[1 + i %% 4] AS model,
  regexp_replace(substr(md5('mac ' || i), 1, 12), '^(.)(.)', '\\10') AS mac,
  '10.' || i / 65536 %% 256 || '.' || i / 256 %% 256 || '.' || i %% 256 AS ip,
  CASE WHEN i %% 50 = 0 THEN 'critical' WHEN i %% 9 = 0 THEN 'attention' ELSE 'ok' END AS state,
  %(now)s - interval '1 minute' * (CASE WHEN i %% 12 = 0 THEN 20000 + i %% 40000 ELSE i %% 4000 END) AS seen_at
FROM generate_series(%(first)s, %(last)s) AS i"""

_SIGHTINGS = """INSERT INTO devices_sighting (id, account_id, external_id, device_id, vendor, digest, name, serial, "user", os_name, os_family, model,
  manufacturer, group_id, group_name, state, state_raw, enrolment, silenced, problem_count, link, changed_at, created_at, life, missing_since, stale, key_kinds, search_text, raw)
SELECT %(side)s + id, %(account)s, {external}, id, %(vendor)s, decode(dice, 'hex'), name, serial, "user", os_name, os_family, model,
  'Dell Inc.', {group_id}, {group_name}, state, upper(state), CASE WHEN id %% 70 = 3 THEN 'pending' ELSE 'managed' END, id %% 90 = 5, id %% 3, '',
  %(now)s, %(now)s, CASE WHEN id %% 120 = 11 THEN 'missing' ELSE 'seen' END, CASE WHEN id %% 120 = 11 THEN %(now)s END,
  seen_at < %(now)s - interval '14 days', %(kinds)s, lower(concat_ws(E'\n', 'h ' || name, 's ' || serial, 'u ' || "user", 'i ' || {external},
    'm Dell Inc. ' || model, 'o ' || os_name, 'g ' || nullif({group_name}, ''))), jsonb_build_object('id', dice, 'name', name, 'noise', repeat(dice, 24))
FROM machine WHERE (id + %(start)s) %% 100 < %(share)s"""
_VENDOR_COLUMNS = {
    "eset": {"external": "dice::uuid::text", "group_id": "'group-' || id % 200", "group_name": "''"},
    "opswat": {"external": "substr(dice, 3, 24)", "group_id": "''", "group_name": "'Department ' || id % 150"},
    "five9s": {"external": "(880000000 + id)::text", "group_id": "''", "group_name": "''"},
}

_DEVICES = """INSERT INTO devices_device (id, name, serial, "user", os_name, os_family, model, state, life, silenced, vendors, issue_count, haystack,
  created_at, disagrees)
SELECT m.id, m.name, m.serial, m."user", m.os_name, m.os_family, m.model, m.state, CASE WHEN s.seen THEN 'seen' ELSE 'missing' END, s.silenced,
  s.vendors, CASE m.state WHEN 'critical' THEN 2 WHEN 'attention' THEN 1 ELSE 0 END,
  s.lines, %(now)s, '{}'
FROM machine m JOIN (SELECT device_id, bool_or(life = 'seen') AS seen, bool_or(silenced) AS silenced,
                            coalesce(array_agg(vendor ORDER BY vendor) FILTER (WHERE life = 'seen'), '{}') AS vendors,
                            (SELECT string_agg(DISTINCT line, E'\n') FROM unnest(string_to_array(string_agg(search_text, E'\n'), E'\n')) line) AS lines
                     FROM devices_sighting WHERE device_id BETWEEN %(first)s AND %(last)s GROUP BY 1) s ON s.device_id = m.id"""

_CHILDREN = (
    """INSERT INTO devices_identifier (sighting_id, kind, key, value, junk)
    SELECT s.id, told.kind, told.key, told.value, false FROM machine m JOIN devices_sighting s ON s.device_id = m.id
    CROSS JOIN LATERAL (VALUES ('hostname', lower(m.name), m.name), ('serial', lower(m.serial), m.serial), ('mac', m.mac, upper(m.mac)),
      ('ip', m.ip, m.ip), ('user', lower(split_part(m."user", '\\', 2)), m."user"), ('vendor_id', lower(s.external_id), s.external_id),
      ('tag', 'floor-' || m.id %% 500, 'Floor-' || m.id %% 500)) AS told(kind, key, value)
    WHERE (told.kind <> 'tag' OR s.vendor = 'eset') AND (told.kind <> 'serial' OR s.vendor <> 'opswat')
      AND (told.kind <> 'user' OR s.vendor <> 'eset') ORDER BY 1, 2, 3""",
    """INSERT INTO devices_issue (sighting_id, key, title, state, raw, silenced, first_seen_at)
    SELECT s.id, 'issue-' || n, 'Protection module ' || n || ' needs a restart', m.state, 'X', false, %(now)s
    FROM machine m JOIN devices_sighting s ON s.device_id = m.id AND s.vendor <> 'opswat'
    CROSS JOIN generate_series(1, CASE m.state WHEN 'critical' THEN 2 WHEN 'attention' THEN 1 ELSE 0 END) AS n""",
    """INSERT INTO devices_pulse (sighting_id, seen_at, fetched_at, run_id)
    SELECT s.id, m.seen_at - s.account_id * interval '7 minutes', %(now)s, 1 FROM machine m JOIN devices_sighting s ON s.device_id = m.id""",
    """INSERT INTO devices_checkin (device_id, at) SELECT s.device_id, max(p.seen_at) FROM machine m
    JOIN devices_sighting s ON s.device_id = m.id JOIN devices_pulse p ON p.sighting_id = s.id GROUP BY 1 ORDER BY 1""",
    """INSERT INTO devices_join (sighting_id, kind, key, partner_id, weak, timed, evidence, near, changed_at)
    SELECT s.id, 'mac', m.mac, m.id, false, false, jsonb_build_array(jsonb_build_array('mac', m.mac, m.mac)), '[]', %(now)s
    FROM machine m JOIN devices_sighting s ON s.device_id = m.id AND s.id > %(last)s""",
)
AT_ONCE = 100_000


def write_fleet(size: int, *, now: datetime) -> None:
    """Into empty tables. Indexes are made afterwards, as a restored dump makes them; then PostgreSQL looks at it all once."""
    accounts = [_account(name, now=now) for name in SEES]
    with connection.cursor() as cursor:
        cursor.execute(
            "SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'; SET statement_timeout = 0"
        )
        cursor.execute("SET session_replication_role = replica")  # no look at every foreign key: what is written fits
    made = _drop_indexes()
    _groups(accounts[0])
    for first in range(1, size + 1, AT_ONCE):
        _write(accounts, first=first, last=min(size, first + AT_ONCE - 1), now=now)
    with connection.cursor() as cursor:
        for index in made:
            cursor.execute(index)
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE devices_{table}")
        cursor.execute("CHECKPOINT")
    connection.close()


def forget_fleet() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE devices_account, {', '.join(f'devices_{table}' for table in (*TABLES, *COUNTED))} CASCADE")


def _account(name: str, *, now: datetime) -> Account:
    vendor = SEES[name][0]
    account = Account.objects.create(name=name, vendor=vendor, health=Health.OK, complete_at=now)
    SyncRun.objects.create(account=account, state=JobState.DONE, kind="everything", created_at=now, next_step_at=now, finished_at=now)
    return account


def _groups(account: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO devices_devicegroup (account_id, external_id, name, parent_id, static)
               SELECT %s, 'group-' || n, 'Site ' || n, '', false FROM generate_series(0, 199) AS n""",
            [account.pk],
        )


def _drop_indexes() -> list[str]:
    """How to make them again."""
    tables = [f"devices_{table}" for table in TABLES]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = ANY(%s)
               AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)""",
            [tables],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in found]


def _write(accounts: list[Account], *, first: int, last: int, now: datetime) -> None:
    common: dict[str, Any] = {"first": first, "last": last, "now": now}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NUMBERED, common)
        cursor.execute("ANALYZE machine")
        for place, account in enumerate(accounts):
            vendor, start, share = SEES[account.name]
            told = {**common, "side": place * SIDE, "account": account.pk, "vendor": vendor, "start": start, "share": share}
            told["kinds"] = kinds_mask(("hostname", "mac") if vendor == "opswat" else ("hostname", "mac", "serial"))
            columns = {name: text.replace("%", "%%") for name, text in _VENDOR_COLUMNS[vendor].items()}
            cursor.execute(_SIGHTINGS.format(**columns), told)
        cursor.execute(_DEVICES, common)
        for statement in _CHILDREN:
            cursor.execute(statement, common)
