from __future__ import annotations

import csv
import io
import json
import tracemalloc
import unicodedata
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from devices.lists import csv as csv_text
from devices.lists.csv import cell, csv_table
from devices.lists.file_table import CUT, LONGEST_CELL, FileTable
from devices.models import Device
from devices.search import export
from devices.search.export import csv_lines, documents, jsonl
from devices.sync.page_writer import save_page
from tests.devices import records as making


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("-1+1", "'-1+1"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("|calc", "'|calc"),
        ("%0A", "'%0A"),
        ("\t=1", "' =1"),
        ("\r\n=1", "'  =1"),
        (" =1", "' =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\u200b=1", "'\u200b=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\u202e=1", "'\u202e=1"),
        ("＝1+1", "'＝1+1"),
        ("﹣1+1", "'﹣1+1"),
        ('"=1+1', "'\"=1+1"),
        ("'=1+1", "''=1+1"),
        ('=HYPERLINK("http://example.com")', '\'=HYPERLINK("http://example.com")'),
        ('=WEBSERVICE("x")', '\'=WEBSERVICE("x")'),
        ("\0=1", "'=1"),
        ("A\0B", "AB"),
        ("two\nlines", "two lines"),
        ('say "hi"', 'say "hi"'),
        ("-5", "-5"),
        ("+4.5", "+4.5"),
        ("1E5", "1E5"),
        ("-5 kg", "'-5 kg"),
        ("NB-0001", "NB-0001"),
        ("a=b", "a=b"),
        ("", ""),
        ("x;=1+1", "x;'=1+1"),
        ("x|=1+1", "x|'=1+1"),
        ("x;;|=1", "x;;'|'=1"),
        ('x; \u200b"＝1', "x;' \u200b\"＝1"),
        ("=1;=2", "'=1;'=2"),
        ("x;-5", "x;'-5"),
        ("x;5", "x;5"),
        ("x,=1", "x,=1"),
        ("+49 30 1234-56", "+49 30 1234-56"),
        ("+49 (0)30 1234", "+49 (0)30 1234"),
        ("(030) 123", "(030) 123"),
        ("Tel; +49 30 1234", "Tel; +49 30 1234"),
        ("+49-30-1234", "'+49-30-1234"),
        ("+49 30 1234+A1", "'+49 30 1234+A1"),
        ("+49 - 30", "'+49 - 30"),
        ("+4930123456", "+4930123456"),
    ],
)
def test_a_cell_is_never_a_formula(text: str, expected: str) -> None:
    assert cell(text) == expected


def test_a_cell_fits_a_spreadsheet() -> None:
    assert cell("x" * LONGEST_CELL) == "x" * LONGEST_CELL
    assert cell("x" * (LONGEST_CELL + 1)) == "x" * (LONGEST_CELL - len(CUT)) + CUT
    for text in ("=" * (LONGEST_CELL + 1), ";=" * LONGEST_CELL, "=" * LONGEST_CELL):
        assert len(cell(text)) == LONGEST_CELL and cell(text).startswith(cell(text[:4])) and cell(text).endswith(CUT)
    assert len(cell("👩" * LONGEST_CELL).encode("utf-16-le")) <= 2 * LONGEST_CELL


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["-5", "0+cmd|A1"], '\'-5,"0+cmd|A1"'),  # one text where the semicolon separates: -5.0 + …
        (["-5", "0123"], "-5,0123"),
        (["-5", "OK"], "-5,OK"),
        (["-5"], "-5"),
        (["x", "-5", "0+1"], "x,-5,0+1"),
        (["x;", "y"], '"x;",y'),
        (["x|y", "a b"], '"x|y",a b'),
        (['say "hi"', ""], '"say ""hi""",'),
    ],
)
def test_a_line_is_safe_and_whole_for_readers_with_another_separator(row: list[str], expected: str) -> None:
    assert list(csv_table(FileTable(["a"], [row]))) == ["a\r\n", f"{expected}\r\n"]


