"""Former identifiers: what a record reported before its serial, BIOS UUID, MAC addresses or hostname were all replaced.

A vendor keeps its record when a device is renamed or gets another mainboard, and the other vendors learn of it hours later: until then the
former identifier is what the records have in common. Only what was replaced last is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.db import connection

from devices.hooks import MappedEntry
from devices.matching.candidates import IDENTIFIERS, RECORD, record_of
from devices.matching.record import FORMER, KINDS, NOTHING, Key, MatchRecord
from vendors.parsing.mac_addresses import weak
from vendors.records import Identifier
from vendors.states import IdKind


class StoredRecord(NamedTuple):
    """`values`: the vendor's text of each key."""

    record: MatchRecord
    values: dict[Key, str]


def stored_records(sightings: Collection[int]) -> dict[int, StoredRecord]:
    """By sighting. One query."""
    if not sightings:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {RECORD}, i.texts FROM unnest(%s::bigint[]) AS w(id)
                CROSS JOIN LATERAL (SELECT * FROM devices_sighting s WHERE s.id = w.id OFFSET 0) s {IDENTIFIERS}""",  # nosec B608 # constants
            [list(sightings), list(KINDS)],
        )
        return {row[0]: _stored(row) for row in cursor.fetchall()}


def _stored(row: Sequence[Any]) -> StoredRecord:
    *_, kinds, keys, texts = row
    values = dict(zip(zip(kinds or (), keys or (), strict=True), texts or (), strict=True))
    return StoredRecord(record_of(row[:-1]), values)


def keep_former(each: MappedEntry, old: StoredRecord) -> None:
    """Add the former identifiers to those that the record reports now."""
    now: dict[str, set[str]] = {}
    for found in each.device.identifiers:
        usable = now.setdefault(found.kind, set())
        if not found.junk:
            usable.add(found.key)
    kept: list[Identifier] = []
    for kind, name in FORMER.items():
        current, before = now.get(kind, set()), old.record.keys.get(kind, NOTHING)
        # One adapter is replaced while others stay; a further serial or name beside the one that stays is none of another machine.
        # A placeholder in its place replaces a serial, a missing field does not.
        replaced = bool(kind in now and before - current and (kind == IdKind.MAC or current.isdisjoint(before)))
        source = (kind, before) if replaced else (name, old.record.keys.get(name, NOTHING))
        for key in source[1] - current:
            value = old.values.get((source[0], key), "")
            if value and not (kind == IdKind.MAC and weak(key)):  # derived notations are derived again
                kept.append(Identifier(IdKind(name), value, key))
    if kept:
        each.device = replace(each.device, identifiers=(*each.device.identifiers, *kept))
