"""Devices by an identifier, or by a tag of Rollcall. The only place that reads identifiers by their beginning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from devices.models import Life
from devices.models.identifier import identifiers_of
from devices.search.parser import SearchTerm
from vendors.parsing.normalise import fqdn_key
from vendors.states import IdKind

HELD = "(SELECT sighting_id, kind, key, value FROM devices_identifier WHERE key {} %s AND kind = ANY(%s) ORDER BY key USING ~<~ LIMIT %s)"
OUR_TAGS = "(SELECT device_id, 'tag', key, name, NULL::bigint, 0 FROM devices_devicetag WHERE key {} %s ORDER BY key USING ~<~ LIMIT %s)"
MOST_PER_KEY = 50  # records read of one key; a key that more have identifies none
LIVE, STALE, MISSING, GONE = range(4)
DEVICE_AGE: dict[str, int] = {Life.SEEN: LIVE, Life.MISSING: MISSING}
_AGE = f"""CASE s.life WHEN '{Life.SEEN}' THEN CASE WHEN s.stale THEN {STALE} ELSE {LIVE} END
    WHEN '{Life.MISSING}' THEN {MISSING} ELSE {GONE} END"""
# An identifier that several vendors report of one device is one reason.
_ONCE = """SELECT d.id, d.name, d.life, h.kind, h.key, h.told, h.times, h.age, h.records
FROM (SELECT device_id, kind, key, array_agg(DISTINCT value) AS told, count(*) AS times, min(age) AS age,
    array_remove(array_agg(sighting), NULL) AS records FROM ({found}) f (device_id, kind, key, value, sighting, age) GROUP BY 1, 2, 3) h
JOIN devices_device d ON d.id = h.device_id"""
_EXACT = f"""SELECT s.device_id, i.kind, i.key, i.value, s.id, {_AGE} FROM unnest(%s::text[], %s::text[]) AS wanted(key, kind)
CROSS JOIN LATERAL (SELECT d.key, d.kind, d.value, d.sighting_id FROM devices_identifier d
    WHERE d.key = wanted.key AND d.kind = wanted.kind LIMIT %s) i
JOIN devices_sighting s ON s.id = i.sighting_id"""
_FULL_NAMES = f"""SELECT s.device_id, i.key, i.value FROM devices_sighting s CROSS JOIN LATERAL {identifiers_of("s.id")} i
WHERE s.device_id = ANY(%s) AND i.kind = %s"""


@dataclass(frozen=True, slots=True)
class Holder:
    """A device that has an identifier. `values`: as its vendors write it, "" where it is only derived. `times`: records that have it.

    `age`: LIVE to GONE, of the newest of them and of the device. `records`: their ids.
    """

    device: int
    name: str
    kind: str
    key: str
    values: list[str]
    times: int
    age: int
    records: list[int]

    @property
    def pair(self) -> tuple[str, str]:
        return self.kind, self.key

    @property
    def shown(self) -> str:
        return min(filter(None, self.values), default=self.key)


def holders(clue: SearchTerm, *, most: int) -> list[Holder]:
    """Of the identifiers and tags that the forms of the term find."""
    found, values = _found(clue, most=most)
    return _holders(found, values) if found else []


def exact_holders(pairs: Iterable[tuple[str, str]]) -> list[Holder]:
    """Of whole identifiers, by (kind, key). One query for any number; at most MOST_PER_KEY records of each."""
    wanted = sorted(set(pairs))
    return _holders(_EXACT, [[key for _, key in wanted], [kind for kind, _ in wanted], MOST_PER_KEY]) if wanted else []


def by_pair(found: Iterable[Holder]) -> dict[tuple[str, str], list[Holder]]:
    held: dict[tuple[str, str], list[Holder]] = defaultdict(list)
    for each in found:
        held[each.pair].append(each)
    return dict(held)


def full_names(devices: Collection[int]) -> dict[int, set[str]]:
    """device → host names with a domain that its vendors report. One query, or none without a device."""
    found: dict[int, set[str]] = defaultdict(set)
    for device, key, value in _rows(_FULL_NAMES, [list(devices), IdKind.HOSTNAME.value]) if devices else ():
        full = key if "." in key else fqdn_key(value)
        found[device] |= {full} if full else set()
    return found


def devices_holding(clue: SearchTerm, *, most: int) -> list[int]:
    """Only their devices. Identifiers that must be spelled like the term are left to the search of its words."""
    clue = replace(clue, forms=tuple(form for form in clue.forms if not form.spelled))
    return list({each.device: None for each in holders(clue, most=most) if clue.means(each.kind, each.key, each.values)})


def _holders(found: str, values: list[Any]) -> list[Holder]:
    return [
        Holder(device, name, kind, key, told, times, max(age, DEVICE_AGE.get(life, GONE)), records)
        for device, name, life, kind, key, told, times, age, records in _rows(_ONCE.format(found=found), values)
    ]


def _rows(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [tuple(row) for row in cursor.fetchall()]


def _found(clue: SearchTerm, *, most: int) -> tuple[str, list[Any]]:
    """SQL of (device_id, kind, key, value, sighting, age), "" where the term finds none.

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
    found = f"SELECT s.device_id, i.kind, i.key, i.value, s.id, {_AGE} FROM ({branches}) i JOIN devices_sighting s ON s.id = i.sighting_id"
    return f"{found} UNION ALL {ours}" if ours else found, values


def literally(key: str) -> str:
    return key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
