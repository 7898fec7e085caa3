"""A pasted list: found, not found or ambiguous, as a table and as CSV."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client

from devices.models import AuditEvent, User
from devices.queries.pasted import answers, split
from tests.devices import shown
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
    lines = answers(split("nb-berlin-01\r\nPF3 XK2,001a.2b3c.4d5e\t10.0.50.17\nACME\\anna.becker\n\n twice \nberlin\nnb-berlin-01"))
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
    assert "1 found, 2 not found, 1 ambiguous" in page
    assert '<a href="/d/?q=none-1">' in page
    assert "nb-berlin-01 twice" in page.replace("\n", " ")
    assert not AuditEvent.objects.filter(action="export").exists()


def test_the_csv_is_formula_safe_and_audited(desk: Client, bob: User) -> None:
    evil = "=HYPERLINK(1)"
    shown.sighting(shown.account("evil", "eset"), evil)
    answer = desk.post("/d/list/", {"list": f"nb-berlin-01\ntwice\n{evil}\n@none", "format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in answer["Content-Disposition"]
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["line"], row["answer"], row["name"]) for row in rows] == [
        ("nb-berlin-01", "found", "nb-berlin-01"),
        ("twice", "ambiguous", "pc-0"),
        ("twice", "ambiguous", "pc-1"),
        ("'" + evil, "found", "'" + evil),
        ("'@none", "not found", ""),
    ]
    assert (rows[0]["serial"], rows[0]["seen_by"]) == ("PF3XK2", "eset-main opswat-main")
    [event] = AuditEvent.objects.filter(action="export")
    assert (event.actor, event.target, event.detail) == (bob, "pasted list", {"format": "csv", "lines": 4, "devices": 4})


def test_too_long_and_empty_lists_are_sentences_and_keep_the_text(desk: Client) -> None:
    long = "\n".join(f"pc-{number}" for number in range(501))
    for data in ({"list": long}, {"list": long, "format": "csv"}):
        answer = desk.post("/d/list/", data)
        assert answer.status_code == 400
        assert b"The list has 501 lines, and at most 500" in answer.content and b"pc-500" in answer.content
    assert b"The list is empty" in desk.post("/d/list/", {"list": " \n\0,,"}).content


@pytest.mark.parametrize("text", ["\0", "%\n_\n\\", "x" * 10_000, "👩‍💻", "a\tb,c", "<script>alert(1)</script>", "in:eset", "user:"])
def test_no_list_is_an_error(desk: Client, text: str) -> None:
    for data in ({"list": text}, {"list": text, "format": "csv"}):
        answer = desk.post("/d/list/", data)
        assert answer.status_code in (200, 400)
        assert b"<script>alert" not in answer.content or answer["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize("count", [1, 500])
def test_the_number_of_queries_does_not_grow(desk: Client, django_assert_num_queries: object, count: int) -> None:
    desk.get("/d/list/")  # the first page of a session also stores when it was used
    text = "\n".join(["nb-berlin-01", *(f"pc-{number}" for number in range(count - 1))])
    with django_assert_num_queries(7):  # type: ignore[operator]
        assert desk.post("/d/list/", {"list": text}).status_code == 200
