"""CSV: the lines of a table, and cells that no spreadsheet calculates. Every path that writes cells for a spreadsheet uses `cell`.

Where the list separator is a semicolon, as in German settings, a spreadsheet splits the lines at semicolons instead of commas. No
cell may then become a formula either, so the beginning of a text and each text behind another separator are judged alike.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain

from django.utils import translation

from devices.lists.file_table import LONGEST_CELL, FileTable, shortened

# Spreadsheets read a file as UTF-8 only if it begins with this mark.
BYTE_ORDER_MARK = "\ufeff"
CHUNK = 1000  # rows that are read at once for a file
BLOCK = 2**16  # characters that are sent at once
CONTROLS = re.compile("[\x01-\x1f\x7f-\x9f\u2028\u2029]")
NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?")
# Two numbers with a blank between them are no calculation, whatever follows.
PHONE_NUMBER = re.compile(r" *\+(?=[^;|]*[0-9)] +[0-9(])[0-9][0-9 ()/.-]*(?=[;|]|$)")
FORMULA = frozenset("=+-@|%")
QUOTES = frozenset("\"'")
GUARD = "'"
# Separators of other readers, which a text may contain; the tab is a control character and becomes a blank.
SEPARATOR = re.compile("[;|]")
# A writer quotes each cell with a character of its line end: so those with another separator are quoted too, as for every reader.
LINE_END = "\r\n"
QUOTED = ";|"


def csv_table(table: FileTable) -> Iterator[str]:
    """A table as CSV, a line at a time: the header, then the rows. No cell is a formula; labels are English, whoever exports."""
    writer = csv.writer(_Echo(), lineterminator=LINE_END + QUOTED)
    rows = chain([table.header], table.rows)
    while True:
        with translation.override("en"):  # not across `yield`: the thread may serve another request between two lines
            row = next(rows, None)
            line = None if row is None else str(writer.writerow(_cells(row)))
        if line is None:
            return
        yield line.removesuffix(QUOTED)


def moment(at: datetime | None) -> str:
    """A time as ISO 8601 in UTC; empty for None."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""


def blocks(lines: Iterable[str]) -> Iterator[str]:
    """The same text in larger pieces: to send every line by itself costs more than to make it."""
    piece: list[str] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size >= BLOCK:
            yield "".join(piece)
            piece, size = [], 0
    yield "".join(piece)


def cell(value: object) -> str:
    """The text of one cell: one line, no NUL, and never a formula, whether a reader splits at commas, semicolons, tabs or bars.

    An apostrophe is put before a formula sign at the beginning and behind a semicolon or bar. What decides is the first character that
    a person would see, after blanks, invisible characters and quotes, in its plain form (a full-width `＝` counts as `=`). Plain numbers
    and phone numbers with blanks stay as they are.
    """
    text = str(value)
    if not text or (text[0].isascii() and text[0].isalnum() and _is_plain(text)):
        return text  # as nearly all are; the rest is looked at letter by letter
    text = CONTROLS.sub(" ", text.replace("\0", "")[: LONGEST_CELL + 1])
    return shortened(text if NUMBER.fullmatch(text) else _guarded(text))


def _cells(row: Iterable[object]) -> list[str]:
    """A reader that splits elsewhere joins the first cells: `-5` and a text that continues the number would be a calculation."""
    cells = [cell(value) for value in row]
    if cells and cells[0][:1] in ("+", "-") and cells[1:] and cells[1][:1].isdigit() and not cells[1].isalnum():
        cells[0] = GUARD + cells[0]
    return cells


def _is_plain(text: str) -> bool:
    return len(text) < LONGEST_CELL // 2 and ";" not in text and "|" not in text and text.isprintable()


def _guarded(text: str) -> str:
    starts = [0, *(found.end() for found in SEPARATOR.finditer(text))]
    ends = [*starts[1:], len(text)]
    guards = (GUARD if _is_formula(text, start) else "" for start in starts)
    return "".join(guard + text[start:end] for guard, start, end in zip(guards, starts, ends, strict=True))


def _is_formula(text: str, start: int) -> bool:
    return _first_visible(text, start) in FORMULA and not PHONE_NUMBER.match(text, start)


def _first_visible(text: str, start: int) -> str:
    for place in range(start, len(text)):
        plain = unicodedata.normalize("NFKC", text[place]).strip()
        if plain and plain[0] not in QUOTES and unicodedata.category(plain[0]) not in ("Cf", "Cc", "Mn"):
            return plain[0]
    return ""


class _Echo:
    """A file that gives back what is written, so that `writerow` returns the line."""

    def write(self, text: str) -> str:
        return text
