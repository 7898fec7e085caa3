"""CSV: the lines of a table, and cells that no spreadsheet calculates. Every path that writes cells for a spreadsheet uses `cell`."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain

from django.utils import translation

# Spreadsheets read a file as UTF-8 only if it begins with this mark.
BYTE_ORDER_MARK = "\ufeff"
CHUNK = 1000  # rows that are read at once for a file
BLOCK = 2**16  # characters that are sent at once
LONGEST_CELL = 32_767  # what a spreadsheet keeps of a cell
CONTROLS = re.compile("[\x01-\x1f\x7f-\x9f\u2028\u2029]")
NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?")
FORMULA = frozenset("=+-@|%")
QUOTES = frozenset("\"'")


def csv_table(header: Iterable[object], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A table as CSV, a line at a time: the header, then the rows. No cell is a formula; labels are English, whoever exports."""
    writer = csv.writer(_Echo())
    table = chain([header], rows)
    while True:
        with translation.override("en"):  # not across `yield`: the thread may serve another request between two lines
            row = next(table, None)
            line = None if row is None else str(writer.writerow([cell(value) for value in row]))
        if line is None:
            return
        yield line


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
    """The text of one cell: one line, no NUL, and never a formula.

    What decides is the first character that a person would see, after blanks, invisible characters and quotes, in its plain form
    (a full-width `＝` counts as `=`). Plain numbers stay as they are.
    """
    text = str(value)
    if not text or (text[0].isascii() and text[0].isalnum() and len(text) < LONGEST_CELL and text.isprintable()):
        return text  # as nearly all are; the rest is looked at letter by letter
    text = CONTROLS.sub(" ", text.replace("\0", ""))
    if len(text) > LONGEST_CELL - 1:
        text = text[: LONGEST_CELL - 2] + "…"
    return "'" + text if _first_visible(text) in FORMULA and not NUMBER.fullmatch(text) else text


def _first_visible(text: str) -> str:
    for letter in text:
        plain = unicodedata.normalize("NFKC", letter).strip()
        if plain and plain[0] not in QUOTES and unicodedata.category(plain[0]) not in ("Cf", "Cc", "Mn"):
            return plain[0]
    return ""


class _Echo:
    """A file that gives back what is written, so that `writerow` returns the line."""

    def write(self, text: str) -> str:
        return text
