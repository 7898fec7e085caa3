"""Confirmations as dialogs: by keyboard, on a phone, in the dark; each is a page without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from devices.models import Device, Life, User
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def laptop(transactional_db: None) -> Device:
    return shown.sighting(shown.account("eset-main", "eset"), "nb-1").device


def opened(page: Page) -> None:
    """By keyboard."""
    page.get_by_role("main").get_by_role("link", name="Retire").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Retire nb-1")).to_be_visible()


def test_focus_is_kept_inside_and_escape_returns_it(desk: Desk, laptop: Device, ivan: User) -> None:
    page = desk.open(f"/devices/{laptop.pk}/", user=ivan)
    opened(page)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        outside = page.evaluate("!document.activeElement.closest('dialog') && document.activeElement !== document.body")
        assert not outside, page.evaluate("document.activeElement.outerHTML")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("main").get_by_role("link", name="Retire")).to_be_focused()
    assert page.locator("#dialog-content").inner_html() == ""


def test_an_error_is_shown_inside_and_success_on_the_page(desk: Desk, laptop: Device, ivan: User) -> None:
    desk.expected.append("422")
    page = desk.open(f"/devices/{laptop.pk}/", user=ivan)
    opened(page)
    dialog = page.get_by_role("dialog")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Enter a reason.")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.insert_text("sold")
    page.keyboard.press("Enter")
    expect(page.locator(".toast-line")).to_contain_text("nb-1 retired.")
    expect(page).to_have_url(re.compile(rf"/devices/{laptop.pk}/$"))
    assert Device.objects.get(pk=laptop.pk).life == Life.RETIRED


def test_cancel_and_the_cross_close_it_and_change_nothing(desk: Desk, laptop: Device, ivan: User) -> None:
    page = desk.open(f"/devices/{laptop.pk}/", user=ivan)
    for name in ("Cancel", "Close"):
        opened(page)
        page.get_by_role("dialog").get_by_label(name).or_(page.get_by_role("dialog").get_by_role("link", name=name)).first.click()
        expect(page.get_by_role("dialog")).to_be_hidden()
    assert Device.objects.get(pk=laptop.pk).life == Life.SEEN


def test_it_is_a_page_in_a_new_tab_and_without_scripts(desk: Desk, laptop: Device, ivan: User) -> None:
    page = desk.open(f"/devices/{laptop.pk}/", user=ivan)
    with page.context.expect_page() as tab:
        page.get_by_role("main").get_by_role("link", name="Retire").click(modifiers=["Control"])
    expect(tab.value.get_by_role("main").get_by_role("heading", name="Retire nb-1")).to_be_visible()
    plain = desk.open(f"/devices/{laptop.pk}/", user=ivan, scripts=False)
    plain.get_by_role("main").get_by_role("link", name="Retire").click()
    plain.get_by_label("Reason").fill("sold")
    plain.get_by_role("button", name="Retire device").click()
    expect(plain.locator(".toast-line")).to_contain_text("nb-1 retired.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible_and_fits_a_phone(desk: Desk, laptop: Device, ivan: User, theme: str) -> None:
    page = desk.open(f"/devices/{laptop.pk}/", user=ivan, size=PHONE, theme=theme)
    opened(page)
    assert violations(page) == []
    assert overflow(page) == 0
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE[0]


def test_a_bulk_action_keeps_the_filters_of_the_list(desk: Desk, laptop: Device, alice: User) -> None:
    page = desk.open("/devices/?q=nb", user=alice)
    page.locator('input[name="ids"]').first.check()
    page.get_by_role("button", name="Tag …").click()
    dialog = page.get_by_role("dialog", name="Tag 1 device")
    dialog.get_by_label("Tag", exact=True).fill("rollout")
    dialog.get_by_role("button", name="Add to 1 device").click()
    expect(page.locator(".toast-line")).to_contain_text("added to 1 device")
    expect(page).to_have_url(re.compile(r"/devices/\?q=nb$"))
