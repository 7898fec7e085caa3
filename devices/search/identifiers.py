"""Devices by an identifier, or by a tag of Rollcall. The only place that reads identifiers by their beginning."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from django.db import connection

from devices.search.parser import SearchTerm
from vendors.states import IdKind

HELD = "(SELECT sighting_id, kind, key, value FROM devices_identifier WHERE key {} %s AND kind = ANY(%s) ORDER BY key USING ~<~ LIMIT %s)"
OUR_TAGS = "(SELECT device_id, 'tag', key, name FROM devices_devicetag WHERE key {} %s ORDER BY key USING ~<~ LIMIT %s)"
# An identifier that several vendors report of one device is one reason.
_ONCE = """SELECT d.id, d.name, d.life, h.kind, h.key, h.told, h.times
FROM (SELECT device_id, kind, key, array_agg(DISTINCT value) AS told, count(*) AS times FROM ({found}) f GROUP BY 1, 2, 3) h
JOIN devices_device d ON d.id = h.device_id"""


def holders(clue: SearchTerm, *, most: int) -> list[tuple[int, str, str, str, str, list[str], int]]:
    """(device, its name, its life, kind, key, values, how often) of the identifiers and tags that the term finds."""
    found, values = _found(clue, most=most)
    return _rows(_ONCE.format(found=found), values) if found else []


def devices_holding(clue: SearchTerm, *, most: int) -> list[int]:
    """Only their devices. Identifiers that must be spelled like the term are left to the search of its words."""
    clue = replace(clue, forms=tuple(form for form in clue.forms if not form.spelled))
    found, values = _found(clue, most=most)
    rows = _rows(f"SELECT DISTINCT device_id, kind, key FROM ({found}) f", values) if found else []
    return list({device: None for device, kind, key in rows if clue.means(kind, key, ())})


def _rows(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [tuple(row) for row in cursor.fetchall()]


def _found(clue: SearchTerm, *, most: int) -> tuple[str, list[Any]]:
    """SQL of (device_id, kind, key, value), "" where the term finds none.

    Written out because the order of the index is not the order of the language: asked in the index's own order, PostgreSQL reads on from
    where the prefix begins and stops at the limit, however many follow; and what equals the prefix comes first.
    """
    ranges: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for form in clue.forms:
        ranges[form.key, form.whole].append(form.kind.value)
    if not ranges:
        return "", []
    branches = " UNION ALL ".join(HELD.format("=" if whole else "LIKE") for _, whole in ranges)
    values: list[Any] = []
    for (key, whole), kinds in ranges.items():
        values += [key if whole else literally(key) + "%", kinds, most]
    ours = " UNION ALL ".join(OUR_TAGS.format("=" if form.whole else "LIKE") for form in clue.forms if form.kind == IdKind.TAG)
    for form in clue.forms:
        values += [form.key if form.whole else literally(form.key) + "%", most] if form.kind == IdKind.TAG else []
    found = f"SELECT s.device_id, i.kind, i.key, i.value FROM ({branches}) i JOIN devices_sighting s ON s.id = i.sighting_id"
    return f"{found} UNION ALL {ours}" if ours else found, values


def literally(key: str) -> str:
    return key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
