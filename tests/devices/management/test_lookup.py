from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from devices.models import Account, AuditEvent
from devices.sync.page_writer import save_page
from tests.devices import records as making
from tests.devices.audited import actor
from vendors.parsing.normalise import identifier
from vendors.states import IdKind

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def lookup(term: str) -> Any:
    return json.loads(told("lookup", term, "--json")[0])


@pytest.fixture
def device() -> None:
    serial = identifier(IdKind.SERIAL, "PF 3X")
    assert serial is not None
    run = making.run(making.account())
    save_page(
        run, [making.entry("u-1", name="NB-1", serial="PF 3X", user="anna", os_name="Windows 11", identifiers=(serial,))], timezone.now()
    )


def test_the_answer_is_the_stable_document(device: None) -> None:
    answer = lookup("pf3x")
    assert list(answer) == ["query", "matches", "accounts", "more"]
    [match] = answer["matches"]
    assert list(match) == ["id", "name", "serial", "user", "os", "state", "life", "tags", "sightings", "matched"]
    assert list(match["sightings"][0]) == [
        "account",
        "vendor",
        "external_id",
        "state",
        "present",
        "seen_at",
        "fetched_at",
        "account_off",
        "repaired",
    ]
    assert match["matched"] == [{"kind": "serial", "value": "PF 3X"}]
    assert answer["accounts"] == [
        {"name": "eset-main", "status": "first_sync", "answer": "never synced", "complete_as_of": None, "old_because": None}
    ]
    assert answer["query"] == "pf3x"


def test_no_match_says_what_the_silence_is_worth(device: None) -> None:
    at = timezone.now().replace(microsecond=0)
    Account.objects.update(complete_at=at)
    answer = lookup("00:11:22:33:44:55")
    assert answer["matches"] == []
    assert answer["accounts"][0]["answer"].startswith("searched (last full sync ")
    assert answer["accounts"][0]["complete_as_of"] == at.strftime("%Y-%m-%dT%H:%M:%SZ")
    text, _ = told("lookup", "00:11:22:33:44:55")
    assert "No devices found for “00:11:22:33:44:55”." in text
    assert "eset-main: searched" in text


def test_people_read_the_device_why_it_matched_and_who_sees_it(device: None) -> None:
    text, _ = told("lookup", "pf3x")
    assert "NB-1  PF 3X  anna  Windows 11  OK\n" in text
    assert "Serial: PF 3X (matched)" in text
    assert "eset-main: OK, reported, last check-in 2026-11-20T09:12:00Z" in text


def test_what_a_vendor_wrote_cannot_steer_the_terminal(device: None) -> None:
    run = making.run(Account.objects.get())
    save_page(run, [making.entry("u-2", name="evil\u202e\u001b[2Jname")], timezone.now())
    text, _ = told("lookup", "evil")
    assert "evil··[2Jname" in text


def test_more_matches_than_shown_are_told_apart_from_the_document() -> None:
    run = making.run(making.account())
    save_page(run, [making.entry(f"u-{n}", name=f"PC-{n}") for n in range(3)], timezone.now())
    out, err = told("lookup", "pc-", "--json", "--limit", "2")
    assert len(json.loads(out)["matches"]) == 2
    assert "more than 2 matches: add more characters" in err


@pytest.mark.parametrize("term", ["%", "😀", "x" * 10_000])
def test_no_term_is_an_error(device: None, term: str) -> None:
    assert lookup(term)["matches"] == []


class TestExport:
    def test_every_device_on_a_line_and_the_audit_log_knows(self, device: None) -> None:
        out, _ = told("export", "devices", "--format", "jsonl")
        assert [json.loads(line)["name"] for line in out.splitlines()] == ["NB-1"]
        event = AuditEvent.objects.get(action="export")
        assert (actor(event), event.target, event.detail) == ("command line", "devices", {"format": "jsonl", "devices": 1})

    def test_csv(self, device: None) -> None:
        out, _ = told("export", "devices", "--format", "csv")
        assert (
            out.splitlines()[0]
            == "\ufeffDevice id,Device,Serial,User,OS,Status,Inventory status,Reported by,Last check-in,Last synced,Disabled accounts"
        )
        assert ",NB-1,PF 3X,anna,Windows 11,ok,seen,eset-main,2026-11-20T09:12:00Z," in out.splitlines()[1]
