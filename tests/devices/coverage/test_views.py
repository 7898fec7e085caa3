"""What the coverage pages show, to whom, at what cost, and what they give away."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.coverage import export as coverage_export
from devices.coverage.states import CoverageState
from devices.facts.keys import keys
from devices.models import Account, AuditEvent, CountedDay, DailyCount, Device, JobState, User
from devices.trends.days import day_of
from tests.devices import rows as shown
from tests.devices.audited import actor
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
PAGE = "/coverage/"
MISSING = "/coverage/?account=eset-main&cover=missing"
EXPORTS = ["/coverage/every.csv", "/coverage/every.csv?account=eset-main&cover=missing"]


@pytest.fixture
def fleet(db: None) -> dict[str, Account]:
    accounts = shown.small_fleet()
    for account in accounts.values():
        shown.fetch(account, state=JobState.DONE, finished_at=timezone.now())
    return accounts


def placed(of: Account, name: str, place: str, **columns: object) -> Device:
    facts = {"location": place}
    return shown.sighting(of, name, facts=facts, fact_keys=keys(facts), **columns).device  # type: ignore[arg-type]


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", "", answer.content.decode()).split())


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


@pytest.mark.parametrize("address", [PAGE, MISSING])
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
    assert "CSV" not in text_of(client, PAGE) + text_of(client, MISSING)
    client.force_login(ivan)
    assert rows_of(client, address)
    event = AuditEvent.objects.filter(action="export").get()
    assert (actor(event), event.detail["format"]) == ("ivan", "csv")
    assert event.target.startswith("rollcall-coverage-")


def test_the_worst_account_comes_first_with_its_share(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    text = text_of(client, PAGE)
    assert "12 coverage gaps in all vendor accounts. 6 devices checked." in text
    rows = [text.index(f"{name} Up to date") for name in ("five-main", "opswat-main", "eset-main")]
    assert rows == sorted(rows)
    assert "eset-main Up to date 50% 3/6" in text and "five-main Up to date 16% 1/6" in text


def test_an_account_that_proves_nothing_says_why(client: Client, fleet: dict[str, Account], bob: User) -> None:
    shown.fetch(fleet["eset"], state=JobState.DONE, finished_at=timezone.now(), withheld=14)
    client.force_login(bob)
    reason = "Can't confirm missing devices: 14 devices missing from its last full sync must be reviewed."
    for address in (PAGE, "/coverage/?account=eset-main&cover=unknown"):
        assert reason in text_of(client, address)


def links_of(page: str) -> list[tuple[str, str]]:
    return re.findall(r'class="number-link[^"]*" href="([^"]+)"[^>]*>\s*([\d,]+)[^<]*</a>', page)


def test_every_number_links_to_a_list_of_as_many(client: Client, fleet: dict[str, Account], bob: User) -> None:
    shown.sighting(fleet["eset"], "grouped", group_name="Berlin & Köln", os_family="windows")
    placed(fleet["five9s"], "placed", "Berlin & Köln")
    client.force_login(bob)
    links = links_of(client.get(PAGE).content.decode())
    assert len(links) > len(CoverageState) * len(fleet)
    for part in ("group=Berlin+%26+K%C3%B6ln", "location=Berlin+%26+K%C3%B6ln", "os=windows"):
        assert any(part in address for address, _ in links)
    for address, number in links:
        text = text_of(client, address.replace("&amp;", "&"))
        assert f"of {number} device" in text if number != "0" else "No device matches these filters now." in text, address


def test_shares_of_systems_and_groups(client: Client, fleet: dict[str, Account], bob: User) -> None:
    for number in range(2):
        shown.sighting(fleet["eset"], f"grouped-{number}", group_name="Berlin", os_family="windows")
    client.force_login(bob)
    text = text_of(client, PAGE)
    assert "Windows 4 100% 0% 4 missing 25% 3 missing" in text and "Berlin 2 100% 0% 2 missing 0% 2 missing" in text


def test_the_trend_of_each_vendor_appears_with_the_second_day(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    assert "No numbers yet" in text_of(client, PAGE)
    today = day_of(timezone.now())
    for back, missing in ((0, 1), (1, 3)):
        day = today - timedelta(days=back)
        CountedDay.objects.create(day=day, counted_at=timezone.now(), seconds=0)
        for status, number in (("reported", 3), ("missing", missing), ("unknown", 4)):
            DailyCount.objects.create(day=day, measure="coverage", vendor="eset", status=status, number=number)
    page = client.get(PAGE).content.decode()
    assert 'data-chart="coverage-trend"' in page and "js/charts.js" in page
    assert re.findall(r'"values": (\[[^\]]*\])', page) == ["[50, 75]"]
    assert "js/charts.js" not in client.get(MISSING).content.decode()


def test_a_row_has_the_state_and_the_check_in_at_every_account(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    text = text_of(client, "/coverage/?q=nb-berlin-01")
    assert "nb-berlin-01 Windows 11 1 Present 3 h ago Missing Present 3 h ago" in text.replace("Select ", "")


def test_columns_are_of_the_chosen_accounts_while_no_state_is(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    header = re.compile(r'<th scope="col"><span class="cover-head">.*?</span>', re.DOTALL)

    def columns(query: str) -> list[str]:
        found = header.findall(client.get(f"/coverage/{query}").content.decode())
        return [re.sub(r"<[^>]+>", "", each).strip() for each in found]

    everything = ["eset-main", "five-main", "opswat-main"]
    assert columns("") == columns("?cover=missing&account=eset-main") == columns("?cover=missing&vendor=eset") == everything
    assert columns("?account=eset-main") == columns("?vendor=eset") == ["eset-main"]
    assert columns("?account=nobody") == []


def test_a_text_narrows_the_list(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    text = text_of(client, MISSING + "&q=LONDON")
    assert "srv-london-05" in text and "phone-04" not in text
    assert "No devices found" in text_of(client, MISSING + "&q=nobody")


def test_filters_by_system_and_group_narrow_the_list(client: Client, fleet: dict[str, Account], bob: User) -> None:
    shown.sighting(fleet["opswat"], "grouped", group_name="Berlin", os_family="windows")
    client.force_login(bob)
    assert "1–1 of 1 device" in text_of(client, MISSING + "&group=Berlin")
    assert "1–1 of 1 device" in text_of(client, MISSING + "&os=linux")
    assert "No device matches these filters now." in text_of(client, MISSING + "&os=macos")


def test_the_former_address_of_a_list_leads_to_it(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    answer = client.get("/coverage/devices/?account=eset-main&cover=missing&q=phone&after=x")
    assert (answer.status_code, answer["Location"]) == (301, "/coverage/?account=eset-main&cover=missing&q=phone")


@pytest.mark.parametrize("name", ["after", "before", "q", "cover", "account", "vendor", "os", "group", "location", "sort"])
def test_no_address_is_an_error(client: Client, fleet: dict[str, Account], bob: User, name: str) -> None:
    client.force_login(bob)
    for value in ("x", "-1", "0", "9" * 30, "٣", "\x00", "9223372036854775807"):
        assert client.get(PAGE, {"account": "eset-main", "cover": "missing", name: value}).status_code == 200


def test_the_file_has_the_filter_and_no_formulas(client: Client, fleet: dict[str, Account], ivan: User) -> None:
    shown.sighting(fleet["opswat"], "=nb+1", serial="@SUM(A1)")
    client.force_login(ivan)
    rows = rows_of(client, EXPORTS[1])
    assert [row["Device"] for row in rows] == ["'=nb+1", "away-07", "phone-04", "srv-london-05"]
    assert rows[0]["Serial"] == "'@SUM(A1)"
    assert [row["Device"] for row in rows_of(client, EXPORTS[1] + "&q=phone")] == ["phone-04"]
    assert list(rows_of(client, "/coverage/every.csv?vendor=opswat")[0]) == ["Device id", "Device", "Serial", "User", "OS", "opswat-main"]
    event = AuditEvent.objects.filter(action="export").order_by("-pk")[0]
    assert event.detail["filters"] == "?vendor=opswat"


def test_no_file_of_an_unknown_filter(client: Client, fleet: dict[str, Account], ivan: User) -> None:
    client.force_login(ivan)
    answer = client.get("/coverage/every.csv?cover=splendid")
    assert (answer.status_code, answer["Location"]) == (302, "/coverage/?cover=splendid")


def test_the_file_has_every_device_and_its_states(
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


@pytest.mark.parametrize("page", [(PAGE, 15), (MISSING, 12), ("/coverage/?sort=gaps", 15), (MISSING + "&location=Berlin", 13)])
def test_the_number_of_queries_does_not_grow(
    client: Client, fleet: dict[str, Account], ivan: User, django_assert_num_queries: object, page: tuple[str, int]
) -> None:
    address, queries = page
    placed(fleet["opswat"], "placed", "Berlin", ids=[(IdKind.SERIAL, "PF3XK9")])
    client.force_login(ivan)
    client.get(address)
    with django_assert_num_queries(queries):  # type: ignore[operator]
        client.get(address)
    second = shown.account("opswat-second", "opswat")
    for number in range(30):
        placed(second, f"more-{number}", "Berlin")
    assert Device.objects.count() > 30
    with django_assert_num_queries(queries):  # type: ignore[operator]
        client.get(address)


def test_the_device_page_names_the_accounts_that_do_not_see_it_and_why(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    away = Device.objects.get(name="away-07")
    text = text_of(client, f"/devices/{away.pk}/")
    assert "OPSWAT opswat-main Missing Not in the full sync of just now. Last check-in: 3 h ago" in text
    assert "ESET eset-main Missing Not installed; not in the full sync of just now." in text
    fleet["eset"].syncruns.all().delete()
    assert "eset-main Unknown Can't confirm: its last full sync is not on record." in text_of(client, f"/devices/{away.pk}/")
    everywhere = shown.sighting(fleet["eset"], "everywhere").device
    for vendor in ("opswat", "five9s"):
        shown.sighting(fleet[vendor], "everywhere", device=everywhere)
    assert "Not installed" not in text_of(client, f"/devices/{everywhere.pk}/")
