"""What people keep about a device, in a real browser: by keyboard, without scripts, on a phone, in the dark."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from devices.audit.context import AuditContext
from devices.device_detail import notes, retirement
from devices.device_list import tags as tagging
from devices.models import Account, Change, Device, DeviceTag, Note, Retirement, User
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.browser.test_reading_pages import address_of
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db(transaction=True)
MOST_TABS = 120


@pytest.fixture
def fleet(transactional_db: None) -> dict[str, Account]:
    return shown.small_fleet()


def tab_to(page: Page, words: str) -> None:
    """With the keyboard alone, until what is called so has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(
            "e => { e = document.activeElement; const label = e.labels && e.labels[0];"
            " return (e.getAttribute('aria-label') || (label && label.textContent) || e.textContent || '').trim() }"
        ).startswith(words):
            return
    pytest.fail(f"no Tab leads to {words}")


def test_a_note_is_written_and_taken_back_by_keyboard(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open(address_of("nb-berlin-01") + "?ticket=INC7", user=bob)
    tab_to(page, "New note for ticket INC7")
    page.keyboard.type("Screen flickers")
    tab_to(page, "Save note")
    page.keyboard.press("Enter")
    expect(page.locator("#notes .note")).to_contain_text("Screen flickers")
    expect(page.locator("#notes .note")).to_contain_text("Ticket INC7")
    expect(page.locator("#spoken")).to_have_text("Note saved.")
    assert not violations(page)
    tab_to(page, "Delete")
    page.keyboard.press("Enter")
    expect(page.locator("#notes")).to_contain_text("No notes")
    assert not Note.objects.exists()


def test_what_is_wrong_with_a_note_is_said_and_the_text_stays(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open(address_of("nb-berlin-01"), user=bob)
    page.get_by_label("New note").fill("x" * 5001)
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("alert")).to_contain_text("5,001 characters")
    expect(page.get_by_label("New note")).to_have_value("x" * 5001)
    assert not violations(page)


def test_a_tag_is_added_and_taken_off_by_keyboard(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open(address_of("nb-berlin-01"), user=ivan)
    tab_to(page, "New tag")
    page.keyboard.type("Pool device")
    page.keyboard.press("Enter")
    expect(page.locator("#tags .chip")).to_have_text("Pool device")
    assert not violations(page)
    tab_to(page, "Remove tag Pool device")
    page.keyboard.press("Enter")
    expect(page.locator("#tags")).to_contain_text("No tags")
    assert not DeviceTag.objects.exists()


def test_a_device_is_retired_and_brought_back_by_keyboard(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open(address_of("phone-04"), user=ivan)
    tab_to(page, "Retire …")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Retire phone-04")).to_be_visible()
    assert not violations(page)
    tab_to(page, page.locator("label[for=reason]").inner_text())
    page.keyboard.type("Sold")
    page.keyboard.press("Enter")
    expect(page.get_by_role("note").filter(has_text="Retired")).to_contain_text("“Sold”")
    assert not violations(page)
    page.goto("/devices/")
    page.get_by_text("Views", exact=True).click()
    page.get_by_role("link", name="Retired", exact=True).click()
    page.get_by_role("link", name="phone-04").click()
    expect(page.get_by_role("heading", name="phone-04", level=1)).to_be_visible()
    tab_to(page, "Restore")
    page.keyboard.press("Enter")
    expect(page.locator(".toasts")).to_contain_text("phone-04 restored")
    assert not Retirement.objects.exists()


def test_chosen_devices_are_tagged_and_found_by_their_tag(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/devices/?vendor=eset", user=ivan)
    page.get_by_label("Select all on this page").check()
    page.get_by_label("Select mac-zurich-03").uncheck()
    page.get_by_role("button", name="Tag …").click()
    expect(page.get_by_role("heading", name="Tag 2 devices")).to_be_visible()
    assert not violations(page)
    page.get_by_role("dialog").get_by_label("Tag", exact=True).fill("Rollout 7")
    page.get_by_role("button", name="Add to 2 devices").click()
    expect(page.locator(".toasts")).to_contain_text("added to 2 devices")
    page.goto("/d/?q=tag:rollout")
    expect(page.get_by_role("heading", name="2 devices found")).to_be_visible()


def test_everything_works_without_scripts(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open(address_of("nb-berlin-01"), user=ivan, scripts=False)
    page.get_by_label("New note").fill("Written plainly")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#notes .note")).to_contain_text("Written plainly")
    page.get_by_label("New tag").fill("plain")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#tags .chip")).to_have_text("plain")
    page.get_by_role("link", name="View all activity").click()
    expect(page.locator(".event").filter(has_text="Tag added")).to_contain_text("plain")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_full_device_fits_a_phone_and_is_accessible(desk: Desk, fleet: dict[str, Account], alice: User, theme: str) -> None:
    device, now = Device.objects.get(name="nb-berlin-01"), timezone.now()
    notes.add(device, text="https://example.org/" + "x" * 300, act=AuditContext.of(alice, now=now, ticket="T" * 60))
    tagging.add([device.pk], tag="t" * 60, act=AuditContext.of(alice, now=now))
    fields = ("name", "os_name", "group_name", "enrolment", "silenced", "state")
    Change.objects.bulk_create(
        Change(device=device, at=now - timedelta(minutes=n), kind="field", field=fields[n % 6], before="b" * 255, after="")
        for n in range(60)
    )
    retirement.retire(device.pk, reason="r" * 500, act=AuditContext.of(alice, now=now))
    long = shown.sighting(fleet["eset"], "n" * 255, user="u" * 200, serial="s" * 200).device
    page = desk.open("/", user=alice, size=PHONE, theme=theme)
    addresses = [address_of("nb-berlin-01") + part for part in ("", "timeline/", "notes/")]
    for address in [*addresses, *(f"/devices/{long.pk}/{part}" for part in ("timeline/", "notes/", "retire/"))]:
        page.goto(address)
        assert overflow(page) == 0 and not violations(page), address
    page.goto(address_of("nb-berlin-01") + "timeline/")
    page.get_by_role("link", name="Older").click()
    expect(page).to_have_url(re.compile(r"before=\d+\.\d\.\d+$"))
    expect(page.get_by_role("link", name="Newest entries")).to_be_visible()
    expect(page.get_by_role("link", name="Older")).to_have_count(0)
    expect(page.locator(".event").last).to_contain_text("59 min ago")
