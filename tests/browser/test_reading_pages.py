from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from devices.models import Account, Device, JobState, Sighting, SyncRun, User
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.conftest import PASSWORD
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fleet(transactional_db: None) -> dict[str, Account]:
    return shown.small_fleet()


def address_of(name: str) -> str:
    return f"/devices/{Device.objects.get(name=name).pk}/"


def every_page() -> dict[str, str]:
    return {
        "dashboard": "/",
        "list": "/devices/",
        "filtered": "/devices/?q=nosuchthing&state=ok",
        "device": address_of("nb-munich-02"),
        "gone device": address_of("old-06"),
        "password": "/accounts/password/change/",
        "two-factor": "/accounts/2fa/",
    }


def test_signing_in_and_out(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    desk.expected = ["status of 400"]
    page = desk.open("/devices/?q=berlin")
    page.get_by_label("Username").fill("bob")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Incorrect username or password.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/devices/\?q=berlin$"))
    expect(page.get_by_role("link", name="nb-berlin-01")).to_be_visible()
    page.get_by_label("Menu of bob").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_keyboard_reaches_the_search_from_anywhere(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/", user=bob)
    search = page.locator("#search")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.type("nb-")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/d/\?q=nb-$"))
    expect(page.get_by_role("link", name="nb-munich-02")).to_be_visible()


def test_the_first_tab_skips_to_the_content(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/", user=bob)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_filters_follow_typing_and_choosing_and_the_back_button(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/devices/", user=bob)
    status = page.locator("#results .list-head p")
    expect(status).to_contain_text("of 6 devices")
    page.get_by_text("Add filter").click()
    page.get_by_label("Status", exact=True).select_option("trouble")
    expect(status).to_contain_text("of 2 devices")
    expect(page).to_have_url(re.compile(r"/devices/\?state=trouble$"))
    page.get_by_label("Search", exact=True).press_sequentially("berl")
    expect(status).to_contain_text("1–1 of 1 device")
    expect(page.get_by_label("Search", exact=True)).to_be_focused()
    expect(page.locator("#count[role=status]")).to_have_text("1–1 of 1 device")
    page.go_back()
    expect(status).to_contain_text("of 2 devices")
    expect(page.get_by_label("Status", exact=True)).to_have_value("trouble")
    page.get_by_role("link", name="Remove filter Status").click()
    expect(status).to_contain_text("of 6 devices")


def test_the_box_above_the_list_looks_a_device_up_as_everywhere(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/devices/?state=critical", user=bob)
    page.keyboard.press("/")
    page.keyboard.type("berl")
    expect(page.locator("#suggestions").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/d/\?q=berl$"))


def test_everything_is_readable_and_filterable_without_scripts(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/devices/", user=bob, scripts=False)
    page.get_by_text("Add filter").click()
    page.get_by_label("Status", exact=True).select_option("critical")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("link", name="nb-munich-02")).to_be_visible()
    page.get_by_role("link", name="nb-munich-02").click()
    expect(page.locator(".verdict")).to_contain_text("Critical:")


def test_copying_an_identifier_is_shown_and_announced(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open(f"{address_of('nb-berlin-01')}?tab=identifiers", user=bob)
    page.get_by_role("button", name="Copy MAC").click()
    expect(page.locator("#spoken")).to_have_text("Copied: MAC")
    assert page.evaluate("navigator.clipboard.readText()") == "00:1A:2B:3C:4D:5E"


def test_a_raw_answer_comes_when_it_is_opened(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    Sighting.objects.update(raw={"deviceName": "<b>raw</b>"})
    page = desk.open(f"{address_of('nb-berlin-01')}?tab=raw", user=ivan)
    expect(page.locator("pre")).to_have_count(0)
    page.locator(".folds summary").first.click()
    expect(page.locator("pre")).to_contain_text('"deviceName": "<b>raw</b>"')


def test_dark_follows_the_system_and_the_switch_stays(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/", user=bob, theme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(colour)
    page.get_by_label("Menu of bob").click()
    page.get_by_role("button", name="Light").click()
    light = page.evaluate(colour)
    assert dark != light
    page.goto("/devices/")
    assert page.locator("html").get_attribute("data-bs-theme") == "light"
    assert page.evaluate(colour) == light


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation(desk: Desk, fleet: dict[str, Account], alice: User, theme: str) -> None:
    shown.fetch(fleet["eset"], records=3, expected=9)
    shown.fetch(fleet["opswat"], state=JobState.DONE, withheld=14)
    page = desk.open("/", user=alice, theme=theme)
    found = {}
    for name, address in every_page().items():
        page.goto(address)
        found[name] = violations(page)
    page.get_by_label("Menu of alice").click()
    found["menu"] = violations(page)
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    found["sign-in"] = violations(page)
    assert not any(found.values()), found


def test_a_phone_shows_everything_without_sideways_scrolling(desk: Desk, fleet: dict[str, Account], alice: User) -> None:
    long = shown.sighting(fleet["eset"], "n" * 255, user="u" * 200, serial="s" * 200, state_raw="W" * 200)
    page = desk.open("/", user=alice, size=PHONE)
    for name, address in {**every_page(), "long": f"/devices/{long.device_id}/"}.items():
        page.goto(address)
        assert overflow(page) == 0, name
    page.get_by_label("Navigation").click()
    page.get_by_role("link", name="Devices", exact=True).click()
    expect(page).to_have_url(re.compile("/devices/$"))
    expect(page.locator("td[data-label=Status]").first).to_be_visible()


def test_the_answer_of_a_device_needs_no_scrolling(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    berlin = Device.objects.get(name="nb-berlin-01")
    shown.sighting(fleet["five9s"], "nb-berlin-01", device=berlin, group_name="All / Berlin", produced_at=timezone.now())
    page = desk.open(f"/devices/{berlin.pk}/", user=bob)
    for part in (".verdict", "#facts", "#cards", "#issues"):
        bottom = page.locator(part).evaluate("e => e.getBoundingClientRect().bottom")
        assert bottom <= 768, part


def test_the_dashboard_follows_a_fetch_and_stops_by_itself(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    run = shown.fetch(fleet["eset"], records=20, expected=60)
    page = desk.open("/", user=bob)
    expect(page.get_by_text("20 of 60 devices synced")).to_be_visible()
    SyncRun.objects.filter(pk=run.pk).update(records=40)
    expect(page.get_by_text("40 of 60 devices synced")).to_be_visible()
    SyncRun.objects.filter(pk=run.pk).update(state=JobState.DONE)
    expect(page.locator('#dashboard[hx-trigger*="every"]')).to_have_count(0)
    expect(page.get_by_role("heading", name="Attention required: 2 of 6 devices")).to_be_visible()


def test_a_server_that_is_gone_is_said_once(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    desk.expected = ["net::ERR_INTERNET_DISCONNECTED", "htmx:"]
    page = desk.open("/devices/", user=bob)
    page.context.set_offline(True)
    page.get_by_text("Add filter").click()
    page.get_by_label("Status", exact=True).select_option("critical")
    expect(page.locator(".toasts")).to_contain_text("The server is not responding")
    page.get_by_label("Status", exact=True).select_option("ok")
    expect(page.locator(".toast-line")).to_have_count(1)
    page.get_by_role("button", name="Close message").click()
    expect(page.locator(".toast-line")).to_have_count(0)


def test_hostile_names_do_nothing(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    for words in shown.HOSTILE:
        shown.sighting(fleet["opswat"], words, user=words, serial=words, raw={words: words}, issues=[(words, "critical")])
    page = desk.open("/devices/", user=ivan)
    expect(page.get_by_role("link", name="<script>alert(1)</script>")).to_be_visible()
    for each in Sighting.objects.filter(name__in=shown.HOSTILE):
        page.goto(f"/devices/{each.device_id}/?tab=raw")
        page.locator(".folds summary").first.click()
        expect(page.locator("pre")).to_be_visible()
