from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from devices.models import Account, JobState, User
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, serious
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db(transaction=True)
DRILL = "/coverage/devices/?account=eset-main&cover=missing"


@pytest.fixture
def fleet(transactional_db: None) -> dict[str, Account]:
    accounts = shown.small_fleet()
    for account in accounts.values():
        shown.fetch(account, state=JobState.DONE, finished_at=timezone.now())
    for number in range(5):
        shown.sighting(accounts["eset"], f"docked-{number}", ids=[(IdKind.MAC, "00:50:b6:11:22:33"), (IdKind.SERIAL, "Default string")])
    shown.sighting(accounts["eset"], "waiting", enrolment="pending")
    shown.sighting(accounts["eset"], "quiet", silenced=True)
    return accounts


def test_from_the_answer_to_the_devices_that_are_missing(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/", user=bob)
    page.get_by_label("Main", exact=True).get_by_role("link", name="Coverage").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("12 of 13 devices missing from five-main")
    page.get_by_role("link", name="Missing at eset-main: 3").click()
    expect(page).to_have_url(re.compile(r"account=eset-main&cover=missing"))
    expect(page.locator(".list-head p")).to_have_text("1–3 of 3 devices")
    page.get_by_role("searchbox", name="Search", exact=True).fill("london")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("link", name="srv-london-05", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="phone-04", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Clear", exact=True).click()
    expect(page.locator(".list-head p")).to_have_text("1–3 of 3 devices")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation(desk: Desk, fleet: dict[str, Account], ivan: User, theme: str) -> None:
    page = desk.open("/coverage/", user=ivan, theme=theme)
    found = {}
    for address in ("/coverage/", DRILL, "/coverage/keys/"):
        page.goto(address)
        found[address] = serious(page)
    assert not any(found.values()), found


def test_a_phone_shows_it_without_sideways_scrolling(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/coverage/", user=ivan, size=PHONE)
    for address in ("/coverage/", DRILL, "/coverage/keys/"):
        page.goto(address)
        assert overflow(page) == 0, address
