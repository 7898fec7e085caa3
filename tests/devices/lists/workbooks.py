"""Workbooks as a reader finds them in the file: zipped XML, read without the library that wrote it."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import NamedTuple
from xml.etree import ElementTree

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TEXT_FORMAT = "49"  # @
ESCAPED = re.compile("_x([0-9A-F]{4})_")


class Cell(NamedTuple):
    text: str
    kind: str
    number_format: str
    bold: bool


class Sheet(NamedTuple):
    """`rows`: by the letters of their columns, so that an empty cell is not there."""

    rows: list[dict[str, Cell]]
    widths: list[float]
    frozen_rows: str
    formulas: int

    def table(self) -> list[list[str]]:
        """Texts; empty where there is no cell."""
        columns = list(self.rows[0])
        return [[row[column].text if column in row else "" for column in columns] for row in self.rows]


def read(content: bytes) -> Sheet:
    with zipfile.ZipFile(BytesIO(content)) as book:
        assert book.testzip() is None
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
        assert names == ["xl/worksheets/sheet1.xml"]
        sheet = ElementTree.fromstring(book.read(names[0]))
        styles = _styles(ElementTree.fromstring(book.read("xl/styles.xml")))
    pane = sheet.find(f".//{SHEET}pane")
    rows = [_row(row, styles) for row in sheet.iter(f"{SHEET}row")]
    widths = [
        float(each.attrib["width"])
        for each in sheet.iter(f"{SHEET}col")
        for _ in range(int(each.attrib["min"]), int(each.attrib["max"]) + 1)
    ]
    frozen = pane.attrib.get("ySplit", "") if pane is not None and pane.attrib.get("state") == "frozen" else ""
    return Sheet(rows, widths, frozen, len(list(sheet.iter(f"{SHEET}f"))))


def _styles(styles: ElementTree.Element) -> list[tuple[str, bool]]:
    """Number format and boldness of each format of a cell."""
    fonts = [font.find(f"{SHEET}b") is not None for font in styles.iter(f"{SHEET}font")]
    return [(each.attrib["numFmtId"], fonts[int(each.attrib["fontId"])]) for each in styles.find(f"{SHEET}cellXfs") or ()]


def _row(row: ElementTree.Element, styles: list[tuple[str, bool]]) -> dict[str, Cell]:
    found = {}
    for cell in row.iter(f"{SHEET}c"):
        text = "".join(part.text or "" for part in cell.iter(f"{SHEET}t"))
        number_format, bold = styles[int(cell.attrib.get("s", "0"))]
        found[cell.attrib["r"].rstrip("0123456789")] = Cell(_unescaped(text), cell.attrib.get("t", "n"), number_format, bold)
    return found


def _unescaped(text: str) -> str:
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
