"""The device page as one screen, tried by somebody with a caller on the phone."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from devices.encryption import cipher
from devices.models import Account, AuditEvent, Device, JobState, Note, RemediationLink, Sighting, SyncRun, Triage, User
from tests.browser.conftest import DESK, PHONE, Desk
from tests.browser.seen import outside, overflow, violations
from tests.browser.test_deciding import reach
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db(transaction=True)
LINK = "https://gears.opswat.com/gears/remediation/some-path/remediation.html"
# What a caller asks for, by what shows it: inside the first screen, without scrolling.
FIRST_SCREEN = {
    "status": ".answer-name .pill-large",
    "sentence": ".verdict",
    "actions": ".device-actions",
    **{f"fact {number}": f"#facts > div:nth-child({number})" for number in range(1, 9)},
    **{f"account {number}": f"#cards > .account-card:nth-of-type({number})" for number in range(1, 4)},
    "tabs": "[data-tabs]",
    "issues": "#issues",
    "worst issue": ".issue-line >> nth=0",
    "its next step": ".issue-step >> nth=0",
}
TABS = ("Overview", "Hardware", "Software and agents", "Identifiers", "Matching", "Activity", "Raw data")
TALLEST = 1600  # px at 1366 px


@pytest.fixture
def device(transactional_db: None) -> Device:
    """As busy as a device of the demo: three vendors, issues, custom fields, a repair page, a word that is too long for its card."""
    accounts = shown.small_fleet()
    device = Device.objects.get(name="nb-berlin-01")
    custom = [(IdKind.CUSTOM, f"Field {n}: value {n}") for n in range(8)]
    issues = [(f"KB50{n:02}: planned for a later step", "attention") for n in range(5)]
    shown.sighting(accounts["five9s"], "nb-berlin-01", device=device, ids=custom, issues=issues, state="attention", model="Latitude 7430",
                   group_name="All / Berlin", produced_at=timezone.now(), os_name="Microsoft Windows 11 Enterprise Edition, 64-bit")  # fmt: skip
    Sighting.objects.filter(device=device, vendor="eset").update(state_raw="DEVICE_FUNCTIONALITY_STATUS_OK")
    repaired = Sighting.objects.get(device=device, vendor="opswat")
    RemediationLink.objects.create(sighting=repaired, sealed=cipher.seal(LINK, context=RemediationLink.context(repaired.pk)))
    return device


def address(device: Device) -> str:
    return f"/devices/{device.pk}/?ticket=INC7"


def top_of(page: Page, part: str) -> float:
    return float(page.locator(part).evaluate("e => e.getBoundingClientRect().top"))


def selected(page: Page) -> str:
    return page.get_by_role("tab", selected=True).inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_answer_lies_inside_the_first_screen(desk: Desk, device: Device, bob: User, theme: str) -> None:
    page = desk.open(address(device), user=bob, theme=theme)
    assert outside(page, FIRST_SCREEN, DESK) == {}
    tops = {top_of(page, f"#cards > .account-card:nth-of-type({number})") for number in range(1, 4)}
    assert len(tops) == 1, "the cards of accounts stand side by side"


def test_a_typical_device_is_at_most_so_tall(desk: Desk, device: Device, ivan: User) -> None:
    page = desk.open(address(device), user=ivan)
    expect(page.locator("#patching-panel")).to_contain_text("No open patches")
    for name in TABS:
        page.get_by_role("tab", name=name).click()
        assert page.evaluate("document.documentElement.scrollHeight") <= TALLEST, name


def test_a_missing_account_has_a_card_that_leads_to_its_installer(desk: Desk, device: Device, bob: User) -> None:
    eset = Account.objects.get(name="eset-main")
    Sighting.objects.filter(account=eset, device=device).delete()
    shown.fetch(eset, state=JobState.DONE, lane="list", finished_at=timezone.now())
    page = desk.open(address(device), user=bob)
    card = page.locator(".account-card", has_text="eset-main")
    expect(card).to_contain_text("Not installed; not in the full sync of just now.")
    assert outside(page, {"button": ".account-card a:has-text('Send installer')"}, DESK) == {}
    card.get_by_role("link", name="Send installer").click()
    expect(page).to_have_url(re.compile(rf"/installers/for/{device.pk}/\?account=eset-main&ticket=INC7$"))


def test_tabs_are_operated_by_keyboard(desk: Desk, device: Device, ivan: User) -> None:
    page = desk.open(address(device), user=ivan)
    assert [each.inner_text() for each in page.get_by_role("tab").all()] == list(TABS)
    reach(page, page.get_by_role("tab", name="Overview"))
    page.keyboard.press("ArrowRight")
    assert (selected(page), page.url.split("?")[1]) == ("Hardware", "tab=hardware&ticket=INC7")
    expect(page.get_by_role("tab", name="Hardware")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Hardware")).to_be_visible()
    expect(page.locator("#panel-overview")).to_be_hidden()
    page.keyboard.press("End")
    assert selected(page) == "Raw data"
    page.keyboard.press("ArrowRight")
    assert selected(page) == "Overview"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    assert selected(page) == "Overview"
    page.keyboard.press("ArrowRight")
    assert page.locator("[role=tab][tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    expect(page.get_by_role("tabpanel", name="Hardware")).to_be_focused()
    assert not violations(page)


def test_back_and_forward_go_through_the_tabs_and_a_link_opens_one(desk: Desk, device: Device, ivan: User) -> None:
    page = desk.open(f"/devices/{device.pk}/", user=ivan)
    for name in ("Identifiers", "Activity"):
        page.get_by_role("tab", name=name).click()
    expect(page.locator("#panel-activity .event").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("tabpanel", name="Identifiers")).to_be_visible()
    page.go_back()
    assert selected(page) == "Overview" and page.url.endswith(f"/devices/{device.pk}/")
    page.go_forward()
    expect(page.get_by_role("tabpanel", name="Identifiers")).to_be_visible()
    page.goto(f"/devices/{device.pk}/?tab=activity")
    expect(page.locator("#panel-activity .event").first).to_be_visible()
    page.goto(f"/devices/{device.pk}/#views")
    assert selected(page) == "Matching"
    expect(page.locator("#views")).to_be_in_viewport()


def test_a_printed_device_is_one_sheet_with_hardware_whichever_tab_is_open(desk: Desk, device: Device, bob: User) -> None:
    for tab in ("overview", "identifiers"):
        page = desk.open(f"/devices/{device.pk}/?tab={tab}", user=bob)
        page.emulate_media(media="print")
        for part in (".verdict", "#facts", "#cards", "#issues-panel", "#panel-hardware", "#panel-software"):
            expect(page.locator(part)).to_be_attached()
            assert page.locator(part).evaluate("e => getComputedStyle(e).display") != "none", part
        for part in ("#identifiers-panel", "#notes", "[data-tabs]", ".side"):
            expect(page.locator(part)).to_be_hidden()
        assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


def test_a_callers_name_leads_to_the_status_without_a_click(desk: Desk, device: Device, bob: User) -> None:
    page = desk.open("/", user=bob)
    page.keyboard.press("/")
    page.keyboard.type("becker")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/devices/{device.pk}/$"))
    assert (
        outside(page, {"status": ".answer-name .pill-large", "sentence": ".verdict", "last boot": "#facts > div:nth-child(7)"}, DESK) == {}
    )


def test_the_shortcuts_are_listed_by_a_key_and_by_the_menu(desk: Desk, device: Device, bob: User) -> None:
    page = desk.open("/devices/", user=bob)
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Search devices")
    assert not violations(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("what?")
    expect(dialog).to_be_hidden()
    expect(page.locator("#search")).to_have_value("what?")
    page.get_by_label("Menu of bob").click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_an_issue_is_acknowledged_with_one_click(desk: Desk, device: Device, ivan: User) -> None:
    page = desk.open(address(device), user=ivan)
    page.get_by_role("button", name=re.compile("^Acknowledge")).first.click()
    expect(page.locator("#issues-panel").get_by_text("Acknowledged", exact=True)).to_be_visible()
    assert Triage.objects.get().ticket == "INC7"


def test_helpdesk_refreshes_with_one_click(desk: Desk, device: Device, bob: User) -> None:
    page = desk.open(address(device), user=bob)
    page.get_by_role("button", name="Refresh", exact=True).click()
    expect(page.locator("#asked")).to_contain_text("A worker takes it within seconds")
    expect(page.get_by_text("API call")).to_have_count(0)


def test_on_a_phone_it_is_one_column_and_the_actions_are_within_reach(desk: Desk, device: Device, ivan: User) -> None:
    page = desk.open(address(device), user=ivan, size=PHONE)
    assert overflow(page) == 0
    for words in ("Refresh", "Ticket text as Markdown"):
        page.locator("summary").get_by_text(words).or_(page.get_by_label(words)).first.click()
        panel = page.locator("details.menu[open] .menu-panel").bounding_box()
        assert panel and panel["x"] >= 0 and panel["x"] + panel["width"] <= PHONE[0]
        page.keyboard.press("Escape")
    assert top_of(page, ".device-actions") < PHONE[1] < top_of(page, "#last-changes")


def test_the_ticket_text_is_copied_with_its_times(desk: Desk, device: Device, bob: User) -> None:
    page = desk.open(address(device), user=bob)
    page.get_by_role("button", name="Copy for ticket").click()
    expect(page.locator("#spoken")).to_have_text("Copied: Text")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("nb-berlin-01\nWarning:") and "User: ACME\\anna.becker" in copied
    page.get_by_label("Ticket text as Markdown").click()
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator("#spoken")).to_have_text("Copied: Markdown")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("**nb-berlin-01**") and "* Ticket: INC7" in copied and f"/devices/{device.pk}/>" in copied and "UTC" in copied
    assert "* User: ACME\\anna.becker\n" in copied and "\\:" not in copied


def test_asking_by_keyboard_shows_the_cost_then_progress_then_what_is_new(desk: Desk, device: Device, ivan: User) -> None:
    page = desk.open(address(device), user=ivan)
    menu = page.locator("summary", has_text="Refresh")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 API call, more only for removed devices")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Refresh now")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#asked")).to_contain_text("A worker takes it within seconds")
    expect(menu).to_be_focused()
    page.locator("#note-text").fill("half a note")
    Sighting.objects.filter(device=device, vendor="eset").update(state="critical", state_raw="BROKEN_NOW")
    SyncRun.objects.update(state=JobState.DONE, finished_at=timezone.now(), records=1, changed=1)
    expect(page.locator("#views")).to_contain_text("BROKEN_NOW")
    expect(page.locator(".verdict")).to_contain_text("Critical:")
    expect(page.locator("#cards")).to_contain_text("Critical")
    expect(page.locator("#asked")).to_contain_text(": updated")
    expect(page.locator("#asked[data-poll]")).to_have_count(0)
    expect(page.locator("#note-text")).to_have_value("half a note")


def test_the_remediation_page_opens_in_a_tab_of_its_own_and_learns_nothing(desk: Desk, device: Device, bob: User) -> None:
    page = desk.open(address(device), user=bob)
    arrived: list[str | None] = []

    def vendor(route: Route) -> None:
        arrived.append(route.request.headers.get("referer"))
        route.fulfill(body="<title>The vendor's page</title>", content_type="text/html")

    page.context.route("https://gears.opswat.com/**", vendor)
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="OPSWAT remediation (new tab, logged)", exact=True).click()
    expect(opened.value).to_have_title("The vendor's page")
    assert arrived == [None] and opened.value.evaluate("window.opener") is None
    assert AuditEvent.objects.get(action="remediation opened").detail["ticket"] == "INC7"


def test_all_of_it_works_without_scripts(desk: Desk, device: Device, bob: User) -> None:
    page = desk.open(address(device), user=bob, scripts=False)
    page.get_by_label("Ticket text as Markdown").click()
    expect(page.locator("#ticket-plain")).to_contain_text("Ticket: INC7")
    page.get_by_label("Ticket text as Markdown").click()  # without scripts a menu stays open until it is closed
    expect(page.get_by_role("button", name="Copy for ticket")).to_have_count(0)
    page.get_by_role("link", name="Identifiers", exact=True).click()
    expect(page.locator("#identifiers-panel")).to_be_visible()
    expect(page.locator("#issues-panel")).to_be_hidden()
    page.get_by_role("link", name="Overview", exact=True).click()
    page.get_by_role("button", name="Refresh", exact=True).click()
    expect(page.locator("#asked")).to_contain_text("A worker takes it within seconds")
    assert SyncRun.objects.count() == 2
    page.get_by_label("New note for ticket INC7").fill("Called back.")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_text("Called back.")).to_be_visible()
    assert Note.objects.get().ticket == "INC7"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation_with_every_panel_open(desk: Desk, device: Device, ivan: User, theme: str) -> None:
    run = shown.fetch(Account.objects.get(name="eset-main"), kind="named", lane="named:x")
    page = desk.open(f"/devices/{device.pk}/?ticket=INC7&asked={run.pk}", user=ivan, theme=theme)
    found = violations(page)
    for menu in (page.locator("summary", has_text="Refresh"), page.get_by_label("Ticket text as Markdown")):
        menu.click()
        found += violations(page)
        page.keyboard.press("Escape")
    for name in TABS:
        page.get_by_role("tab", name=name).click()
        found += violations(page)
    assert not found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_tab_fits_a_phone(desk: Desk, device: Device, ivan: User, theme: str) -> None:
    page = desk.open(address(device), user=ivan, size=PHONE, theme=theme)
    for name in TABS:
        page.get_by_role("tab", name=name).click()
        assert (overflow(page), violations(page)) == (0, []), name
