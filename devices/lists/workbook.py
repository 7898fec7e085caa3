"""Excel workbook (XLSX) of a table. Every cell is text, so that `00123456` and `7E10` survive, and none can be a formula.

https://xlsxwriter.readthedocs.io/working_with_memory.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from tempfile import TemporaryDirectory
from typing import IO

from django.utils import translation
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from devices.lists.file_table import FileTable, shortened

MOST_ROWS = 1_048_575  # below the header
SHEET = "Rollcall"
TEXT = {"num_format": 49}  # the built-in format @
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
READ_AS_ESCAPE = re.compile("_(?=x[0-9a-fA-F]{4}_)")  # a reader makes a character of `_x0041_`
LINE_END = re.compile("\r\n?")
MEASURED = 200  # rows that decide the widths of columns
NARROWEST, WIDEST = 8, 60  # characters


class TooManyRows(Exception):
    """The table has more rows than a sheet."""


def write_workbook(table: FileTable, file: IO[bytes]) -> None:
    """Raises TooManyRows. Memory stays constant: rows go to a temporary folder, which is also removed after an error."""
    with TemporaryDirectory() as folder, translation.override("en"):
        book = Workbook(file, {"constant_memory": True, "tmpdir": folder})
        book.use_zip64()
        sheet = book.add_worksheet(SHEET, worksheet_class=_TextSheet)
        try:
            sheet.freeze_panes(1, 0)
            _write_rows(sheet, table, head=book.add_format(TEXT | {"bold": True}), text=book.add_format(TEXT))
            book.close()
        finally:
            sheet.row_data_fh.close()


def _write_rows(sheet: Worksheet, table: FileTable, *, head: Format, text: Format) -> None:
    widths: list[int] = []
    header = _texts(table.header)
    _write_row(sheet, 0, header, head)
    _widen(widths, header)
    for number, row in enumerate(table.rows, start=1):
        if number > MOST_ROWS:
            raise TooManyRows
        cells = _texts(row)
        _write_row(sheet, number, cells, text)
        if number <= MEASURED:
            _widen(widths, cells)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(max(width + 2, NARROWEST), WIDEST), text)


def _texts(row: Iterable[object]) -> list[str]:
    return [text_of(value) for value in row]


def text_of(value: object) -> str:
    """The text of one cell. What XML cannot hold becomes U+FFFD."""
    text = LINE_END.sub("\n", str(value))
    return shortened(NOT_IN_XML.sub("\ufffd", text))


def _write_row(sheet: Worksheet, number: int, cells: list[str], style: Format) -> None:
    for column, text in enumerate(cells):
        if text:
            sheet.write_string(number, column, text, style)


def _widen(widths: list[int], cells: list[str]) -> None:
    widths.extend([0] * (len(cells) - len(widths)))
    widths[:] = [max(width, len(text)) for width, text in zip(widths, cells, strict=False)]


class _TextSheet(Worksheet):
    """Sheet in which XlsxWriter takes no text for anything else. Its rule that a text from `<r>` to `</r>` is markup would let a vendor
    break the file; and of two escapes that share an underscore, such as `_x005F_x0041_`, it would escape the first only.
    """

    def _escape_control_characters(self, data: str) -> str:
        return READ_AS_ESCAPE.sub("_x005F_", data)

    def _xml_rich_inline_string(self, string: str, attributes: list[tuple[str, object]]) -> None:
        self._xml_inline_string(string, True, attributes)
