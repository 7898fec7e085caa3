"""Views of any list in a real browser: saved, renewed, renamed and removed, by keyboard alone, on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from devices.models import SavedView, User
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.browser.test_deciding import reach
from tests.patching import rows as made

pytestmark = pytest.mark.django_db(transaction=True)


def press(page: Page, text: str) -> None:
    """What opens a menu."""
    reach(page, page.locator("summary").filter(has_text=re.compile(f"^\\s*{text}")))
    page.keyboard.press("Enter")


def test_a_view_of_issues_is_kept_changed_and_removed_by_keyboard_on_a_phone(desk: Desk, transactional_db: None, ivan: User) -> None:
    made.small_patching()
    page = desk.open("/issues/?severity=critical", user=ivan, size=PHONE)
    press(page, "Save view")
    reach(page, page.get_by_label("View name"))
    page.keyboard.insert_text("Worst first thing in the morning")
    assert overflow(page) == 0 and not violations(page)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/issues/\?view=worst-first-thing-in-the-morning$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Worst first thing in the morning")
    press(page, "Add filter")
    reach(page, page.get_by_label("Triage status", exact=True))
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile(r"&standing=all$"))
    press(page, "Save view")
    reach(page, page.get_by_role("button", name="Update “Worst first thing in the morning”"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?view=worst-first-thing-in-the-morning$"))
    assert SavedView.objects.get().query == "?severity=critical&standing=all"
    press(page, "Views")
    assert overflow(page) == 0 and not violations(page)
    reach(page, page.get_by_role("link", name="Manage views"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Issues")).to_be_visible()
    assert overflow(page) == 0 and not violations(page)
    press(page, "Edit or delete")
    reach(page, page.get_by_label("Name", exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("Worst")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Worst", exact=True)).to_be_visible()
    press(page, "Edit or delete")
    reach(page, page.get_by_role("button", name="Delete …"))
    page.keyboard.press("Enter")
    reach(page, page.get_by_role("dialog").get_by_role("button", name="Delete"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("View “Worst” deleted.")).to_be_visible()
    assert not SavedView.objects.exists()


def test_a_narrowed_work_list_is_kept_with_what_it_has_no_field_for(desk: Desk, transactional_db: None, ivan: User) -> None:
    made.small_patching()
    firefox = made.title("Firefox").pk
    page = desk.open(f"/patching/patches/?title={firefox}", user=ivan, theme="dark")
    page.get_by_text("Add filter").click()
    page.get_by_label("Status", exact=True).select_option("failed")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(rf"\?status=failed&title={firefox}$"))
    page.get_by_text("Save view", exact=True).click()
    page.get_by_label("View name").fill("Firefox failed")
    assert not violations(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/patching/patches/\?view=firefox-failed$"))
    expect(page.locator("#results .list-head p")).to_contain_text("of 2 patches")
    page.get_by_role("link", name="Remove filter Application: Firefox").click()
    expect(page.locator("#results .list-head p")).to_contain_text("of 6 patches")
    page.get_by_text("Add filter").click()
    page.get_by_label("Reason", exact=True).select_option("corrupt")  # the form keeps what was taken away
    expect(page.locator("#results .list-head p")).to_contain_text("of 1 patch")
    expect(page).to_have_url(re.compile(r"\?view=firefox-failed&reason=corrupt&title=$"))
