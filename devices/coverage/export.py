"""Files of coverage: the devices behind one number, or every device with its state at every account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from devices.account_status.status import AccountStatus
from devices.coverage.queries import COUNTED, CoverageCell, CoverageQuery
from devices.lists.csv import CHUNK
from devices.lists.file_table import FileTable
from devices.models import Device
from devices.search.documents import DeviceDocument, device_documents
from devices.search.export import file_table

COLUMNS = ("Device id", "Device", "Serial", "User", "OS")


def table_of_devices(drill: CoverageCell) -> FileTable:
    return file_table(_documents(drill))


def _documents(drill: CoverageCell) -> Iterator[DeviceDocument]:
    """All ids are read first, so that a device that changes its state during the export is neither repeated nor left out."""
    ids = list(drill.devices().order_by("name", "pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield from device_documents(ids[start : start + CHUNK]).values()


def table_of_matrix(statuses: Sequence[AccountStatus]) -> FileTable:
    """By id, a chunk of devices at a time: memory stays flat. Two queries a chunk."""
    return FileTable((*COLUMNS, *(each.name for each in statuses)), _rows_of_matrix(statuses))


def _rows_of_matrix(statuses: Sequence[AccountStatus]) -> Iterator[tuple[Any, ...]]:
    last = 0
    while chunk := _chunk(last):
        placed = {(device, account): cover for device, account, cover in CoverageQuery(statuses, devices=list(chunk)).rows()}
        for pk, values in chunk.items():
            states = [placed[pk, each.pk].look.word if (pk, each.pk) in placed else "" for each in statuses]
            yield (*values, *states)
        last = max(chunk)


def _chunk(last: int) -> dict[int, tuple[Any, ...]]:
    rows = Device.objects.filter(COUNTED, pk__gt=last).order_by("pk").values_list("pk", "name", "serial", "user", "os_name")[:CHUNK]
    return {row[0]: row for row in rows}