@given(st.text(max_size=60) | st.text(st.sampled_from("=+-@|%;, '\"1A\t\u200b＝"), max_size=20))
@example("\u00ad=1")
@example("\u2028=1")
def test_whatever_text_the_first_thing_a_spreadsheet_reads_is_no_operator(text: str) -> None:
    [line] = [*csv_table(FileTable(["a", "b", "c"], [["x", text, "y"]]))][1:]
    for separator in ",;|":
        for value in next(csv.reader(io.StringIO(line, newline=""), delimiter=separator)):
            plain = unicodedata.normalize("NFKC", "".join(c for c in value if not _unseen(c))).lstrip("\"'")
            calculates = plain[:1] in set("=+-@|%")
            assert not calculates or value.startswith("'") or csv_text.NUMBER.fullmatch(value) or csv_text.PHONE_NUMBER.match(value)
    assert next(csv.reader(io.StringIO(line, newline=""))) == ["x", cell(text), "y"]


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Mn", "Zs", "Zl", "Zp")


def fleet(count: int, **fields: Any) -> None:
    run = making.run(making.account())
    save_page(run, [making.entry(f"id-{n:05}", **fields) for n in range(count)], timezone.now())


@pytest.mark.django_db
class TestStreams:
    def test_a_line_of_json_is_the_stable_device(self) -> None:
        fleet(1, serial="S1", user="anna", os_name="Windows 11")
        [line] = jsonl(documents(Device.objects.all()))
        device = json.loads(line)
        fetched = device["sightings"][0].pop("fetched_at")
        assert device == {
            "id": Device.objects.get().pk,
            "name": "ID-00000",
            "serial": "S1",
            "user": "anna",
            "os": "Windows 11",
            "state": "ok",
            "life": "seen",
            "tags": [],
            "sightings": [
                {
                    "account": "eset-main",
                    "vendor": "eset",
                    "external_id": "id-00000",
                    "state": "ok",
                    "present": True,
                    "seen_at": "2026-11-20T09:12:00Z",
                    "account_off": False,
                    "repaired": [],
                }
            ],
        }
        assert fetched.endswith("Z")

    def test_csv_has_a_header_and_a_safe_row_per_device(self) -> None:
        fleet(2, name="=1+1", user='O"Neil, Ann')
        rows = list(csv.DictReader(io.StringIO("".join(csv_lines(documents(Device.objects.all()))))))
        assert [row["Device"] for row in rows] == ["'=1+1"] * 2
        assert (rows[0]["User"], rows[0]["Reported by"], rows[0]["Last check-in"]) == ('O"Neil, Ann', "eset-main", "2026-11-20T09:12:00Z")
        assert tuple(rows[0]) == export.COLUMNS

    def test_nothing_at_all_is_an_empty_stream_and_a_header(self) -> None:
        assert list(jsonl(documents(Device.objects.all()))) == []
        assert len(list(csv_lines(documents(Device.objects.all())))) == 1

    def test_every_device_comes_once_over_chunks_of_two_queries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(export, "CHUNK", 10)
        fleet(25)
        with CaptureQueriesContext(connection) as captured:
            names = [document["name"] for document in documents(Device.objects.all())]
        assert sorted(names) == [f"ID-{n:05}" for n in range(25)]
        assert len(captured) == 3 * 2 + 1

    def test_a_device_that_goes_away_meanwhile_does_not_end_the_stream(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(export, "CHUNK", 2)
        fleet(5)
        stream = documents(Device.objects.all())
        first = next(stream)["id"]
        Device.objects.filter(pk=first + 2).delete()
        assert [document["id"] for document in stream] == [first + 1, first + 3, first + 4]

    def test_memory_does_not_grow_with_the_number_of_devices(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(export, "CHUNK", 100)
        fleet(2000)
        peaks = []
        for most in (500, 2000):
            tracemalloc.start()
            for _line in jsonl(documents(Device.objects.filter(pk__lte=Device.objects.order_by("pk")[most - 1].pk))):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert peaks[1] < peaks[0] * 1.5


def test_lines_leave_in_larger_pieces_and_none_is_lost() -> None:
    lines = [f"{number}\r\n" * 100 for number in range(1000)]
    pieces = list(csv_text.blocks(lines))
    assert "".join(pieces) == "".join(lines)
    assert 1 < len(pieces) < 20
    assert max(map(len, pieces)) < csv_text.BLOCK + 1000
