"""What a list asks of the server while somebody types, chooses, turns its pages and goes back, and that nothing of it goes astray."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from devices.models import Account, User
from tests.browser.conftest import Desk
from tests.devices import rows as shown
from tests.devices.alerts import fleet

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accounts(transactional_db: None) -> dict[str, Account]:
    return fleet()


def listening(page: Page) -> list[str]:
    """The lists that htmx asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.headers.get("hx-target") == "results" else None)
    return asked


@pytest.mark.parametrize(("address", "choice"), [("/devices/", "state"), ("/issues/", "kind"), ("/patching/patches/", "reason")])
def test_one_change_asks_once(desk: Desk, accounts: dict[str, Account], ivan: User, address: str, choice: str) -> None:
    page = desk.open(address, user=ivan)
    asked = listening(page)
    page.get_by_text("Add filter").click()
    text, select, group = page.locator("#filter-q"), page.locator(f"#filter-{choice}"), page.get_by_label("Group", exact=True)
    text.press_sequentially("nb-1")
    expect(page).to_have_url(re.compile(r"\?q=nb-1$"))
    text.press("Tab")
    select.select_option(index=1)
    expect(page).to_have_url(re.compile(rf"{choice}="))
    group.fill("Berlin")
    group.press("Tab")
    expect(page).to_have_url(re.compile("group=Berlin"))
    text.fill("nb-2")
    text.press("Enter")
    expect(page).to_have_url(re.compile("q=nb-2"))
    text.press("Tab")
    select.select_option(index=0)
    expect(page).not_to_have_url(re.compile(rf"{choice}="))
    assert len(asked) == 5, asked


def test_typing_sorting_and_turning_can_be_gone_back_through(desk: Desk, accounts: dict[str, Account], ivan: User) -> None:
    for number in range(60):
        shown.sighting(accounts["eset"], f"pc-{number:02}")
    page = desk.open("/devices/?size=25", user=ivan)
    count, status = page.locator("#results .list-head p"), page.locator("#count")
    page.locator("#filter-q").press_sequentially("pc-")
    expect(count).to_contain_text("1–25 of 60")
    expect(status).to_contain_text("1–25 of 60")
    page.locator("thead").get_by_role("link", name="Serial").click()
    expect(page).to_have_url(re.compile("sort=serial"))
    page.get_by_role("link", name="Next").click()
    expect(count).to_contain_text("26–50 of 60")
    for step, words in ((page.go_back, "1–25 of 60"), (page.go_back, "1–25 of 60"), (page.go_forward, "1–25 of 60")):
        step()
        expect(count).to_contain_text(words)
        expect(page.locator("#filters")).to_have_count(1)
        expect(page.locator("[id=count]")).to_have_count(1)
    page.get_by_role("link", name="pc-00").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("pc-00")
    page.go_back()
    expect(count).to_contain_text("1–25 of 60")
    page.get_by_role("link", name="Next").click()
    expect(status).to_contain_text("26–50 of 60")


def test_an_answer_that_comes_after_going_back_does_not_rename_the_page(desk: Desk, accounts: dict[str, Account], ivan: User) -> None:
    desk.expected += ["htmx:afterRequest", "htmx:sendAbort"]  # what htmx says when it drops a request
    page = desk.open("/issues/", user=ivan)
    age = page.locator("thead").get_by_role("link", name="First seen")
    age.click()
    expect(page).to_have_url(re.compile("sort=age"))
    held: list[Route] = []
    page.route("**/issues/?sort=-age", lambda route: held.append(route))  # noqa: PLW0108 - Playwright cannot take a bound method of a list
    with page.expect_request("**/issues/?sort=-age"):
        age.click()
    with page.expect_event("requestfailed", lambda request: "sort=-age" in request.url):
        page.go_back()
    expect(page.locator("th[aria-sort]")).to_have_text("Severity")
    expect(page).to_have_url(re.compile("/issues/$"))
    age.click()
    expect(page).to_have_url(re.compile(r"/issues/\?sort=age$"))
