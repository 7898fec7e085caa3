"""The audit log as CSV and JSON Lines, and without the name of a user who left."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from devices.audit import chain, verification
from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.audit.entries_file import COLUMNS
from devices.management.console import CommandRefused
from devices.models import AuditEvent, AuditName, User

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 31, 22, 30, 15, 5, tzinfo=UTC)
KEYS = ["id", "at", "user", "user_id", "action", "target", "subject", "subject_id", "detail", "address", "number", "digest"]


@pytest.fixture
def two(alice: User, bob: User) -> list[AuditEvent]:
    first = audit.record("role changed", act=AuditContext(AT), target=bob, before="none", role="IT staff")
    act = AuditContext.of(alice, now=AT.replace(month=4, day=1), address="2001:db8::1", ticket="INC-1")
    return [first, audit.record("settlement ended", act=act, target='=HYPERLINK("x")', settled_by=bob.pk, field="ä\n")]


def command(form: str, *options: str) -> str:
    output = StringIO()
    call_command("audit", "export", "--format", form, *options, stdout=output)
    return output.getvalue()


def documents(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_entry_is_a_json_document_with_its_link(two: list[AuditEvent], alice: User, bob: User) -> None:
    head = chain.head()
    first, second, export = documents(command("jsonl"))
    assert list(first) == KEYS
    assert first | {"digest": ""} == {
        "id": two[0].pk, "at": "2026-03-31T22:30:15.000005Z", "user": "command line", "user_id": None, "action": "role changed",
        "target": "", "subject": "bob", "subject_id": bob.pk, "detail": {"before": "none", "role": "IT staff"}, "address": None,
        "number": 1, "digest": "",
    }  # fmt: skip
    assert (second["user"], second["user_id"], second["address"], second["target"]) == ("alice", alice.pk, "2001:db8::1", '=HYPERLINK("x")')
    assert second["detail"] == {"settled_by": "bob", "field": "ä\n", "ticket": "INC-1"}
    assert f"{second['number']}:{second['digest']}" == str(head)
    assert (export["action"], export["detail"]) == ("audit log exported", {"format": "jsonl", "filters": ""})


def test_the_csv_file_has_the_same_and_no_formula(two: list[AuditEvent]) -> None:
    text = command("csv")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))
    assert list(rows[0]) == list(COLUMNS)
    assert (rows[0]["User"], rows[0]["Subject"], rows[0]["IP address"], rows[0]["Link number"]) == ("command line", "bob", "", "1")
    assert json.loads(rows[1]["Details"]) == {"settled_by": "bob", "field": "ä\n", "ticket": "INC-1"}
    assert rows[1]["Target"] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize(
    ("options", "kept"),
    [(("--since", "2026-04-01"), [1]), (("--until", "2026-03-31"), [0]), (("--since", "2026-03-31", "--until", "2026-04-01"), [0, 1])],
)
def test_days_are_those_of_utc(two: list[AuditEvent], options: tuple[str, ...], kept: list[int]) -> None:
    exported = [each["id"] for each in documents(command("jsonl", *options)) if each["action"] != "audit log exported"]
    assert exported == [two[n].pk for n in kept]


@pytest.mark.parametrize(("form", "type_"), [("csv", "text/csv; charset=utf-8"), ("jsonl", "application/jsonl; charset=utf-8")])
def test_the_page_offers_what_it_shows(client: Client, two: list[AuditEvent], alice: User, form: str, type_: str) -> None:
    client.force_login(alice)
    page = client.get("/audit/?action=role+changed").text
    assert f'href="/audit/export.{form}?action=role+changed"' in page
    answer = client.get(f"/audit/export.{form}?action=role+changed")
    assert (answer.status_code, answer["Content-Type"]) == (200, type_)
    assert (
        answer["Content-Disposition"].startswith('attachment; filename="rollcall-audit-log-')
        and f'.{form}"' in answer["Content-Disposition"]
    )
    text = answer.getvalue().decode()
    assert "role changed" in text and "settlement ended" not in text and "sign-in" not in text
    recorded = AuditEvent.objects.latest("pk")
    assert (recorded.action, recorded.actor, recorded.detail) == (
        "audit log exported", alice, {"format": form, "filters": "?action=role+changed"},
    )  # fmt: skip


def test_who_may_not_read_the_log_gets_no_file(people: dict[str, Client], client: Client, alice: User) -> None:
    for form in ("csv", "jsonl"):
        assert {each.get(f"/audit/export.{form}").status_code for each in people.values()} == {403}
        assert client.get(f"/audit/export.{form}").status_code == 302
    client.force_login(alice)
    assert client.get("/audit/export.xml").status_code == 404
    assert client.get("/audit/export.csv?nonsense=1&action=unknown")["Location"].startswith(reverse("devices:audit"))
    assert not AuditEvent.objects.filter(action="audit log exported").exists()


def test_an_erased_name_is_nowhere_in_the_log_and_the_chain_stays_intact(
    client: Client, two: list[AuditEvent], alice: User, bob: User
) -> None:
    with pytest.raises(CommandRefused, match="is enabled: disable it first"):
        call_command("audit", "erase-name", "bob")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    call_command("audit", "erase-name", "bob", stdout=StringIO())
    erased = AuditEvent.objects.latest("pk")
    assert (erased.action, erased.detail) == ("name erased", {"user": bob.pk})
    audit.record("person switched", act=AuditContext(AT), target=bob, enabled=False)
    assert AuditName.objects.get(pk=bob.pk).name == "", "the next entry does not bring it back"
    assert verification.verify().entries == 4
    client.force_login(alice)
    page = client.get("/audit/").text.split("<tbody>")[1]
    assert "bob" not in page and f"User {bob.pk}" in page
    assert "bob" not in command("jsonl")
    with pytest.raises(CommandRefused, match="no user of this name"):
        call_command("audit", "erase-name", "bob")


@pytest.mark.parametrize("name", ["", "nobody", "\0", "%"])
def test_a_name_that_is_not_there_is_refused(two: list[AuditEvent], name: str) -> None:
    with pytest.raises(CommandRefused, match="no user of this name"):
        call_command("audit", "erase-name", name)
