"""Patching in a browser: from the overview to a next step by keyboard, on a phone, in the dark, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from devices.models import Account, Device, User
from patching.models import Title
from tests.browser.conftest import DESK, PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.browser.test_deciding import follow, reach
from tests.patching import rows as made

pytestmark = pytest.mark.django_db(transaction=True)
SHIFTS = """() => new Promise(done => new PerformanceObserver(list =>
  done(list.getEntries().reduce((sum, each) => sum + each.value, 0))).observe({type: 'layout-shift', buffered: true}) || setTimeout(done, 300, 0))"""


@pytest.fixture
def fleet(transactional_db: None) -> dict[str, Account]:
    return made.small_patching()


def count(page: Page) -> str:
    return page.locator("#results .list-head p").inner_text()


def test_from_the_overview_to_the_next_step_of_a_device_by_keyboard(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/patching/", user=bob)
    expect(page.get_by_role("heading", level=1)).to_have_text("11 open patches")
    follow(page, "Remediation")
    follow(page, "Application was running, Open patches: 1")
    expect(page.get_by_role("note").filter(has_text="Close the application and retry.")).to_be_visible()
    assert count(page) == "1–1 of 1 patch"
    follow(page, "nb-berlin-01")
    expect(page.get_by_role("heading", level=1)).to_have_text("nb-berlin-01")
    panel = page.locator(".patching-panel").filter(has=page.get_by_role("heading", name="Patching"))
    expect(panel).to_contain_text("Open: 2")
    expect(panel.get_by_text("Close the application and retry")).to_have_count(2)  # the patch, and its last attempt
    follow(page, "Open: 2")
    expect(page).to_have_url(re.compile(r"/patching/patches/\?device=\d+$"))
    expect(page.locator("#results .list-head p")).to_have_text("1–2 of 2 patches")


def test_every_number_of_the_work_lists_opens_as_many_rows(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/patching/reasons/", user=bob)
    links = page.locator(".works .number-link:not([data-zero])")
    told = [(str(each.get_attribute("href")), each.inner_text()) for each in links.all()]
    assert len(told) > 10
    for address, number in told:
        page.goto(address)
        expect(page.locator("#results tbody tr")).to_have_count(int(number))
        assert f"of {number} " in count(page)


def test_a_list_is_narrowed_while_typing_by_keyboard(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    desk.expected = ["htmx:sendAbort", "htmx:afterRequest"]  # leaving the field asks once more, and the next choice takes its place
    page = desk.open("/patching/patches/", user=bob)
    reach(page, page.get_by_label("Application or device"))
    page.keyboard.insert_text("fire")
    expect(page).to_have_url(re.compile(r"/patching/patches/\?q=fire$"))
    expect(page.locator("#results .list-head p")).to_have_text("1–3 of 3 patches")
    expect(page.locator("#count")).to_have_text("1–3 of 3 patches")
    reach(page, page.locator("#add-filter > summary"))
    page.keyboard.press("Enter")
    reach(page, page.get_by_label("Status"))
    page.keyboard.press("f")
    expect(page).to_have_url(re.compile(r"\?q=fire&status=failed$"))
    expect(page.locator("#results tbody tr")).to_have_count(2)
    follow(page, "^First detected$")
    expect(page).to_have_url(re.compile(r"status=failed&sort=-age$"))
    expect(page.locator("#results tbody tr").first).to_contain_text("nb-berlin-01")
    follow(page, "Remove filter Search: fire")
    expect(page.locator("#results tbody tr")).to_have_count(6)
    page.go_back()
    expect(page.locator("#results tbody tr")).to_have_count(2)


def test_attempts_of_a_day_from_the_table_beside_the_chart(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/patching/", user=bob)
    expect(page.get_by_role("application", name=re.compile("Attempts per day by outcome"))).to_be_visible()
    reach(page, page.locator("summary", has_text="Data table"))
    page.keyboard.press("Enter")
    row = page.get_by_role("group", name="Attempts per day by outcome: data table").get_by_role("row").nth(1)
    reach(page, row.get_by_role("link", name=re.compile("Failed")))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/patching/attempts/\?status=failed&day=\d{4}-\d\d-\d\d$"))
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results tbody tr")).to_contain_text("Application was running")


def test_the_panel_of_a_device_moves_nothing_that_is_seen(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open(f"/devices/{Device.objects.get(name='nb-munich-02').pk}/", user=bob)
    expect(page.get_by_text("Fix the download")).to_be_attached()
    assert page.evaluate(SHIFTS) < 0.01


def test_without_scripts_everything_works_too(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/patching/patches/", user=bob, scripts=False)
    page.get_by_label("Application or device").fill("fire")
    page.get_by_text("Add filter").click()
    page.get_by_label("Reason").select_option("download")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#results tbody tr")).to_have_count(1)
    page.goto(f"/devices/{Device.objects.get(name='nb-munich-02').pk}/")
    page.get_by_role("link", name="Patches of this device").click()
    expect(page.locator("#results tbody tr")).to_have_count(4)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), PHONE], ids=["desk", "phone"])
def test_the_pages_fit_and_are_accessible(desk: Desk, fleet: dict[str, Account], ivan: User, theme: str, size: tuple[int, int]) -> None:
    for words in ("W" * 200, "A name with many words in it " * 6):
        made.attempt(
            fleet["eset"], words, "failed", reason="running", raw="APPLICATION_PATCHING_STATUS_FAILED_APPLICATION_RUNNING", after=words
        )
    page = desk.open("/patching/", user=ivan, theme=theme, size=size)
    title = Title.objects.get(name="Firefox").pk
    device = Device.objects.get(name="nb-munich-02").pk
    found = {}
    lists = [
        "patches/",
        "patches/?status=failed&reason=running",
        "patches/?q=nothing",
        "attempts/",
        "devices/",
        "titles/",
        f"titles/{title}/",
        "reasons/",
    ]
    for place in ("", *lists):
        page.goto(f"/patching/{place}")
        found[place] = (violations(page), overflow(page))
    for place in (f"/devices/{device}/", "/vendors/eset-main/"):
        page.goto(place)
        expect(page.get_by_role("heading", name="Patching")).to_be_visible()
        found[place] = (violations(page), overflow(page))
    assert set(map(str, found.values())) == {"([], 0)"}, found


def box(page: Page, selector: str) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    found = page.locator(selector).bounding_box()
    assert found
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_what_is_patched_stands_under_the_issues_and_beside_or_before_the_activity(
    desk: Desk, fleet: dict[str, Account], bob: User, size: tuple[int, int]
) -> None:
    page = desk.open(f"/devices/{Device.objects.get(name='nb-munich-02').pk}/", user=bob, size=size)
    expect(page.locator("#patching-panel")).to_contain_text("Open: 4")
    (_, top, _, end), (_, below, right, last), (left, changes, _, _) = (
        box(page, f"#{each}") for each in ("issues-panel", "patching-panel", "last-changes")
    )
    assert end <= below and last - below >= 320
    assert (changes == top and left >= right) if size == DESK else last <= changes


def test_the_application_that_a_patch_without_a_name_is_probably_of_is_one_click_away(
    desk: Desk, fleet: dict[str, Account], bob: User
) -> None:
    named = Title.objects.get(name="7-Zip")
    Title.objects.filter(name="Acrobat").update(name="Application by Igor Pavlov, version 24.67", version="24.67", likely=named)
    page = desk.open("/patching/patches/?q=pavlov", user=bob)
    row = page.locator("#results tbody tr").filter(has_text="likely")
    row.get_by_role("link", name="7-Zip", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("7-Zip")
    page.locator(".verdict").get_by_role("link", name="1", exact=True).last.click()
    expect(page).to_have_url(re.compile(rf"/patching/patches/\?probably={named.pk}$"))
    expect(page.locator("#results tbody tr")).to_have_count(1)
