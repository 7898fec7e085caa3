"""The text that is searched, for rows that are stored already: some thousand in a transaction, each row once, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, migrations, transaction

from vendors.parsing.normalise import serial_key, text_key

AT_ONCE = 2_000
LONGEST = 255
MARKS = {"hostname": "h", "nickname": "k", "serial": "s", "user": "u", "vendor_id": "i"}

_SIGHTINGS = """SELECT s.id, s.name, s.serial, s."user", s.external_id, s.manufacturer || ' ' || s.model, s.os_name, s.group_name,
  ARRAY(SELECT i.kind || '=' || i.value
        FROM (SELECT kind, key, value FROM devices_identifier WHERE sighting_id = s.id OFFSET 0) i
        WHERE i.kind = ANY(%(kinds)s) ORDER BY i.kind, i.key)
FROM (SELECT * FROM devices_sighting WHERE id > %(after)s ORDER BY id LIMIT %(most)s) s ORDER BY s.id"""
_WRITE = """UPDATE {table} t SET search_text = n.text FROM unnest(%s::bigint[], %s::text[]) AS n(id, text) WHERE t.id = n.id"""
_DEVICES = """WITH part AS MATERIALIZED (SELECT id FROM devices_device WHERE id > %(after)s ORDER BY id LIMIT %(most)s), written AS (
  UPDATE devices_device d SET haystack = coalesce(n.lines, '') FROM (
    SELECT part.id, (SELECT string_agg(DISTINCT line, E'\\n' ORDER BY line)
      FROM (SELECT s.account_id, s.group_id, s.search_text FROM devices_sighting s WHERE s.device_id = part.id OFFSET 0) s
      CROSS JOIN LATERAL unnest(string_to_array(s.search_text, E'\\n') || (
        SELECT 'g ' || g.search_text FROM devices_devicegroup g
        WHERE g.account_id = s.account_id AND g.external_id = s.group_id AND g.search_text <> '' LIMIT 1)) AS line) AS lines
    FROM part) n WHERE d.id = n.id)
SELECT max(id) FROM part"""


def fill(*_: Any) -> None:
    _fill_groups()
    after = 0
    while after is not None:
        after = _fill_sightings(after)
    after = 0
    while after is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_DEVICES, {"after": after, "most": AT_ONCE})
            (after,) = cursor.fetchone()


def _fill_groups() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM devices_devicegroup ORDER BY id")
        rows = cursor.fetchall()
        cursor.execute(_WRITE.format(table="devices_devicegroup"), [[pk for pk, _ in rows], [text_key(name)[:LONGEST] for _, name in rows]])


def _fill_sightings(after: int) -> int | None:
    """The last id, None when there was none left."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SIGHTINGS, {"after": after, "most": AT_ONCE, "kinds": list(MARKS)})
        rows = cursor.fetchall()
        texts = ["\n".join(dict.fromkeys(f"{mark} {text}" for mark, text in _lines(*row[1:3], row[3:-1], row[-1]) if text)) for row in rows]
        cursor.execute(_WRITE.format(table="devices_sighting"), [[row[0] for row in rows], texts])
    return rows[-1][0] if rows else None


def _lines(name: str, serial: str, others: Sequence[str], identifiers: Sequence[str]) -> Iterator[tuple[str, str]]:
    known = set()
    for each in identifiers:
        kind, _, value = each.partition("=")
        text = text_key(value)[:LONGEST]
        known.add(text)
        yield MARKS[kind], text
        if kind == "serial":
            yield "s", serial_key(value)[:LONGEST]
    told = text_key(name)[:LONGEST]
    yield "n", "" if told in known else told
    for mark, value in zip("suimog", (serial, *others), strict=True):
        yield mark, text_key(value)[: 2 * LONGEST if mark == "m" else LONGEST]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("devices", "0017_search_text")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
