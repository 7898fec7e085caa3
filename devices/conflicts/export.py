"""The list of data conflicts as a file: a row for each field of a device, in the order of the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from devices.conflicts.queries import ConflictRow
from devices.device_list.export import BETWEEN
from devices.lists.file_table import FileTable
from vendors.states import State

COLUMNS = ("Device", "Device id", "Status", "User", "OS", "Field", "Shown value", "Source", "Other values")


def file_table(found: Iterable[ConflictRow]) -> FileTable:
    """Labels in English. An other value stands behind its source."""
    return FileTable(COLUMNS, (values for each in found for values in _rows(each)))


def _rows(found: ConflictRow) -> Iterator[list[object]]:
    row = found.row
    for each in found.conflicts:
        (source, value), *others = each.values or [("", "")]
        other = BETWEEN.join(f"{name}: {text}" for name, text in others)
        yield [row.name, row.id, State.labelled(row.state), row.user, row.os_name, each.label, value, source, other]
