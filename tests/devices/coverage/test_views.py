"""What the coverage pages show, to whom, at what cost, and what they give away."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client
from django.utils import timezone

from devices.coverage import export as coverage_export
from devices.coverage.states import CoverageState
from devices.models import Account, AuditEvent, Device, JobState, User
from tests.devices import rows as shown
from tests.devices.audited import actor

pytestmark = pytest.mark.django_db
PAGES = ["/coverage/", "/coverage/devices/?account=eset-main&cover=missing"]
EXPORTS = ["/coverage/every.csv", "/coverage/devices.csv?account=eset-main&cover=missing"]


@pytest.fixture
def fleet(db: None) -> dict[str, Account]:
    accounts = shown.small_fleet()
    for account in accounts.values():
        shown.fetch(account, state=JobState.DONE, finished_at=timezone.now())
    return accounts


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", "", answer.content.decode()).split())


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


@pytest.mark.parametrize("address", PAGES)
def test_helpdesk_may_look_and_strangers_may_not(client: Client, fleet: dict[str, Account], bob: User, charlie: User, address: str) -> None:
    assert client.get(address).status_code == 302
    client.force_login(charlie)
    assert client.get(address).status_code == 403
    client.force_login(bob)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", EXPORTS)
def test_exports_need_their_permission_and_are_audited(
    client: Client, fleet: dict[str, Account], bob: User, ivan: User, address: str
) -> None:
    client.force_login(bob)
    assert client.get(address).status_code == 403
    assert "CSV" not in text_of(client, PAGES[0]) + text_of(client, PAGES[1])
    client.force_login(ivan)
    assert rows_of(client, address)
    event = AuditEvent.objects.filter(action="export").get()
    assert (actor(event), event.detail["format"]) == ("ivan", "csv")
    assert event.target.startswith("rollcall-coverage-")


def test_the_answer_stands_first_and_the_worst_account_before_the_others(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    text = text_of(client, "/coverage/")
    assert "5 of 6 devices missing from five-main" in text
    words = [text.index(f"{name} Up to date") for name in ("five-main", "opswat-main", "eset-main")]
    assert words == sorted(words)
    assert "eset-main Up to date 3 of 6 devices missing. Last full sync just now." in text


def test_an_account_that_proves_nothing_says_why(client: Client, fleet: dict[str, Account], bob: User) -> None:
    shown.fetch(fleet["eset"], state=JobState.DONE, finished_at=timezone.now(), withheld=14)
    client.force_login(bob)
    assert "Can't confirm: 14 devices missing from its last full sync must be reviewed." in text_of(client, "/coverage/")
    missing = text_of(client, "/coverage/devices/?account=eset-main&cover=unknown")
    assert "Can't confirm missing devices: 14 devices missing from its last full sync must be reviewed." in missing


def test_every_number_links_to_a_list_of_as_many(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    page = client.get("/coverage/").content.decode()
    links = re.findall(r'class="number-link[^"]*" href="([^"]+)"[^>]*>([\d,]+)</a>', page)
    assert len(links) == len(CoverageState) * len(fleet)
    for address, number in links:
        text = text_of(client, address.replace("&amp;", "&"))
        assert f"{number} device" in text if number != "0" else "No device has this state any more." in text


def test_a_text_narrows_the_list(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    text = text_of(client, PAGES[1] + "&q=LONDON")
    assert "srv-london-05" in text and "phone-04" not in text
    assert "No devices found" in text_of(client, PAGES[1] + "&q=nobody")


@pytest.mark.parametrize("query", ["", "?account=eset-main", "?account=nobody&cover=missing", "?account=eset-main&cover=splendid"])
def test_an_address_that_means_no_list_is_not_found(client: Client, fleet: dict[str, Account], bob: User, query: str) -> None:
    client.force_login(bob)
    assert client.get(f"/coverage/devices/{query}").status_code == 404


@pytest.mark.parametrize("value", ["x", "-1", "0", "9" * 30, "٣", "1e5", "\x00", "9223372036854775807"])
@pytest.mark.parametrize("name", ["after", "before", "q"])
def test_no_address_is_an_error(client: Client, fleet: dict[str, Account], bob: User, name: str, value: str) -> None:
    client.force_login(bob)
    assert client.get("/coverage/devices/", {"account": "eset-main", "cover": "missing", name: value}).status_code == 200


def test_the_export_of_a_list_has_its_devices_and_no_formulas(client: Client, fleet: dict[str, Account], ivan: User) -> None:
    shown.sighting(fleet["opswat"], "=nb+1", serial="@SUM(A1)")
    client.force_login(ivan)
    rows = rows_of(client, EXPORTS[1])
    assert [row["Device"] for row in rows] == ["'=nb+1", "away-07", "phone-04", "srv-london-05"]
    assert rows[0]["Serial"] == "'@SUM(A1)"
    assert [row["Device"] for row in rows_of(client, EXPORTS[1] + "&q=phone")] == ["phone-04"]


def test_the_export_of_the_matrix_has_every_device_and_its_states(
    client: Client, fleet: dict[str, Account], ivan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage_export, "CHUNK", 2)
    client.force_login(ivan)
    rows = {row["Device"]: row for row in rows_of(client, EXPORTS[0])}
    assert set(rows) == {"away-07", "mac-zurich-03", "nb-berlin-01", "nb-munich-02", "phone-04", "srv-london-05"}
    assert (rows["nb-munich-02"]["eset-main"], rows["nb-munich-02"]["five-main"]) == ("Present", "Missing")
    assert rows["srv-london-05"]["five-main"] == "Stale"


def test_empty_pages_say_why(client: Client, bob: User, alice: User) -> None:
    client.force_login(bob)
    assert "An administrator must add the first vendor account." in text_of(client, "/coverage/")
    client.force_login(alice)
    assert "Add vendor account" in text_of(client, "/coverage/")
    shown.account("eset-main", "eset")
    assert "No devices yet" in text_of(client, "/coverage/")


@pytest.mark.parametrize("page", [(PAGES[0], 6), (PAGES[1], 9)])
def test_the_number_of_queries_does_not_grow(
    client: Client, fleet: dict[str, Account], ivan: User, django_assert_num_queries: object, page: tuple[str, int]
) -> None:
    address, queries = page
    client.force_login(ivan)
    client.get(address)
    with django_assert_num_queries(queries):  # type: ignore[operator]
        client.get(address)
    second = shown.account("opswat-second", "opswat")
    for number in range(30):
        shown.sighting(second, f"more-{number}")
    assert Device.objects.count() > 30
    with django_assert_num_queries(queries):  # type: ignore[operator]
        client.get(address)


def test_the_device_page_names_the_accounts_that_do_not_see_it_and_why(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    away = Device.objects.get(name="away-07")
    text = text_of(client, f"/devices/{away.pk}/")
    assert "Missing from" in text
    assert "opswat-main Missing Not found in the last full sync (just now)." in text
    fleet["eset"].syncruns.all().delete()
    assert "eset-main Unknown Can't confirm: its last full sync is not on record." in text_of(client, f"/devices/{away.pk}/")
    everywhere = shown.sighting(fleet["eset"], "everywhere").device
    for vendor in ("opswat", "five9s"):
        shown.sighting(fleet[vendor], "everywhere", device=everywhere)
    assert "Missing from" not in text_of(client, f"/devices/{everywhere.pk}/")
