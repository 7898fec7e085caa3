"""Bulk search: the device of each cell of a pasted list. The same number of queries for one cell as for 500."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection

from devices.lists.csv import csv_table
from devices.lookup.pasted_list import readings, with_leading_zeros
from devices.search.documents import DeviceDocument, device_documents
from devices.search.parser import parse

MOST_LINES = 500
MOST_DEVICES = 10  # kept per line; a key that more devices share identifies none
MOST_HOLDERS = 50  # sightings read per key
FACTS = ("id", "name", "serial", "user", "os", "state", "life", "seen_by", "seen_at", "switched_off")
COLUMNS = ("line", "answer", "matched", *FACTS, "read_as")


@dataclass(frozen=True, slots=True)
class BatchRow:
    """`answer`: found, not found or ambiguous. `more`: there are devices beyond those kept. `read_as`: what was found instead of the text
    as it stands, such as a number with its leading zeros; else empty."""

    text: str
    matched: list[str]
    devices: list[DeviceDocument]
    more: bool
    read_as: str = ""

    @property
    def answer(self) -> str:
        return ("not found", "found")[len(self.devices)] if len(self.devices) < 2 else "ambiguous"


def answers(texts: list[str]) -> list[BatchRow]:
    """Exact matches only. Five queries at most, however many lines."""
    meant = {text: readings(text) for text in texts}
    devices = _devices(reading for some in meant.values() for reading in some)
    found = {text: reading for text in texts if (reading := next((each for each in meant[text] if each in devices), ""))}
    padded = {text: with_leading_zeros(text) for text in texts if text not in found}
    devices |= _devices(number for numbers in padded.values() for number in numbers)
    held = {text: [found[text]] if text in found else [number for number in padded[text] if number in devices] for text in texts}
    shown = {device for some in held.values() for reading in some for device in sorted(devices[reading])[:MOST_DEVICES]}
    documents = device_documents(shown)
    return [_line(text, held[text], devices, documents) for text in texts]


def csv_lines(lines: list[BatchRow]) -> Iterator[str]:
    """A row per device, and one for a line without any."""
    return csv_table(COLUMNS, _rows(lines))


def _devices(texts: Iterable[str]) -> dict[str, dict[int, set[str]]]:
    """text → the devices that have it, with the kinds of identifier; texts without any are left out. One query."""
    clues = {text: parse(text) for text in texts}
    held = _holders(sorted({(form.key, form.kind.value) for clue in clues.values() for form in clue.forms}))
    found: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for text, clue in clues.items():
        for key, kind in sorted({(form.key, form.kind.value) for form in clue.forms}):
            for device, values in held.get((key, kind), ()):
                if clue.names(kind, key, values):
                    found[text][device].add(kind)
    return dict(found)


def _rows(lines: list[BatchRow]) -> Iterator[list[object]]:
    for line in lines:
        devices: list[DeviceDocument | None] = [*line.devices] or [None]
        for device in devices:
            yield [line.text, line.answer, " ".join(line.matched), *_facts(device), line.read_as]


def _line(text: str, held: list[str], devices: dict[str, dict[int, set[str]]], documents: dict[int, DeviceDocument]) -> BatchRow:
    """`held`: how the text was read; several where numbers of several lengths fit."""
    found = {pk: kinds for reading in held for pk, kinds in devices[reading].items()}
    kinds = sorted({kind for some in found.values() for kind in some})
    kept = [documents[pk] for pk in sorted(found)[:MOST_DEVICES] if pk in documents]
    return BatchRow(text, kinds, kept, more=len(found) > MOST_DEVICES, read_as="" if held in ([], [text]) else " or ".join(held))


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
        yield from [""] * len(FACTS)
        return
    sightings = device["sightings"]
    yield from (device["id"], device["name"], device["serial"], device["user"], device["os"], device["state"], device["life"])
    yield " ".join(sorted({seen["account"] for seen in sightings if seen["present"]}))
    yield max((seen["seen_at"] or "" for seen in sightings), default="")
    yield " ".join(sorted({seen["account"] for seen in sightings if seen["account_off"]}))
