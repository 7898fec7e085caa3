"""Lists as spreadsheets and people write them, and what Rollcall's own files become in a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from devices.models import User
from tests.devices.lookup.machines import pasted, values
from tests.identity.reported.records import M1, eset, five9s, listed

pytestmark = pytest.mark.django_db
BOTH = [("found", "NB-0042"), ("found", "NB-0043")]
SERIALS = {
    "NB-0042": "PF3XK2AB", "NB-0043": "PF3XK2AC", "sf-1": "003425672457", "zero-1": "00123456", "exp-1": "7E10", "exp-2": "12345E3", "exp-3": "1E45",
    "neg-1": "-SN12", "plus-1": "+SN13", "zero-2": "0E12345",
}  # fmt: skip


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    records = [five9s(name, serial=serial, label=name, login=r"CORP\jürgen") for name, serial in SERIALS.items()]
    listed(*records, eset("MÜNCHEN-01", macs=M1, label="m"))
    client.force_login(alice)
    return client


LISTS = {
    "semicolons of a European Excel": "NB-0042;PF3XK2AB\nNB-0043;PF3XK2AC",
    "semicolons in one line": "NB-0042; NB-0043",
    "quoted cells": '"NB-0042"\n"NB-0043"',
    "quoted cells with semicolons": '"NB-0042";"PF3XK2AB"\n"NB-0043";"PF3XK2AC"',
    "header": "Name\nNB-0042\nNB-0043",
    "header of two columns": "Name;Serial\nNB-0042;PF3XK2AB\nNB-0043;PF3XK2AC",
    "bars": "NB-0042|NB-0043",
    "slash between two names": "NB-0042/NB-0043",
    "numbering": "1. NB-0042\n2. NB-0043",
    "bullets": "• NB-0042\n• NB-0043",
    "asterisks": "* NB-0042\n* NB-0043",
    "remarks": "NB-0042 (on loan)\nNB-0043 (spare)",
    "full stops": "nb-0042.\nnb-0043.",
    "mark of UTF-8": "\ufeffNB-0042\r\nNB-0043\r\n",
    "no-break blanks": "NB-0042\u00a0\n\u00a0NB-0043",
    "apostrophes": "'NB-0042\n'NB-0043",
    "typographic quotation marks": "»NB-0042«\n„NB-0043“",
    "signature": "NB-0042\nNB-0043\n\nMit freundlichen Grüßen\nAnna Becker\nIT | Nordwind GmbH",
    "signature behind two dashes": "NB-0042\nNB-0043\n-- \nAnna Becker\n+49 30 1234567",
    "question in front": "Hello,\ncould you check these, please?\nNB-0042\nNB-0043",
    "tabs and quotes": '"NB-0042"\t"NB-0043"',
    "empty cells": "NB-0042;;;\nNB-0043;;;",
    "numbers with brackets": "1) NB-0042\n2) NB-0043",
    "arrows": "-> NB-0042\n-> NB-0043",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_the_devices_of_a_list_are_found_and_nothing_else_is_called_not_found(desk: Client, text: str) -> None:
    rows = values(pasted(text))
    assert set(rows) - {("text", "")} == set(BOTH)


UNKNOWN = ["NB-0099", "nb-0099.corp.example", "PF9ZZZZZ", "reception", "00:1B:21:AA:BB:99", "Dr. Huber's iPad"]


@pytest.mark.parametrize("text", UNKNOWN)
def test_an_identifier_of_no_device_is_not_found(desk: Client, text: str) -> None:
    assert values(pasted(f"NB-0042\n{text}"))[1:] == [("not found", "")]


CHANGED = {
    "leading zeros lost": ("3425672457", "sf-1"),
    "two leading zeros lost": ("123456", "zero-1"),
    "one of two zeros lost": ("0123456", "zero-1"),
    "power of ten": ("7E+10", "exp-1"),
    "power of ten with decimals": ("7.00E+10", "exp-1"),
    "power of ten with a comma": ("7,00E+10", "exp-1"),
    "number in full": ("12345000", "exp-2"),
    "large power of ten": ("1E+45", "exp-3"),
    "apostrophe before a dash": ("'-SN12", "neg-1"),
    "apostrophe before a plus": ("'+SN13", "plus-1"),
    "apostrophe before a number": ("'00123456", "zero-1"),
    "apostrophe before a power": ("'7E10", "exp-1"),
    "formula that keeps text": ('="00123456"', "zero-1"),
    "number with groups": ("3.425.672.457", "sf-1"),
    "number with groups of blanks": ("3 425 672 457", "sf-1"),
    "Swiss groups": ("3'425'672'457", "sf-1"),
    "number with decimals": ("123456.0", "zero-1"),
}


@pytest.mark.parametrize(("text", "name"), CHANGED.values(), ids=CHANGED)
def test_what_a_spreadsheet_made_of_a_serial_is_found(desk: Client, text: str, name: str) -> None:
    assert values(pasted(text)) == [("found", name)]


def test_what_a_spreadsheet_left_of_a_power_of_zero_is_explained(desk: Client) -> None:
    for text in ("1.23456789012346E+18", "1,23457E+18", "8E+10"):
        assert values(pasted(text)) == [("text", "")], text
    assert ("found", "zero-2") not in values(pasted("0"))


FILES = [
    "/devices/export.csv", "/issues/export.csv", "/coverage/every.csv", "/coverage/every.csv?account=epm&cover=fresh", "/patching/patches.csv",
    "/patching/attempts.csv", "/patching/devices.csv", "/patching/titles.csv", "/installers/hand-outs.csv",
    "/issues/export.csv?rows=issues", "/disagreements/export.csv", "/installers/export.csv",
]  # fmt: skip


@pytest.mark.parametrize("address", FILES)
def test_every_file_that_a_browser_downloads_begins_with_the_mark_of_utf8(desk: Client, address: str) -> None:
    answer = desk.get(address)
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, "text/csv")
    assert answer.getvalue().startswith(b"\xef\xbb\xbf") and not answer.getvalue().startswith(b"\xef\xbb\xbf" * 2)


def test_the_file_of_a_pasted_list_begins_with_the_mark_too(desk: Client) -> None:
    assert desk.post("/d/list/", {"list": "NB-0042", "format": "csv"}).content.startswith(b"\xef\xbb\xbfLine")


def test_the_devices_file_has_umlauts_and_is_read_back_whole(desk: Client) -> None:
    file = desk.get("/devices/export.csv").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(file)))
    assert {row["Name"] for row in rows} == {*SERIALS, "MÜNCHEN-01"}
    for row in rows:
        for cell in filter(None, (row["Name"], row["Serial"])):
            assert values(pasted(cell)) == [("found", row["Name"])], cell
    assert {answer for answer, _ in values(pasted(file))} <= {"found", "text", "ambiguous"}


@pytest.mark.parametrize("command", [["export", "devices", "--format", "csv"]])
def test_the_file_of_a_command_opens_in_a_spreadsheet(desk: Client, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    call_command(*command)
    printed = capsys.readouterr().out
    assert printed.startswith("\ufeff") and "MÜNCHEN-01" in printed
