"""People decide between vendors: settle, take apart, link, thresholds. By keyboard, on a phone, in the dark."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from devices.matching.apply import rematch_everything
from devices.models import Device, Sighting, User
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db(transaction=True)
MOST_TABS = 150


@pytest.fixture
def machine(transactional_db: None) -> Device:
    """Two vendors report one serial and two releases of Windows; a third one reports another device."""
    ids = [(IdKind.SERIAL, "PF3XK2")]
    one = shown.sighting(shown.account("five-main", "five9s"), "nb-1", ids=ids, **_windows("11"))
    shown.sighting(shown.account("eset-main", "eset"), "nb-1", device=one.device, ids=ids, **_windows("10"))
    shown.sighting(shown.account("opswat-main", "opswat"), "reception-pc")
    rematch_everything(timezone.now())
    return one.device


def _windows(number: str) -> dict[str, Any]:
    return {"os_name": f"Windows {number}", "os_release": f"Windows {number}", "os_family": "windows"}


def reach(page: Page, wanted: Locator) -> None:
    """By the Tab key alone."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by {MOST_TABS} tabs")


def front(page: Page) -> Locator:
    """The open dialog, else the page."""
    dialog = page.get_by_role("dialog")
    return dialog if dialog.is_visible() else page.get_by_role("main")


def follow(page: Page, name: str) -> None:
    reach(page, front(page).get_by_role("link", name=re.compile(name)).first)
    page.keyboard.press("Enter")


def give_reason(page: Page, reason: str, button: str) -> None:
    reach(page, page.locator("#reason"))
    page.keyboard.insert_text(reason)
    reach(page, page.get_by_role("button", name=button, exact=True))
    page.keyboard.press("Enter")


def test_a_disagreement_is_found_and_settled_by_keyboard(desk: Desk, machine: Device, ivan: User) -> None:
    page = desk.open("/disagreements/", user=ivan)
    expect(page.get_by_role("heading", level=1)).to_have_text("Data conflicts")
    expect(page.locator("#results .list-head p")).to_contain_text("of 1 device")
    follow(page, "nb-1")
    expect(page.get_by_text("1 conflict", exact=True).first).to_be_visible()
    expect(page.locator("#values")).to_be_visible()  # the link leads to a part of a tab
    follow(page, r"Use this source\s*: ESET, Operating system")
    expect(page.get_by_text("“Windows 10” (eset-main) is shown instead of “Windows 11”")).to_be_visible()
    give_reason(page, "asked its owner", "Use this source")
    expect(page.get_by_text("Resolved by ivan")).to_be_visible()
    assert Device.objects.get(pk=machine.pk).os_name == "Windows 10"
    reach(page, page.get_by_role("button", name=re.compile(r"^Reopen\s*: Operating system")))
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 conflict", exact=True).first).to_be_visible()
    assert Device.objects.get(pk=machine.pk).os_name == "Windows 11"


def test_taken_apart_and_given_back_to_the_keys_by_keyboard(desk: Desk, machine: Device, ivan: User) -> None:
    page = desk.open(f"/devices/{machine.pk}/?tab=matching&ticket=INC7", user=ivan)
    follow(page, r"Split\s*: ESET")
    give_reason(page, "two machines with one sticker", "Split")
    expect(page).to_have_url(re.compile(r"\?tab=matching&ticket=INC7$"))
    expect(page.get_by_text("ESET (eset-main) split. This is its device now.")).to_be_visible()
    assert Device.objects.count() == 3
    follow(page, "Reset to automatic matching")
    give_reason(page, "one machine after all", "Reset")
    expect(page.get_by_text("Automatic matching restored.")).to_be_visible()
    assert Device.objects.count() == 2


def test_another_device_is_found_and_linked_by_keyboard(desk: Desk, machine: Device, ivan: User) -> None:
    page = desk.open(f"/devices/{machine.pk}/?tab=matching", user=ivan)
    follow(page, "Merge with another device")
    expect(page.get_by_label("Name, serial, MAC, IP, user or vendor ID")).to_be_focused()
    page.keyboard.insert_text("reception")
    page.keyboard.press("Enter")
    follow(page, r"Select\s*: reception-pc")
    give_reason(page, "same sticker", "Merge")
    expect(page.get_by_text("(opswat-main) merged")).to_be_visible()
    assert set(Sighting.objects.values_list("device", flat=True)) == {machine.pk}


def addresses(machine: Device) -> list[str]:
    here, eset = f"/devices/{machine.pk}/", Sighting.objects.get(account__name="eset-main")
    forms = [f"{here}settle/?field=os&sighting={eset.pk}", f"{here}apart/{eset.pk}/", f"{here}link/?q=reception"]
    return ["/disagreements/", "/disagreements/?field=serial", here, *forms, "/vendors/thresholds/"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation(desk: Desk, machine: Device, alice: User, theme: str) -> None:
    page = desk.open("/disagreements/", user=alice, theme=theme)
    found = {}
    for address in addresses(machine):
        page.goto(address)
        found[address] = violations(page)
    assert not any(found.values()), found


def test_a_phone_shows_it_without_sideways_scrolling(desk: Desk, machine: Device, alice: User) -> None:
    page = desk.open("/disagreements/", user=alice, size=PHONE)
    for address in addresses(machine):
        page.goto(address)
        assert overflow(page) == 0, address


def test_thresholds_are_changed_without_scripts_and_what_was_typed_is_kept(desk: Desk, alice: User) -> None:
    desk.expected.append("422")
    page = desk.open("/vendors/thresholds/", user=alice, scripts=False)
    field = page.get_by_label("ESET: Stale after")
    field.fill("1 h")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("The thresholds must increase")
    expect(field).to_have_value("1 h")
    field.fill("3 weeks")
    page.get_by_role("button", name="Save").click()
    expect(field).to_have_value("21 days")
    page.get_by_role("button", name=re.compile(r"Reset to default\s*: ESET")).click()
    expect(field).to_have_value("14 days")
