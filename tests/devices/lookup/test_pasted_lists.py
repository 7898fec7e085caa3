"""Lists as people paste them: from spreadsheets, e-mails, tickets, scanners, and from Rollcall's own files."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client

from devices.lookup.letters import text_places
from devices.lookup.pasted_list import names_in, numbers, read
from devices.models import User
from tests.devices import records as making
from tests.devices.lookup.machines import MAC, SERIAL, USER, exported, machines, pasted, values

pytestmark = pytest.mark.django_db
BOTH = [("found", "NB-0042"), ("found", "NB-0043")]


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    client.force_login(alice)
    epm = {"NB-0043": "PF3XK2AC", "WS-1": "1ABCD23", "sf-1": "003425672457", "exp-1": "7E10", "exp-2": "12345E3", "neg-1": "-SN12"}
    keys = {name: ((SERIAL, serial),) for name, serial in epm.items()} | {"NB-0042": ((SERIAL, "PF3XK2AB"), (USER, "CORP\\anna"))}
    machines(making.account("epm", "five9s"), keys)
    machines(making.account("eset-main", "eset"), {"nb-7": ((MAC, "00:1B:21:AA:BB:01"),)})
    return client


LISTS = {
    "semicolons": "NB-0042;NB-0043",
    "semicolon and blank": "NB-0042; NB-0043",
    "bars": "| NB-0042 | NB-0043 |",
    "tabs": "NB-0042\tNB-0043",
    "quoted cells": '"NB-0042"\n"NB-0043"',
    "quoted with semicolons": '"NB-0042";"NB-0043"',
    "German quotation marks": "„NB-0042“\n„NB-0043“",
    "bullets": "• NB-0042\n• NB-0043",
    "dashes": "- NB-0042\n– NB-0043",
    "boxes": "[ ] NB-0042\n[x] NB-0043",
    "numbers": "1. NB-0042\n2. NB-0043",
    "numbers with brackets": "1) NB-0042\n(2) NB-0043",
    "letters": "a) NB-0042\nb) NB-0043",
    "remarks": "NB-0042 (Anna)\nNB-0043 [spare]",
    "remarks behind a dash": "NB-0042 - new battery\nNB-0043 – on loan",
    "slash with blanks": "NB-0042 / NB-0043",
    "slash": "NB-0042/NB-0043",
    "and": "NB-0042 and NB-0043",
    "und": "NB-0042 und NB-0043",
    "blank": "NB-0042 NB-0043",
    "plus": "NB-0042+NB-0043",
    "full stops": "NB-0042.\nNB-0043.",
    "apostrophes": "'NB-0042\n'NB-0043",
    "trailing separators": "NB-0042;;\nNB-0043;;",
    "byte order mark": "\ufeffNB-0042\nNB-0043",
    "Windows lines": "NB-0042\r\n\r\nNB-0043\r\n",
    "labels": "S/N: PF3XK2AB\nS/N: PF3XK2AC",
    "bar codes": "1S20XWCTO1WWPF3XK2AB\n20XWCTO1WW/PF3XK2AC",
    "starred": "*PF3XK2AB*\n*PF3XK2AC*",
    "dashed serials": "PF-3XK2AB\nPF-3XK2AC",
    "accounts": "NB-0042$\nCORP\\NB-0043$",
    "paths": "\\\\NB-0042\\c$\n\\\\NB-0043\\c$",
    "sentences": "NB-0042 does not start\nscreen of NB-0043 is broken",
}


def test_both_devices_are_found(desk: Client) -> None:
    assert {kind: values(pasted(text)) for kind, text in LISTS.items()} == dict.fromkeys(LISTS, BOTH)


def test_two_columns_of_a_spreadsheet(desk: Client) -> None:
    rows = pasted("NB-0042;PF3XK2AB\nNB-0043;PF3XK2AC")
    assert rows == [
        ("NB-0042", "found", "NB-0042"),
        ("PF3XK2AB", "found", "NB-0042"),
        ("NB-0043", "found", "NB-0043"),
        ("PF3XK2AC", "found", "NB-0043"),
    ]


HEADERS = ["Name", "Serial", "Name;Serial", "Gerätename", "Seriennummer:", '"Hostname"', "PC-Name\tBenutzer"]


def test_headers_are_left_out_with_a_note(desk: Client) -> None:
    assert {head: values(pasted(f"{head}\nNB-0042\nNB-0043")) for head in HEADERS} == dict.fromkeys(HEADERS, BOTH)
    page = desk.post("/d/list/", {"list": "Name;Serial;Status\nNB-0042;PF3XK2AB;OK"}).content.decode()
    assert "Read as column headers: Name, Serial" in page and "Ignored columns: Status" in page


def test_a_part_that_is_unknown_is_a_row_of_its_own(desk: Client) -> None:
    assert pasted("NB-0042/NB-0099") == [("NB-0042", "found", "NB-0042"), ("NB-0099", "not found", "")]
    assert pasted("PF3XK2AB and NB-7777, WS-1") == [("PF3XK2AB and NB-7777", "found", "NB-0042"), ("WS-1", "found", "WS-1")]


MAIL = """Hallo Bob,

bitte prüfe die folgenden Geräte:
NB-0042
NB-0099

