"""A pasted list: found, not found or ambiguous, as a table and as CSV."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client

from devices.lookup.batch import answers
from devices.lookup.pasted_list import read, readings
from devices.models import AuditEvent, User
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    accounts = shown.small_fleet()
    for number in range(2):
        shown.sighting(accounts["opswat"], f"pc-{number}", ids=[(IdKind.USER, "ACME\\twice")])
    client.force_login(bob)
    return client


def test_each_line_is_found_or_not_or_ambiguous(desk: Client) -> None:
    lines = answers(read("nb-berlin-01\r\nPF3 XK2,001a.2b3c.4d5e\t10.0.50.17\nACME\\anna.becker\n\n twice \nberlin\nnb-berlin-01").cells)
    told = [(line.text, line.answer, [device["name"] for device in line.devices]) for line in lines]
    assert told == [
        ("nb-berlin-01", "found", ["nb-berlin-01"]),
        ("PF3 XK2", "found", ["nb-berlin-01"]),
        ("001a.2b3c.4d5e", "found", ["nb-berlin-01"]),
        ("10.0.50.17", "found", ["nb-berlin-01"]),
        ("ACME\\anna.becker", "found", ["nb-berlin-01"]),
        ("twice", "ambiguous", ["pc-0", "pc-1"]),
        ("berlin", "not found", []),
    ]


def test_a_key_that_very_many_share_is_ambiguous_and_bounded(desk: Client) -> None:
    account = shown.account("more", "eset")
    for number in range(70):
        shown.sighting(account, f"m-{number}", ids=[(IdKind.SERIAL, "Default string")])
    [line] = answers(["Default string"])
    assert (line.answer, len(line.devices), line.more) == ("ambiguous", 10, True)


def test_the_table_and_its_counts(desk: Client) -> None:
    page = " ".join(desk.post("/d/list/", {"list": "nb-berlin-01\ntwice\nnone-1\nnone-2"}).content.decode().split())
    assert "Found: 1 · Not found: 2 · Ambiguous: 1" in page
    assert '<a href="/d/?q=none-1">' in page
    assert "nb-berlin-01 twice" in page.replace("\n", " ")
    assert not AuditEvent.objects.filter(action="export").exists()


def test_the_csv_is_an_export_which_the_helpdesk_may_not_do(desk: Client) -> None:
    refused = desk.post("/d/list/", {"list": "nb-berlin-01", "format": "csv"})
    assert refused.status_code == 403 and "Content-Disposition" not in refused
    assert "You don&#x27;t have permission to export device data." in refused.text and "IT staff" in refused.text
    assert not AuditEvent.objects.filter(action="export").exists()
    page = desk.post("/d/list/", {"list": "nb-berlin-01"}).text
    assert "nb-berlin-01" in page and "Export CSV" not in page


def test_the_csv_is_formula_safe_and_audited(desk: Client, ivan: User) -> None:
    desk.force_login(ivan)
    evil = "=HYPERLINK(1)"
    shown.sighting(shown.account("evil", "eset"), evil)
    answer = desk.post("/d/list/", {"list": f"nb-berlin-01\ntwice\n{evil}\n@none", "format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in answer["Content-Disposition"]
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Line"], row["Result"], row["Device"]) for row in rows] == [
        ("nb-berlin-01", "found", "nb-berlin-01"),
        ("twice", "ambiguous", "pc-0"),
        ("twice", "ambiguous", "pc-1"),
        ("'" + evil, "found", "'" + evil),
        ("'@none", "not found", ""),
    ]
    assert (rows[0]["Serial"], rows[0]["Reported by"]) == ("PF3XK2", "eset-main opswat-main")
    [event] = AuditEvent.objects.filter(action="export")
    assert (event.actor, event.detail) == (ivan, {"format": "csv", "lines": 4, "devices": 4})
    assert event.target.startswith("rollcall-lookup-")


def test_too_long_and_empty_lists_are_sentences_and_keep_the_text(desk: Client, ivan: User) -> None:
    desk.force_login(ivan)
    long = "\n".join(f"pc-{number}" for number in range(501))
    for data in ({"list": long}, {"list": long, "format": "csv"}):
        answer = desk.post("/d/list/", data)
        assert answer.status_code == 400
        assert b"The list has 501 entries; at most 500 are allowed." in answer.content and b"pc-500" in answer.content
    assert b"The list is empty" in desk.post("/d/list/", {"list": " \n\0,,"}).content


@pytest.mark.parametrize("text", ["\0", "%\n_\n\\", "x" * 10_000, "👩‍💻", "a\tb,c", "<script>alert(1)</script>", "in:eset", "user:"])
def test_no_list_is_an_error(desk: Client, ivan: User, text: str) -> None:
    desk.force_login(ivan)
    for data in ({"list": text}, {"list": text, "format": "csv"}):
        answer = desk.post("/d/list/", data)
        assert answer.status_code in (200, 400)
        assert b"<script>alert" not in answer.content or answer["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize("count", [2, 498])
def test_the_number_of_queries_does_not_grow(desk: Client, django_assert_num_queries: object, count: int) -> None:
    desk.get("/d/list/")  # the first page of a session also stores when it was used
    text = "\n".join(["nb-berlin-01", *(f"pc-{number}" for number in range(count - 1))]) + "\n4711\nnone-1"
    with django_assert_num_queries(8):  # type: ignore[operator]
        assert desk.post("/d/list/", {"list": text}).status_code == 200


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("NB-0042;PF3XK2AB\nNB-0043;PF3XK2AC", ["NB-0042", "PF3XK2AB", "NB-0043", "PF3XK2AC"]),
        ('"NB-0042"\n"NB-0043"', ["NB-0042", "NB-0043"]),
        ("NB-0042; NB-0043", ["NB-0042", "NB-0043"]),
        ('"NB-0042";"17"";rack"|NB-0044', ["NB-0042", '17";rack', "NB-0044"]),
        ("NB-0042 / NB-0043", ["NB-0042", "NB-0043"]),
        ("20XW/PF3XK2AB", ["20XW/PF3XK2AB"]),
        ("VMware-56 4d 78 db", ["VMware-56 4d 78 db"]),
        ("Name;Serial\nNB-0042;PF3XK2AB", ["NB-0042", "PF3XK2AB"]),
        ("\ufeffSeriennummer\nPF3XK2AB", ["PF3XK2AB"]),
        ("Benutzer\nanna", ["anna"]),
        ("\n\n;;\n , \n", []),
        ('"never closed\nNB-0042', ['"never closed', "NB-0042"]),
    ],
)
def test_the_cells_of_a_list(text: str, cells: list[str]) -> None:
    assert read(text).cells == cells


def test_columns_that_identify_no_device_are_left_out_by_name() -> None:
    pasted = read("Standort;Hostname;Status\nBerlin;NB-0042;OK\nBonn;NB-0043;OK;extra")
    assert pasted.cells == ["NB-0042", "NB-0043", "extra"]
    assert pasted.left_out == ["Standort", "Status"]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("1. PF3 XK2", "PF3 XK2"),
        ("12) PF3XK2", "PF3XK2"),
        ("- PF3XK2", "PF3XK2"),
        ("• PF3XK2", "PF3XK2"),
        ("PF3XK2 (Anna, Berlin)", "PF3XK2"),
        ("* PF3XK2 [spare]", "PF3XK2"),
        ("PF3XK2.", "PF3XK2"),
        ("„PF3XK2“", "PF3XK2"),
        ("'-SN12", "-SN12"),
        ("7E+10", "7E10"),
    ],
)
def test_what_people_and_spreadsheets_put_around_an_identifier(desk: Client, cell: str, meant: str) -> None:
    account = shown.account("more", "five9s")
    for serial in ("-SN12", "7E10"):
        shown.sighting(account, f"pc-{serial}", ids=[(IdKind.SERIAL, serial)])
    [line] = answers([cell])
    assert (line.answer, line.read_as, line.text) == ("found", meant, cell)


def test_what_is_known_as_it_stands_is_not_read_otherwise(desk: Client) -> None:
    account = shown.account("more", "five9s")
    shown.sighting(account, "rack (2)", ids=[(IdKind.SERIAL, "rack (2)")])
    shown.sighting(account, "rack", ids=[(IdKind.SERIAL, "rack")])
    [line] = answers(["rack (2)"])
    assert ([device["name"] for device in line.devices], line.read_as) == (["rack (2)"], "")


def test_lost_leading_zeros_are_found_and_two_lengths_are_ambiguous(desk: Client) -> None:
    account = shown.account("more", "five9s")
    for serial in ("00123456", "0077", "00077", "123"):
        shown.sighting(account, f"pc-{serial}", ids=[(IdKind.SERIAL, serial)])
    told = [(line.answer, line.read_as) for line in answers(["123456", "77", "123", "99"])]
    assert told == [("found", "00123456"), ("ambiguous", "0077 or 00077"), ("found", ""), ("not found", "")]


@pytest.mark.parametrize("serial", ["-SN12", "=SUM(1)", "@home", "PF3,XK;2", "PF3,XK;-2", "A;=2|@3", "00123456", "MÜNCHEN-01", "'quoted"])
def test_a_downloaded_file_pasted_back_finds_the_same_device(desk: Client, alice: User, serial: str) -> None:
    shown.sighting(shown.account("more", "five9s"), "round-trip", ids=[(IdKind.SERIAL, serial)], serial=serial)
    desk.force_login(alice)
    for file in (desk.get("/devices/export.csv?q=round-trip"), desk.post("/d/list/", {"list": "round-trip", "format": "csv"})):
        text = file.getvalue().decode()
        assert serial.replace("'", "") in text.replace('"', "").replace("'", "")
        pasted = read(text)
        found = {device["name"] for line in answers(pasted.cells) for device in line.devices}
        assert found == {"round-trip"}, pasted
        assert [line.text for line in answers(pasted.cells) if line.answer != "found"] == []


def test_no_reading_is_an_error() -> None:
    for text in ("", "(", "()", "1.", "'", '"', "- ", "E+", "9" * 40, "\u0660" * 3):
        assert isinstance(readings(text), list)
