"""Account cards: every enabled account says of every device what it knows, and only what it can prove."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.account_status.status import statuses
from devices.device_detail.first_screen.account_cards import MOST, account_cards
from devices.device_detail.queries import detail
from devices.models import Account, Device, JobState, Life, Sighting, SyncRun, User
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
SERIAL = [(IdKind.SERIAL, "PF3XK2")]


@pytest.fixture
def device() -> Device:
    """OPSWAT reports it; ESET's complete list lacks it."""
    for name, vendor in (("eset-main", "eset"), ("opswat-main", "opswat")):
        shown.fetch(shown.account(name, vendor), state=JobState.DONE, lane="list", finished_at=timezone.now())
    return shown.sighting(Account.objects.get(vendor="opswat"), "nb-1", ids=SERIAL, os_family="windows").device


def cards(client: Client, user: User, device: Device) -> dict[str, str]:
    """By account: the text of its card."""
    client.force_login(user)
    page = client.get(f"/devices/{device.pk}/").content.decode().split('id="cards"')[1].split("</section>")[0]
    page = re.sub(r'<span class="vendor-mark".*?</span>', "", page)
    texts = [" ".join(re.sub(r"<[^>]+>", " ", each).split()).replace(" .", ".") for each in page.split("<article")[1:]]
    return {text.split(">")[-1].split()[1]: text.split(">")[-1].strip() for text in texts}


def test_an_account_that_lacks_the_device_says_so_and_offers_an_installer(client: Client, bob: User, device: Device) -> None:
    found = cards(client, bob, device)
    assert found["eset-main"] == "ESET eset-main Missing Not installed; not in the full sync of just now. Send installer : eset-main"
    assert found["opswat-main"].startswith("OPSWAT opswat-main OK Last check-in: 3 h ago")
    page = client.get(f"/devices/{device.pk}/?ticket=INC7").content.decode()
    assert f'href="/installers/for/{device.pk}/?account=eset-main&amp;ticket=INC7"' in page


def test_where_the_vendor_has_no_installer_for_the_system_there_is_no_button(client: Client, bob: User, device: Device) -> None:
    Device.objects.update(os_family="android")
    assert cards(client, bob, device)["eset-main"] == "ESET eset-main Missing Not installed; not in the full sync of just now."


def test_what_cannot_be_proven_is_said(client: Client, bob: User, device: Device) -> None:
    SyncRun.objects.filter(account__vendor="eset").delete()
    assert cards(client, bob, device)["eset-main"] == "ESET eset-main Unknown Can't confirm: its last full sync is not on record."
    Account.objects.filter(vendor="eset").update(complete_at=None)
    assert cards(client, bob, device)["eset-main"].endswith("Can't confirm: no full sync has completed yet.")


def test_a_device_without_an_identifier_that_the_vendor_reports_is_unknown_there(client: Client, bob: User, device: Device) -> None:
    Sighting.objects.update(key_kinds=0)
    assert cards(client, bob, device)["eset-main"].endswith("Unknown Can't confirm: ESET reports none of its identifiers.")


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({"enrolment": "pending"}, "Enrollment pending: the vendor does not manage the device yet. Send installer : eset-main"),
        ({"enrolment": "failed"}, "Enrollment failed: the vendor does not manage the device. Send installer : eset-main"),
        ({"stale": True}, "Excluded from the status: no check-in for more than 14 days."),
        ({"life": Life.MISSING}, "Missing Not in the full sync of just now. Last check-in: 3 h ago Send installer : eset-main"),
        ({"life": Life.GONE}, "Removed Removed: not in two full syncs. Last check-in: 3 h ago Send installer : eset-main"),
        ({"silenced": True}, "OK Muted Last check-in: 3 h ago Recent"),
    ],
)
def test_a_record_in_each_state_has_its_sentence(client: Client, bob: User, device: Device, columns: dict[str, object], text: str) -> None:
    eset = Account.objects.get(vendor="eset")
    record = shown.sighting(eset, "nb-1", device=device, ids=SERIAL)
    Sighting.objects.filter(pk=record.pk).update(**columns)
    assert text in cards(client, bob, device)["eset-main"]


def test_a_disabled_account_is_expected_to_report_nothing(client: Client, bob: User, device: Device) -> None:
    Account.objects.filter(vendor="eset").update(enabled=False)
    assert set(cards(client, bob, device)) == {"opswat-main"}
    shown.sighting(Account.objects.get(vendor="eset"), "nb-1", device=device)
    assert "Disabled" in cards(client, bob, device)["eset-main"] and "Data as of" in cards(client, bob, device)["eset-main"]


def test_a_removed_device_is_expected_nowhere(client: Client, bob: User, device: Device) -> None:
    Sighting.objects.update(life=Life.GONE, missing_since=timezone.now() - timedelta(days=3))
    Device.objects.update(life=Life.GONE)
    found = cards(client, bob, device)
    assert set(found) == {"opswat-main"} and "Send installer" not in found["opswat-main"]


def test_the_current_record_of_an_account_has_the_card(client: Client, bob: User, device: Device) -> None:
    opswat = Account.objects.get(vendor="opswat")
    Sighting.objects.update(superseded=True)
    shown.sighting(opswat, "nb-1", device=device, state="critical", superseded=False)
    assert cards(client, bob, device)["opswat-main"].startswith("OPSWAT opswat-main Critical")


def test_accounts_beyond_two_lines_are_folded_and_records_come_first(device: Device) -> None:
    for number in range(MOST + 3):
        shown.account(f"tenant-{number:02}", "eset")
    found = account_cards(detail(device.pk, now=timezone.now()), statuses(timezone.now()))
    assert (len(found.shown), len(found.rest)) == (MOST, 5)
    assert found.shown[0].status.name == "opswat-main" and found.gap


def test_the_coverage_costs_one_query(device: Device, django_assert_num_queries: object) -> None:
    known, found = statuses(timezone.now()), detail(device.pk, now=timezone.now())
    for number in range(4):
        shown.account(f"more-{number}", "eset")
    with django_assert_num_queries(1):  # type: ignore[operator]
        account_cards(found, known)
