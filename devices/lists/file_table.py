"""Content of a table that is exported, whatever the format of its file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

LONGEST_CELL = 32_767  # UTF-16 units that a spreadsheet keeps of a cell
CUT = "… (cut)"


def file_name(of: str, *, now: datetime) -> str:
    """Of every file of a list, without the ending: `rollcall-devices-20261130-0912`, the time in UTC."""
    return f"rollcall-{of}-{now.astimezone(UTC):%Y%m%d-%H%M}"


class FileTable(NamedTuple):
    """`header`: English labels, as on the page. `rows` may be read once.

    Values become text in English, whoever exports: read them with English as the language.
    """

    header: Iterable[object]
    rows: Iterable[Iterable[object]]


def shortened(text: str) -> str:
    """What fits into a cell; a longer text ends with `CUT`."""
    if len(text) <= LONGEST_CELL // 2:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * LONGEST_CELL:
        return text
    return units[: 2 * (LONGEST_CELL - len(CUT))].decode("utf-16-le", "ignore") + CUT
