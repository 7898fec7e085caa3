"""`manage.py patches`."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from devices.management.console import CommandRefused
from devices.models import Account, AuditEvent
from devices.search.documents import moment
from patching.models import Reading
from tests.devices import rows as shown
from tests.devices.audited import actor
from tests.devices.shell import manage
from tests.patching import rows as made
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db


def patches(*arguments: str) -> str:
    out = io.StringIO()
    call_command("patches", *arguments, stdout=out)
    return out.getvalue()


def rows(*arguments: str) -> list[dict[str, Any]]:
    found = json.loads(patches(*arguments, "--json"))
    assert isinstance(found, list)
    return found


def test_attempts_as_json_newest_first_with_the_vendor_status_and_the_device_or_null() -> None:
    made.small_patching()
    found = rows("attempts")
    assert len(found) == 8
    keys = {
        "application",
        "developer",
        "from",
        "to",
        "status",
        "reason",
        "raw_status",
        "start",
        "end",
        "last",
        "device",
        "device_id",
        "account",
        "as_of",
        "old_because",
    }
    assert all(set(each) == keys for each in found)
    first, third, last = found[0], found[2], found[-1]
    assert (first["application"], first["status"], first["reason"], first["device"]) == ("Firefox", "failed", "running", "nb-berlin-01")
    assert (third["device"], third["device_id"], third["account"]) == (None, None, "eset-main")
    assert [each["start"] for each in found] == sorted((each["start"] for each in found), reverse=True)
    assert last["start"].endswith("Z")
    assert {each["raw_status"] for each in found} >= {"APPLICATION_PATCHING_STATUS_NEW_WORD"}


def test_open_patches_oldest_first_with_the_next_step() -> None:
    made.small_patching()
    found = rows("open")
    assert len(found) == 11 and found[0]["application"] == "CVE-2026-1234"
    assert {each["next_step"] for each in found} >= {"Close the application and retry", "Restart the device", None}
    assert [each["account"] for each in rows("open", "--account", "five-main")] == ["five-main"] * 3


def test_each_has_its_last_sync_and_why_that_is_old() -> None:
    accounts, at = made.small_patching(), timezone.now() - timedelta(days=4)
    Reading.objects.create(account=accounts["eset"], source=Source.PATCHES, can=True, complete_at=at, tried_at=at)
    Account.objects.filter(name="five-main").update(enabled=False)
    told = {each["account"]: (each["as_of"], each["old_because"]) for each in rows("open")}
    five = moment(Account.objects.get(name="five-main").complete_at)
    assert told == {"eset-main": (moment(at), "it had no recent full sync of patches"), "five-main": (five, "it is disabled")}
    assert all(each["old_because"] is None for each in rows("attempts"))


def test_lines_of_text_and_of_an_empty_list() -> None:
    assert patches("attempts") == "No vendor account is enabled, so there are no patch attempts.\n"
    assert rows("open") == []
    made.small_patching()
    lines = patches("attempts").splitlines()
    assert len(lines) == 8 and "failed (running)  Firefox  1.0 -> 2.0  nb-berlin-01  eset-main" in lines[0]
    assert any("device not reported" in line for line in lines)
    assert "failed (uninstall)  Acrobat  2.0  nb-munich-02" in patches("open")


@pytest.mark.parametrize(
    ("what", "vendor", "read", "words"),
    [
        ("open", "opswat", None, "OPSWAT MetaDefender IT Access provides no patches, so there are none of main."),
        ("attempts", "opswat", None, "OPSWAT MetaDefender IT Access provides no patch attempts, so there are none of main."),
        ("attempts", "five9s", None, "five(9)s Console provides no patch attempts, so there are none of main."),
        ("open", "five9s", None, "No open patches."),
        ("open", "eset", None, "The patches of main have not been synced yet."),
        ("open", "eset", False, "The patches of main have not been synced yet: The vendor refuses it."),
        ("open", "eset", True, "No open patches."),
        ("attempts", "eset", True, "No patch attempts."),
    ],
)
def test_an_empty_list_of_an_account_has_its_reason(what: str, vendor: str, read: bool | None, words: str) -> None:
    account, at = shown.account("main", vendor), timezone.now()
    for source in (Source.PATCHES, Source.ATTEMPTS) if read is not None else ():
        sentence = "" if read else "The vendor refuses it."
        Reading.objects.create(account=account, source=source, can=read, sentence=sentence, complete_at=at if read else None, tried_at=at)
    assert patches(what, "--account", "main").startswith(words)
    assert patches(what).startswith(words)


def test_json_of_an_account_that_reports_no_patches_says_so_beside_it() -> None:
    shown.account("main", "opswat")
    out, err = io.StringIO(), io.StringIO()
    call_command("patches", "open", "--account", "main", "--json", stdout=out, stderr=err)
    assert json.loads(out.getvalue()) == [] and "provides no patches" in err.getvalue()


def test_what_a_vendor_wrote_cannot_steer_the_terminal() -> None:
    eset = made.small_patching()["eset"]
    made.attempt(eset, "\x1b[2JEvil", days=0)
    assert "\x1b" not in patches("attempts")


def test_an_account_that_is_not_there_is_refused_in_one_sentence() -> None:
    made.small_patching()
    with pytest.raises(CommandRefused, match=r"There is no account 'nobody'\. Accounts: eset-main, five-main, opswat-main"):
        patches("open", "--account", "nobody")


def test_an_export_is_audited() -> None:
    made.small_patching()
    patches("open", "--account", "eset-main")
    event = AuditEvent.objects.get(action="patching exported")
    assert (actor(event), event.target, event.detail) == ("command line", "open", {"account": "eset-main"})


@pytest.mark.django_db(transaction=True)
def test_from_a_shell() -> None:
    code, out, err = manage("patches", "open", "--account", "nobody")
    assert (code, out) == (1, "") and err.startswith("There is no account 'nobody'.")
    assert manage("patches", "everything")[0] == 2
    assert manage("patches", "attempts", "--json")[:2] == (0, "[\n]\n")
