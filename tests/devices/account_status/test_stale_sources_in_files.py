"""What leaves says it too: who looks a device up, or opens a file, can tell that a word is of an account that nobody asks any more."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from devices.models import Account, JobState, User
from devices.search.documents import moment
from tests.devices import rows as shown
from tests.devices.account_pages import signed_in

pytestmark = pytest.mark.django_db
AT = datetime.now(UTC).replace(microsecond=0) - timedelta(days=5)


@pytest.fixture
def fleet() -> dict[str, Account]:
    """eset-main is switched off and told its whole list five days ago."""
    accounts = shown.small_fleet()
    shown.fetch(accounts["eset"], state=JobState.DONE, finished_at=AT)
    Account.objects.filter(pk=accounts["eset"].pk).update(enabled=False, complete_at=AT)
    return accounts


def rows(client: Client, address: str) -> dict[str, dict[str, str]]:
    """By the name of the device."""
    answer = client.get(address)
    assert answer.status_code == 200
    return by_name(answer.getvalue().decode("utf-8-sig"))


def by_name(text: str) -> dict[str, dict[str, str]]:
    found = list(csv.DictReader(io.StringIO(text)))
    return {row.get("Name") or row.get("name") or row["Device"]: row for row in found}


def test_results_of_a_lookup_name_only_accounts_that_told_of_what_is_shown(bob: User, fleet: dict[str, Account]) -> None:
    client = signed_in(bob)
    assert " is disabled. Data as of" in client.get("/d/?q=nb").content.decode()
    assert " is disabled. Data as of" not in client.get("/d/?q=phone-04&all=1").content.decode()


def test_a_lookup_as_json_says_why_an_account_and_of_whom_a_word_is_old(bob: User, fleet: dict[str, Account]) -> None:
    Account.objects.filter(name="five-main").update(full_every=0, complete_at=timezone.now() - timedelta(days=9))
    found = signed_in(bob).get("/d/?q=nb-berlin-01&format=json").json()
    told = {each["name"]: each for each in found["accounts"]}
    assert {name: each["old_because"] for name, each in told.items()} == {
        "eset-main": "it is disabled",
        "five-main": "it is synced only manually",
        "opswat-main": None,
    }
    assert told["eset-main"]["complete_as_of"] == moment(AT)
    assert "list is stale (it is synced only manually;" in told["five-main"]["answer"]
    (match,) = found["matches"]
    assert {each["account"]: each["account_off"] for each in match["sightings"]} == {"eset-main": True, "opswat-main": False}


@pytest.mark.parametrize("columns", ["state,accounts", "os"])
def test_a_file_of_devices_says_of_whom_each_row_has_an_old_word(ivan: User, fleet: dict[str, Account], columns: str) -> None:
    found = rows(signed_in(ivan), f"/devices/export.csv?cols={columns}")
    said = {name: row["Stale sources"] for name, row in found.items()}
    assert said["nb-berlin-01"] == said["mac-zurich-03"] == f"eset-main, as of {moment(AT)}"
    assert said["phone-04"] == said["srv-london-05"] == ""


def test_a_file_of_issues_says_as_of_when_each_word_is_and_why_it_is_old(ivan: User, fleet: dict[str, Account]) -> None:
    shown.fetch(fleet["opswat"], state=JobState.DONE, finished_at=(now := timezone.now()))
    found = rows(signed_in(ivan), "/issues/export.csv?rows=issues")
    assert (found["nb-munich-02"]["As of"], found["nb-munich-02"]["Old because"]) == (moment(AT), "it is disabled")
    assert (found["nb-berlin-01"]["As of"], found["nb-berlin-01"]["Old because"]) == (moment(now), "")


def test_a_file_of_problems_names_the_accounts_with_an_old_word(ivan: User, fleet: dict[str, Account]) -> None:
    answer = signed_in(ivan).get("/issues/export.csv?kind=issue")
    found = {row["Issue"]: row["Stale sources"] for row in csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))}
    assert found == {"Trojan found": f"eset-main, as of {moment(AT)}", "Firewall is off": ""}


def test_other_files_of_devices_name_the_accounts_that_are_switched_off(ivan: User, fleet: dict[str, Account]) -> None:
    client, out = signed_in(ivan), io.StringIO()
    call_command("export", "devices", "--format", "csv", stdout=out)
    pasted = client.post("/d/list/", {"list": "nb-berlin-01\nphone-04", "format": "csv"}).content.decode("utf-8-sig")
    for found in (by_name(out.getvalue()), by_name(pasted)):
        assert (found["nb-berlin-01"]["Disabled accounts"], found["phone-04"]["Disabled accounts"]) == ("eset-main", "")
    out = io.StringIO()
    call_command("export", "devices", "--format", "jsonl", stdout=out)
    assert any(each["account_off"] for line in out.getvalue().splitlines() for each in json.loads(line)["sightings"])


def test_every_device_at_every_account_is_stale_or_unknown_where_nobody_asks(ivan: User, fleet: dict[str, Account]) -> None:
    found = rows(signed_in(ivan), "/coverage/every.csv")
    assert {row["eset-main"] for row in found.values()} <= {"Stale", "Unknown", "Muted"}
