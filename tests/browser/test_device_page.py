"""The device page as one screen, tried by somebody with a caller on the phone."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from devices.encryption import cipher
from devices.models import Account, AuditEvent, Device, JobState, Note, RemediationLink, Sighting, SyncRun, User
from tests.browser.conftest import DESK, PHONE, Desk
from tests.browser.seen import overflow, serious
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db(transaction=True)
LINK = "https://gears.opswat.com/gears/remediation/some-path/remediation.html"
# What must begin above the fold, by what a person reads there.
SECTIONS = ("#answer", "#facts", "#views", "#issues-panel", "#identifiers-panel", "#last-changes", ".device-actions")


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


def test_every_part_of_the_answer_begins_above_the_fold(desk: Desk, device: Device, ivan: User) -> None:
    page = desk.open(address(device), user=ivan)
    tops = {part: top_of(page, part) for part in SECTIONS}
    assert all(0 < top < DESK[1] - 40 for top in tops.values()), tops
    cards = page.locator(".view-card").evaluate_all("all => all.map(e => Math.round(e.getBoundingClientRect().top))")
    assert len(cards) == 3 and len(set(cards)) == 1, "the vendors' cards stand side by side"


def test_on_a_phone_it_is_one_column_and_the_actions_are_within_reach(desk: Desk, device: Device, ivan: User) -> None:
    page = desk.open(address(device), user=ivan, size=PHONE)
    assert overflow(page) == 0
    for words in ("Refresh from vendors", "Copy for ticket"):
        page.get_by_text(words).click()
        panel = page.locator("details.menu[open] .menu-panel").bounding_box()
        assert panel and panel["x"] >= 0 and panel["x"] + panel["width"] <= PHONE[0]
        page.keyboard.press("Escape")
    assert top_of(page, ".device-actions") < PHONE[1] < top_of(page, "#last-changes")


def test_the_ticket_text_is_copied_with_its_times(desk: Desk, device: Device, bob: User) -> None:
    page = desk.open(address(device), user=bob)
    page.get_by_text("Copy for ticket").click()
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator("#spoken")).to_have_text("Copied: Markdown")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("**nb-berlin-01**") and "* Ticket: INC7" in copied and f"/devices/{device.pk}/>" in copied and "UTC" in copied
    page.get_by_role("button", name="Copy as text").click()
    expect(page.locator("#spoken")).to_have_text("Copied: Text")
    assert page.evaluate("navigator.clipboard.readText()").startswith("nb-berlin-01\nWarning:")


def test_asking_by_keyboard_shows_the_cost_then_progress_then_what_is_new(desk: Desk, device: Device, bob: User) -> None:
    page = desk.open(address(device), user=bob)
    page.get_by_text("Refresh from vendors").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 API call, more only for removed devices")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Refresh")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#asked")).to_contain_text("A worker takes it within seconds")
    expect(page.get_by_text("Refresh from vendors")).to_be_focused()
    page.locator("#note-text").fill("half a note")
    Sighting.objects.filter(device=device, vendor="eset").update(state="critical", state_raw="BROKEN_NOW")
    SyncRun.objects.update(state=JobState.DONE, finished_at=timezone.now(), records=1, changed=1)
    expect(page.locator("#views")).to_contain_text("BROKEN_NOW")
    expect(page.locator("#answer")).to_contain_text("Critical:")
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
        page.get_by_role("button", name="OPSWAT remediation").click()
    expect(opened.value).to_have_title("The vendor's page")
    assert arrived == [None] and opened.value.evaluate("window.opener") is None
    assert AuditEvent.objects.get(action="remediation opened").detail["ticket"] == "INC7"


def test_all_of_it_works_without_scripts(desk: Desk, device: Device, bob: User) -> None:
    page = desk.open(address(device), user=bob, scripts=False)
    page.get_by_text("Copy for ticket").click()
    expect(page.locator("#ticket-plain")).to_contain_text("Ticket: INC7")
    page.get_by_text("Refresh from vendors").click()
    page.get_by_role("button", name="Refresh").click()
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
    found = serious(page)
    for words in ("Refresh from vendors", "Copy for ticket"):
        page.get_by_text(words).click()
        found += serious(page)
        page.keyboard.press("Escape")
    assert not found
