"""People decide about issues in a real browser: by keyboard alone, on a phone, in the dark, without scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from devices.models import Account, Standing, Triage, User
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.browser.test_deciding import reach
from tests.devices import rows as shown
from tests.devices.alerts import decided, fleet, listed, named

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, SECOND = "3 problems reported", "1 critical issue"


@pytest.fixture
def accounts(transactional_db: None) -> dict[str, Account]:
    return fleet()


def test_the_worst_are_acknowledged_one_after_the_other_by_keyboard(desk: Desk, accounts: dict[str, Account], ivan: User) -> None:
    """The focus stays in its place, so that the next one is under it."""
    page = desk.open("/issues/?rows=issues", user=ivan)
    reach(page, page.get_by_role("button", name=f"Acknowledge {FIRST}"))
    page.keyboard.press("Enter")
    status = page.locator("#results .list-head p")
    expect(status).to_contain_text("of 5 issues")
    expect(page.get_by_text("1 issue acknowledged")).to_be_visible()
    expect(page.get_by_role("button", name=f"Acknowledge {SECOND}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(status).to_contain_text("of 4 issues")
    assert set(Triage.objects.values_list("standing", "by_name")) == {("acknowledged", "ivan")}
    page.get_by_text("Add filter").click()
    page.get_by_label("Triage status", exact=True).select_option("acknowledged")
    page.keyboard.press("Escape")
    expect(status).to_contain_text("of 2 issues")
    expect(page).to_have_url(re.compile(r"/issues/\?rows=issues&standing=acknowledged$"))
    reach(page, page.get_by_role("button", name=f"Reopen {FIRST}"))
    page.keyboard.press("Enter")
    expect(status).to_contain_text("of 1 issue")
    assert Triage.objects.count() == 1


def test_a_problem_is_acknowledged_by_one_key_and_its_page_shows_it_until_it_is_taken_back(
    desk: Desk, accounts: dict[str, Account], ivan: User
) -> None:
    for number in range(3):
        shown.sighting(accounts["five9s"], f"pc-{number}", issues=[("LDMS1100: installation failed", "critical")])
    page = desk.open("/issues/", user=ivan)
    reach(page, page.get_by_role("button", name="Acknowledge LDMS1100: installation failed"))
    page.keyboard.press("Enter")
    expect(page.locator(".toast-line").filter(has_text="3 issues acknowledged")).to_be_visible()
    expect(page.get_by_role("link", name="LDMS1100")).to_have_count(0)
    page.locator(".toast-line").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast-line").filter(has_text="3 issues reopened")).to_be_visible()
    page.get_by_role("link", name="LDMS1100: installation failed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("LDMS1100: installation failed")
    page.get_by_role("button", name="Acknowledge all").click()
    expect(page.locator("#history")).to_contain_text("3 issues reopened")
    expect(page.locator("#results")).to_contain_text("No devices with this status")
    expect(page.locator("#history li").first).to_contain_text("3 issues acknowledged")
    assert Triage.objects.filter(standing=Standing.ACKNOWLEDGED).count() == 3


def test_sorting_and_paging_leave_the_focus_where_it_was(desk: Desk, accounts: dict[str, Account], ivan: User) -> None:
    for number in range(60):
        shown.sighting(accounts["eset"], f"pc-{number}", issues=[("old agent", "attention")])
    page = desk.open("/issues/?rows=issues&size=25", user=ivan)
    age, older = page.locator("thead").get_by_role("link", name="First seen"), page.get_by_role("link", name="Next")
    for link, address in ((age, "sort=age"), (older, "after=")):
        reach(page, link)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(address))
        expect(link).to_be_focused()


def test_several_are_ticked_and_snoozed_with_a_day_by_keyboard(desk: Desk, accounts: dict[str, Account], ivan: User) -> None:
    page = desk.open("/issues/?rows=issues&kind=issue", user=ivan)
    for title in (FIRST, SECOND):
        reach(page, page.get_by_role("checkbox", name=title))
        page.keyboard.press("Space")
    expect(page.locator("#ticked")).to_have_text("2 selected")
    page.get_by_role("button", name="Snooze …").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("heading", level=1)).to_have_text("Manage 2 issues")
    expect(page.get_by_role("radio", name="Snooze")).to_be_checked()
    reach(page, page.get_by_label("Snooze until"))
    page.keyboard.press("ArrowDown")
    reach(page, page.get_by_label("Reason", exact=True))
    page.keyboard.insert_text("waits for the vendor")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 issues snoozed until")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/issues/\?rows=issues&kind=issue$"))
    found = listed(standing="snoozed")
    week = timezone.localdate() + timedelta(days=7)
    assert [(each.until.date() if each.until else None, each.reason) for each in found] == [(week, "waits for the vendor")] * 2


def test_a_wrong_decision_is_made_and_taken_back_by_keyboard(desk: Desk, accounts: dict[str, Account], ivan: User) -> None:
    page = desk.open("/issues/?rows=issues&kind=issue", user=ivan)
    page.get_by_role("checkbox", name="Select all on this page").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Mute …").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reason", exact=True)).to_be_focused()
    expect(page.get_by_label("Snooze until")).to_be_hidden()
    page.keyboard.insert_text("the wrong list")
    page.keyboard.press("Enter")
    message = page.locator(".toast-line").filter(has_text="issues muted")
    expect(message).to_be_visible()
    message.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".toast-line").filter(has_text="reopened")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/issues/\?rows=issues&kind=issue$"))
    assert not Triage.objects.exists()


def test_muting_without_a_reason_says_what_to_do_and_keeps_what_was_typed(desk: Desk, accounts: dict[str, Account], ivan: User) -> None:
    desk.expected.append("422")
    page = desk.open("/issues/?rows=issues", user=ivan, scripts=False)
    page.get_by_role("link", name=re.compile(rf"Manage … {FIRST}")).click()
    page.get_by_role("radio", name="Mute").check()
    page.get_by_label("Ticket").fill("INC7")
    page.get_by_role("button", name="Apply to 1 issue").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a reason")
    expect(page.get_by_role("radio", name="Mute")).to_be_checked()
    expect(page.get_by_label("Ticket")).to_have_value("INC7")
    page.get_by_label("Reason", exact=True).fill("replaced in March")
    page.get_by_role("button", name="Apply to 1 issue").click()
    expect(page.get_by_text("1 issue muted")).to_be_visible()
    assert Triage.objects.get().reason == "replaced in March"


def test_the_device_page_shows_the_decision_and_offers_the_same(desk: Desk, accounts: dict[str, Account], ivan: User) -> None:
    device = named("nb-1")
    page = desk.open(f"/devices/{device.pk}/?ticket=INC7", user=ivan)
    issues = page.locator("#issues-panel")
    verdict = page.locator("#answer").inner_text()
    issues.get_by_role("button", name=re.compile(rf"^Acknowledge\s*: {FIRST}$")).click()
    expect(issues.get_by_text("Acknowledged", exact=True)).to_be_visible()
    expect(issues).to_contain_text("INC7")
    expect(page.locator("#last-changes")).to_contain_text(f"Acknowledged: eset-main: {FIRST}")
    expect(page).to_have_url(re.compile(rf"/devices/{device.pk}/\?ticket=INC7$"))
    assert page.locator("#answer").inner_text() == verdict
    issues.get_by_role("link", name=re.compile(f"Manage … .*{SECOND}")).click()
    page.get_by_role("radio", name="Mute").check()
    page.get_by_label("Reason", exact=True).fill("known")
    page.get_by_role("button", name="Apply to 1 issue").click()
    expect(page.locator("#issues-panel").get_by_text("Muted", exact=True)).to_be_visible()


def addresses(ivan: User) -> list[str]:
    decided("2 issues", Standing.MUTED, ivan, reason="known " * 40)
    decided("CVE", Standing.SNOOZED, ivan, until=timezone.localdate() + timedelta(days=3))
    item = f"item=issue-{listed()[0].ref}-issue-0"
    lists = [
        "/issues/",
        "/issues/?rows=issues",
        "/issues/?rows=issues&standing=all&q=nb&account=eset-main",
        f"/issues/{listed()[0].problem.address}",
        "/issues/?q=nothing-has-this",
        "/issues/silenced/",
    ]
    return [*lists, f"/issues/decide/?{item}", f"/devices/{named('nb-1').pk}/"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation(desk: Desk, accounts: dict[str, Account], ivan: User, theme: str) -> None:
    pages = addresses(ivan)
    page = desk.open("/issues/", user=ivan, theme=theme)
    found = {}
    for address in pages:
        page.goto(address)
        found[address] = violations(page)
    assert not any(found.values()), found


def test_a_phone_shows_it_without_sideways_scrolling(desk: Desk, accounts: dict[str, Account], ivan: User) -> None:
    pages = addresses(ivan)
    page = desk.open("/issues/", user=ivan, size=PHONE)
    for address in pages:
        page.goto(address)
        assert overflow(page) == 0, address
    page.goto("/issues/?rows=issues")
    page.get_by_role("button", name=f"Acknowledge {FIRST}").click()
    expect(page.get_by_text("1 issue acknowledged")).to_be_visible()


def test_the_dashboard_leads_to_as_many_issues_as_it_says(desk: Desk, accounts: dict[str, Account], ivan: User) -> None:
    page = desk.open("/", user=ivan)
    page.get_by_role("link", name="6 open issues").click()
    expect(page.locator("#results .list-head p")).to_contain_text("· 6 issues")
