"""Export of devices: a stream of JSON lines or CSV. Memory stays constant however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec
from django.db.models import QuerySet

from devices.lists.csv import CHUNK, csv_table
from devices.lists.file_table import FileTable
from devices.models import Device
from devices.search.documents import DeviceDocument, device_documents

COLUMNS = (
    *("Device id", "Device", "Serial", "User", "OS", "Status", "Inventory status", "Reported by", "Last check-in", "Last synced"),
    "Disabled accounts",
)


def documents(devices: QuerySet[Device]) -> Iterator[DeviceDocument]:
    """By id, a chunk at a time: each device that was there from beginning to end comes exactly once. Two queries a chunk."""
    last = 0
    while ids := list(devices.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        yield from device_documents(ids).values()
        last = ids[-1]


def jsonl(found: Iterable[DeviceDocument]) -> Iterator[str]:
    for document in found:
        yield msgspec.json.encode(document).decode() + "\n"


def file_table(found: Iterable[DeviceDocument]) -> FileTable:
    """A row per device. The accounts that report it now, and the disabled ones; the times are the newest among all."""
    return FileTable(COLUMNS, map(_row, found))


def csv_lines(found: Iterable[DeviceDocument]) -> Iterator[str]:
    return csv_table(file_table(found))


FORMATS: dict[str, Callable[[Iterable[DeviceDocument]], Iterator[str]]] = {"jsonl": jsonl, "csv": csv_lines}


def _row(document: DeviceDocument) -> list[object]:
    sightings = document["sightings"]
    seen_by = " ".join(sorted({sighting["account"] for sighting in sightings if sighting["present"]}))
    switched_off = " ".join(sorted({sighting["account"] for sighting in sightings if sighting["account_off"]}))
    seen_at = max((sighting["seen_at"] or "" for sighting in sightings), default="")
    fetched_at = max((sighting["fetched_at"] or "" for sighting in sightings), default="")
    return [
        document["id"],
        document["name"],
        document["serial"],
        document["user"],
        document["os"],
        document["state"],
        document["life"],
        seen_by,
        seen_at,
        fetched_at,
        switched_off,
    ]