Mit freundlichen Grüßen
Anna Becker
IT Support | Nordwind GmbH
Tel.: +49 30 1234567
www.nordwind.example"""


def test_greeting_sentence_and_signature_are_text_and_not_devices(desk: Client) -> None:
    rows = pasted(MAIL)
    assert [(text, answer) for text, answer, _ in rows if answer != "text"] == [("NB-0042", "found"), ("NB-0099", "not found")]
    assert ("Anna Becker", "text", "") in rows and ("Hallo Bob", "text", "") in rows
    page = desk.post("/d/list/", {"list": MAIL}).content.decode()
    assert "Found: 1 · Not found: 1 · Ambiguous: 0" in page and "No identifier, not counted as a device: 8 entries" in page


CLOSINGS = ["--", "-- ", "Best regards", "Thanks!", "MfG", "Viele Grüße", "Cordialement,", "Sent from my phone"]


def test_what_follows_a_closing_is_text_unless_it_is_found(desk: Client) -> None:
    for closing in CLOSINGS:
        rows = pasted(f"NB-0099\n{closing}\nJane Roe\nNB-0043")
        assert (rows[0][1], rows[-1][1:]) == ("not found", ("found", "NB-0043")), closing
        assert ("Jane Roe", "text", "") in rows, closing


def test_names_of_words_are_no_letter() -> None:
    assert (
        text_places(["Dr. Huber's iPad", "reception", "iPhone von Anna", "NB-0042", "Mac mini", "danke-pc", "hello.corp.example"])
        == frozenset()
    )


def test_an_unknown_name_is_not_found(desk: Client) -> None:
    machines(making.account("more", "eset"), {"Dr. Meier's iPad": (), "pc-0042.corp.example": ()})
    unknown = ["Dr. Huber's iPad", "reception", "pc-0042.other.example", "PF9ZZZZZ"]
    assert pasted("\n".join(unknown)) == [(text, "not found", "") for text in unknown]


CHANGED = {
    "3425672457": "sf-1",
    "03425672457": "sf-1",
    "7E+10": "exp-1",
    "7.00E+10": "exp-1",
    "12345000": "exp-2",
    "1.2345E+07": "exp-2",
    "'-SN12": "neg-1",
    "'7E10": "exp-1",
    "280-049-666-7": "WS-1",
    "0100.1b21.aabb.01": "nb-7",
}


def test_what_a_spreadsheet_made_of_a_serial_is_found(desk: Client) -> None:
    assert values(pasted("\n".join(CHANGED))) == [("found", name) for name in CHANGED.values()]


def test_a_number_that_lost_its_digits_is_explained_and_is_no_statement_about_a_device(desk: Client) -> None:
    assert values(pasted("8E+10\n1.23457E+18\n1.2E+05")) == [("text", "")] * 3
    page = desk.post("/d/list/", {"list": "8E+10"}).content.decode()
    assert "A spreadsheet changed this number. Format the column as text and export again." in page


def test_a_row_that_was_read_otherwise_says_so(desk: Client) -> None:
    page = " ".join(desk.post("/d/list/", {"list": "PF-3XK2AB\n1. NB-0043"}).content.decode().split())
    assert "interpreted as PF3XK2AB" in page and "interpreted as NB-0043" in page


SERIALS = ["-SN13", "00123456", "8E10", "=1+1", "PF3,XK;2", "'quoted", "@home", "ÜBER-01", '12"3', "5" * 19]


def test_what_rollcall_writes_it_can_read(desk: Client) -> None:
    listed = {f"MÜNCHEN-0{place}": ((SERIAL, serial),) for place, serial in enumerate(SERIALS)}
    machines(making.account("more", "five9s"), listed)
    for file in (desk.get("/devices/export.csv?q=münchen"), exported("\n".join(listed))):
        assert file.getvalue().startswith(b"\xef\xbb\xbf")
        rows = pasted(file.getvalue().decode())
        assert {name for _, _, name in rows} == set(listed)
        assert [row for row in rows if row[1] != "found"] == []
        assert len(rows) == 2 * len(listed)


def test_the_cells_of_a_slashed_name() -> None:
    assert names_in("NB-0042/NB-0043/NB-0044") == ["NB-0042", "NB-0043", "NB-0044"]
    for whole in ("20XWCTO1WW/PF3XK2AB", "NB-0042", "https://nb-1/nb-2", "n/a", "1/2", "VMware-56 4d 78 db", "56 4d 78 db", "10.0.0.0/24"):
        assert names_in(whole) == [], whole


def test_numbers_that_a_spreadsheet_may_have_changed() -> None:
    assert numbers("7E+10")[:2] == ["7E10", "70000000000"]
    assert "00123456" in numbers("123456") and "12345E3" in numbers("12345000")
    for text in ("", "NB-0042", "1.5", "E+", "\u0663"):
        assert numbers(text) == []


def test_the_audit_counts_every_row(desk: Client) -> None:
    file = exported("NB-0042/NB-0043").content.decode("utf-8-sig")
    assert [row["Read as"] for row in csv.DictReader(StringIO(file))] == ["", ""]


def test_a_quoted_cell_may_contain_the_separator() -> None:
    assert read('"PF3,XK;2"\n"b"').cells == ["PF3,XK;2", "b"]
