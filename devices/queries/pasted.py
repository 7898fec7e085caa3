"""A pasted list of names, serials or addresses: which device each line means. The same number of queries for one line as for 500."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from django.db import connection

from devices.export import cell
from devices.queries.as_json import DeviceDocument, device_documents
from devices.queries.asked import clean_query
from devices.queries.clue import parse

MOST_LINES = 500
MOST_DEVICES = 10  # kept per line; a key that more devices share says nothing anyway
MOST_HOLDERS = 50  # sightings read per key
SEPARATORS = re.compile(r"[\r\n,\t]+")
COLUMNS = ("line", "answer", "matched", "id", "name", "serial", "user", "os", "state", "life", "seen_by", "seen_at", "switched_off")


@dataclass(frozen=True, slots=True)
class Line:
    """`answer`: found, not found or ambiguous. `more`: there are devices beyond those kept."""

    text: str
    matched: list[str]
    devices: list[DeviceDocument]
    more: bool

    @property
    def answer(self) -> str:
        return ("not found", "found")[len(self.devices)] if len(self.devices) < 2 else "ambiguous"


def split(text: str) -> list[str]:
    """Each clue once, in the order of the list; blanks belong to a clue, because serials contain them."""
    return list(dict.fromkeys(filter(None, map(clean_query, SEPARATORS.split(text)))))


def answers(clues: list[str]) -> list[Line]:
    """A line means what it names completely; parts of names mean nothing here. Three queries."""
    wanted = {text: parse(text) for text in clues}
    held = _holders(sorted({(form.key, form.kind.value) for clue in wanted.values() for form in clue.forms}))
    by_line: dict[str, dict[int, set[str]]] = {}
    for text, clue in wanted.items():
        found: dict[int, set[str]] = defaultdict(set)
        for key, kind in sorted({(form.key, form.kind.value) for form in clue.forms}):
            for device, values in held.get((key, kind), ()):
                if clue.names(kind, key, values):
                    found[device].add(kind)
        by_line[text] = found
    documents = device_documents({device for found in by_line.values() for device in sorted(found)[:MOST_DEVICES]})
    return [_line(text, found, documents) for text, found in by_line.items()]


def csv_text(lines: list[Line]) -> str:
    """A row per device, and one for a line without any."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in lines:
        matched = " ".join(line.matched)
        devices: list[DeviceDocument | None] = [*line.devices] or [None]
        for device in devices:
            writer.writerow([cell(value) for value in (line.text, line.answer, matched, *_facts(device))])
    return out.getvalue()


def _line(text: str, found: dict[int, set[str]], documents: dict[int, DeviceDocument]) -> Line:
    devices = [documents[pk] for pk in sorted(found)[:MOST_DEVICES] if pk in documents]
    kinds = sorted({kind for pk in found for kind in found[pk]})
    return Line(text, kinds, devices, more=len(found) > MOST_DEVICES)


def _holders(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], list[tuple[int, list[str]]]]:
    """(key, kind) → devices, and how their vendors write it.

    A key that thousands share is read only so far as to know that it is ambiguous.
    """
    query = """SELECT i.key, i.kind, s.device_id, array_agg(DISTINCT i.value) FROM unnest(%s::text[], %s::text[]) AS wanted(key, kind)
               CROSS JOIN LATERAL (SELECT d.key, d.kind, d.value, d.sighting_id FROM devices_identifier d
                                   WHERE d.key = wanted.key AND d.kind = wanted.kind LIMIT %s) i
               JOIN devices_sighting s ON s.id = i.sighting_id GROUP BY 1, 2, 3"""
    held: dict[tuple[str, str], list[tuple[int, list[str]]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(query, [[key for key, _ in pairs], [kind for _, kind in pairs], MOST_HOLDERS])
        for key, kind, device, values in cursor.fetchall():
            held[key, kind].append((device, values))
    return held


def _facts(device: DeviceDocument | None) -> Iterator[object]:
    if device is None:
        yield from [""] * (len(COLUMNS) - 3)
        return
    sightings = device["sightings"]
    yield from (device["id"], device["name"], device["serial"], device["user"], device["os"], device["state"], device["life"])
    yield " ".join(sorted({seen["account"] for seen in sightings if seen["present"]}))
    yield max((seen["seen_at"] or "" for seen in sightings), default="")
    yield " ".join(sorted({seen["account"] for seen in sightings if seen["account_off"]}))
