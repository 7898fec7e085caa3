"""Every export as LibreOffice reads it: CSV with each separator, and the Excel workbook. Installed by `make faults`."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from django.test import Client

from devices.models import User
from tests.devices.lists import workbooks
from tests.devices.lists.exported import HARMLESS, commands, exports, plant

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
# Codes of separators, as the options of LibreOffice's CSV filter have them; the last is the default of its import dialog.
SEPARATORS = {"comma": "44", "semicolon": "59", "tab": "9", "all": "44/59/9"}
QUOTE, UTF8 = "34", "76"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
SECONDS = 240
MOST_REPEATED = 1000  # an empty rest of a sheet is one repeated cell


class Read(NamedTuple):
    """Rows of texts, without empty cells and rows at the end. `formulas`: their texts; `kinds`: of all cells that are not empty."""

    rows: list[list[str]]
    formulas: list[str]
    kinds: set[str]


@pytest.fixture
def client(client: Client, alice: User) -> Client:
    plant(alice)
    client.force_login(alice)
    return client


def test_no_csv_file_has_a_formula_with_any_separator(client: Client, tmp_path: Path) -> None:
    files = {name: fetch(client, "csv").decode("utf-8-sig") for name, fetch in exports().items()} | commands()
    files["planted"] = '"x;=1+1",b\r\nc,=1+1\r\n'
    folder = tmp_path / "csv"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{_plain(name)}.csv").write_text(text, "utf-8", newline="")
    planted = {}
    for separator, codes in SEPARATORS.items():
        found = convert(folder, tmp_path / separator, filter_options=f"CSV:{codes},{QUOTE},{UTF8},1")
        planted[separator] = found.pop("planted").formulas
        assert len(found) == len(files) - 1
        assert {name: read.formulas for name, read in found.items() if read.formulas} == {}, separator
        if separator in ("comma", "all"):
            for name, text in files.items():
                if name != "planted":
                    assert_same(found[_plain(name)].rows, list(csv.reader(StringIO(text, newline=""))), f"{name}, {separator}")
    assert {separator: len(found) for separator, found in planted.items()} == {"comma": 1, "semicolon": 1, "tab": 0, "all": 1}


def test_every_cell_of_a_workbook_is_its_text(client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "xlsx"
    folder.mkdir()
    content = {name: fetch(client, "xlsx") for name, fetch in exports().items()}
    for name, each in content.items():
        (folder / f"{_plain(name)}.xlsx").write_bytes(each)
    found = convert(folder, tmp_path / "read")
    assert len(found) == len(content)
    for name, each in content.items():
        read = found[_plain(name)]
        assert (read.formulas, read.kinds) == ([], {"string"}), name
        assert read.rows == [_stripped(row) for row in workbooks.read(each).table()], name


def assert_same(read: list[list[str]], written: list[list[str]], name: str) -> None:
    """Whatever LibreOffice does not take for a number or date is unchanged; phone numbers and texts are none."""
    assert len(read) == len(written), name
    kept = {text for text in HARMLESS if any(letter.isalpha() or letter in "() " for letter in text) and text != "7E10"}
    kept -= {"2026-11-30T09:12:00Z"}  # a date, which it shows in its own way
    for row, expected in zip(read, written, strict=True):
        assert [cell for cell in row if cell in kept] == [cell for cell in expected if cell in kept], name


def convert(folder: Path, target: Path, *, filter_options: str = "") -> dict[str, Read]:
    """Every file of the folder, read by one run of LibreOffice."""
    command = ["soffice", f"-env:UserInstallation={(folder.parent / 'profile').as_uri()}", "--headless", "--convert-to", "fods"]
    command += [f"--infilter={filter_options}"] if filter_options else []
    files = sorted(str(path) for path in folder.iterdir())
    done = subprocess.run([*command, "--outdir", str(target), *files], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return {path.stem: _read(path) for path in target.iterdir()}


def _read(path: Path) -> Read:
    table = ElementTree.parse(path).getroot().find(f".//{TABLE}table")
    assert table is not None
    rows: list[list[str]] = []
    formulas, kinds = [], set()
    for row in table.iter(f"{TABLE}table-row"):
        cells: list[str] = []
        for cell in row.iter(f"{TABLE}table-cell"):
            text = "\n".join("".join(_texts(line)) for line in cell.findall(f"{TEXT}p"))
            kinds |= {cell.attrib[f"{OFFICE}value-type"]} if f"{OFFICE}value-type" in cell.attrib else set()
            formulas += [text] if f"{TABLE}formula" in cell.attrib else []
            cells += [text] * min(int(cell.attrib.get(f"{TABLE}number-columns-repeated", "1")), MOST_REPEATED)
        rows += [_stripped(cells)] * min(int(row.attrib.get(f"{TABLE}number-rows-repeated", "1")), MOST_REPEATED)
    while rows and not rows[-1]:
        rows.pop()
    return Read(rows, formulas, kinds)


def _texts(line: ElementTree.Element) -> Iterator[str]:
    """Text of a paragraph, in which blanks and tabs are elements."""
    yield line.text or ""
    for part in line:
        if part.tag == f"{TEXT}s":
            yield " " * int(part.attrib.get(f"{TEXT}c", "1"))
        elif part.tag == f"{TEXT}tab":
            yield "\t"
        elif part.tag == f"{TEXT}line-break":
            yield "\n"
        else:
            yield from _texts(part)
        yield part.tail or ""


def _stripped(row: list[str]) -> list[str]:
    """Without empty cells at the end."""
    while row and not row[-1]:
        row = row[:-1]
    return row


def _plain(name: str) -> str:
    return name.replace(":", "-").replace(" ", "-")
