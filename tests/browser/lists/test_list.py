"""The device list in a real browser: narrowed, ordered, arranged, kept and taken away as a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from devices.models import Account, SavedView, User
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fleet(transactional_db: None) -> dict[str, Account]:
    return shown.small_fleet()


def test_filter_sort_columns_view_and_file_keep_one_another(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/devices/", user=ivan)
    status = page.locator("#results .list-head p")
    page.get_by_text("Add filter").click()
    page.get_by_label("Not reported by").select_option("five9s")
    expect(status).to_contain_text("of 5 devices")
    page.keyboard.press("Escape")
    page.locator("thead").get_by_role("link", name="Status").click()
    expect(page).to_have_url(re.compile(r"/devices/\?lacks=five9s&sort=state$"))
    expect(page.locator("tbody tr").first).to_contain_text("nb-munich-02")
    page.get_by_text("Add filter").click()
    page.get_by_label("OS", exact=True).select_option("windows")
    expect(page).to_have_url(re.compile(r"\?lacks=five9s&os=windows&sort=state$"))
    page.keyboard.press("Escape")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Show Model").check()
    page.get_by_role("button", name="Move Model").press("Home")
    page.get_by_label("Show Issues").uncheck()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("thead th").nth(2)).to_have_text("Model")
    expect(page.locator("thead")).to_contain_text("Model")
    expect(page.locator("thead")).not_to_contain_text("Issues")
    expect(status).to_contain_text("of 2 devices")
    page.get_by_text("Save view", exact=True).click()
    page.get_by_label("View name").fill("Windows without EPM")
    page.get_by_label("Share with").select_option("Helpdesk")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?view=windows-without-epm$"))
    expect(page.get_by_role("heading", name="Windows without EPM")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export CSV").click()
    assert re.fullmatch(r"rollcall-windows-without-epm-\d{8}-\d{4}\.csv", waiting.value.suggested_filename)
    lines = Path(waiting.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Name,") and "Model" in lines[0] and len(lines) == 3


def test_ticked_devices_are_asked_about_after_the_cost_is_said(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/devices/", user=ivan)
    page.get_by_label("Select all on this page").check()
    expect(page.locator("#ticked")).to_have_text("6 selected")
    page.get_by_label("Select phone-04").uncheck()
    page.get_by_role("button", name="Refresh …").click()
    expect(page.get_by_role("heading", name="Refresh 5 devices")).to_be_visible()
    assert not violations(page)
    page.get_by_role("dialog").get_by_role("button", name="Refresh").click()
    expect(page.locator(".toasts")).to_contain_text("Refresh requested: eset-main, five-main")


def test_everything_works_without_scripts(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/devices/?sort=-name", user=ivan, scripts=False)
    page.get_by_text("Add filter").click()
    page.get_by_label("Last seen", exact=True).select_option("over-14")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("link", name="srv-london-05")).to_be_visible()
    expect(page).to_have_url(re.compile("sort=-name"))
    page.get_by_text("Save view", exact=True).click()
    page.get_by_label("View name").fill("Long silent")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Long silent")).to_be_visible()
    assert SavedView.objects.get().query == "?seen=over-14&sort=-name"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation_and_no_sideways_scrolling(
    desk: Desk, fleet: dict[str, Account], ivan: User, theme: str
) -> None:
    page = desk.open("/devices/?lacks=five9s&cols=state,groups,accounts,model,known_since", user=ivan, size=PHONE, theme=theme)
    assert overflow(page) == 0 and not violations(page)
    for menu in ("Columns", "Save view"):
        page.get_by_text(menu, exact=True).click()
        assert overflow(page) == 0 and not violations(page), menu
    page.get_by_label("View name").fill("x" * 80)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="x" * 80)).to_be_visible()
    assert overflow(page) == 0
    page.goto("/views/")
    assert overflow(page) == 0 and not violations(page)


@pytest.mark.parametrize("address", ["/devices/", "/issues/"])
def test_a_printed_list_is_a_table_that_begins_on_the_first_page(desk: Desk, fleet: dict[str, Account], ivan: User, address: str) -> None:
    page = desk.open(address, user=ivan)
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 within its margins
    page.emulate_media(media="print")
    expect(page.locator("table.grid thead")).to_be_visible()
    box = page.locator("table.grid tbody tr").first.bounding_box()
    assert box and box["y"] < 300
    kept_together = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => getComputedStyle(e).breakInside == 'avoid').map(e => e.tagName)"
    )
    assert set(kept_together) <= {"TR", "THEAD"}
    assert page.locator(".tick:visible").count() == 0
    assert overflow(page) <= 0
