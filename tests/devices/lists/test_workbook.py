"""Workbooks: every cell is the text that it was given, in constant memory, and nothing is left behind."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client

from devices.audit import export
from devices.lists import workbook
from devices.lists.file_table import CUT, LONGEST_CELL, FileTable
from devices.lists.workbook import TooManyRows, write_workbook
from devices.models import AuditEvent, User
from tests.devices import rows as shown
from tests.devices.lists import workbooks

LONG = "x" * (LONGEST_CELL + 1)
ASTRAL = "👩" * (LONGEST_CELL // 2 + 1)  # two UTF-16 units each
TEXTS = {
    "00123456": "00123456",
    "7E10": "7E10",
    "=1+1": "=1+1",
    "{=1+1}": "{=1+1}",
    "https://example.com/": "https://example.com/",
    "mailto:anna": "mailto:anna",
    "  two  blanks  ": "  two  blanks  ",
    "two\nlines\r\nand\rmore\t": "two\nlines\nand\nmore\t",
    "_x0041_": "_x0041_",
    "_x005F_x0041_": "_x005F_x0041_",
    "<r>a & b": "<r>a & b",
    "<r><t>a</t>": "<r><t>a</t>",
    "<r>a & b</r>": "<r>a & b</r>",
    "<r><t>a</t></r>": "<r><t>a</t></r>",
    "<r>_x0041_\0</r>": "<r>_x0041_\ufffd</r>",
    "&amp;<script>]]>": "&amp;<script>]]>",
    "a\0b\x01c\x0bd\x1fe\x7ff\ufffeg\uffffh\ud800i": "a\ufffdb\ufffdc\ufffdd\ufffde\x7ff\ufffdg\ufffdh\ufffdi",
    "ä\u2028ö\u0085ü 👩‍💻 ＝": "ä\u2028ö\u0085ü 👩‍💻 ＝",
    "y" * LONGEST_CELL: "y" * LONGEST_CELL,
    LONG: "x" * (LONGEST_CELL - len(CUT)) + CUT,
    ASTRAL: "👩" * ((LONGEST_CELL - len(CUT)) // 2) + CUT,
}


def sheet_of(table: FileTable) -> workbooks.Sheet:
    file = BytesIO()
    write_workbook(table, file)
    return workbooks.read(file.getvalue())


def test_every_cell_is_its_text() -> None:
    sheet = sheet_of(FileTable(["Text", "Length"], ([text, len(text)] for text in TEXTS)))
    assert sheet.table() == [["Text", "Length"], *([shown, str(len(text))] for text, shown in TEXTS.items())]
    assert {(cell.kind, cell.number_format) for row in sheet.rows for cell in row.values()} == {("inlineStr", workbooks.TEXT_FORMAT)}
    assert [cell.bold for cell in sheet.rows[0].values()] == [True, True]
    assert all(len(text.encode("utf-16-le")) <= 2 * LONGEST_CELL for row in sheet.table() for text in row)


def test_columns_are_as_wide_as_their_texts_and_not_wider_than_a_page() -> None:
    sheet = sheet_of(FileTable(["a", "b" * 20, "c"], [["", "b", "x" * 500]]))
    assert [round(width) for width in sheet.widths] == [9, 23, 61]
    assert sheet_of(FileTable(["a"], [])).table() == [["a"]]


def test_a_sheet_is_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    assert len(sheet_of(FileTable(["a"], [["x"]] * 3)).rows) == 4
    with pytest.raises(TooManyRows):
        sheet_of(FileTable(["a"], [["x"]] * 4))


@pytest.mark.django_db
def test_a_list_with_too_many_rows_is_refused_with_a_sentence(client: Client, ivan: User, monkeypatch: pytest.MonkeyPatch) -> None:
    shown.small_fleet()
    client.force_login(ivan)
    for module in (workbook, export):
        monkeypatch.setattr(module, "MOST_ROWS", 2)
    answer = client.get("/devices/export.xlsx?os=windows&sort=-name")
    assert (answer.status_code, answer["Content-Type"].partition(";")[2][-5:]) == (200, "")  # two devices
    answer = client.get("/devices/export.xlsx?sort=-name")
    assert (answer.status_code, answer["Location"]) == (302, "/devices/?sort=-name")
    page = client.get(answer["Location"]).text
    assert "No file was created: the list has more than 2 rows. Export CSV, or narrow the list." in page
    assert client.get("/devices/export.csv").status_code == 200


@pytest.mark.django_db
def test_looking_is_no_export(client: Client, ivan: User) -> None:
    client.force_login(ivan)
    answer = client.head("/devices/export.xlsx")
    assert (answer.status_code, answer["Content-Type"]) == (200, export.TYPES["xlsx"])
    assert client.get("/devices/export.xls").status_code == 404
    assert not AuditEvent.objects.filter(action="export").exists()


def test_memory_does_not_grow_with_the_number_of_rows() -> None:
    peaks = []
    for rows in (1000, 4000):
        with tempfile.TemporaryFile() as file:
            tracemalloc.start()
            write_workbook(FileTable(["a", "b"], ([f"{row}", "x" * 100] for row in range(rows))), file)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.3


def test_an_error_in_the_middle_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows() -> Iterator[list[str]]:
        yield from [["x" * 100]] * 1000
        assert list(tmp_path.iterdir())
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_workbook(FileTable(["a"], rows()), BytesIO())
    assert list(tmp_path.iterdir()) == []
