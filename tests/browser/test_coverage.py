from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from devices.models import Account, JobState, User
from installers.models import Handout, Installer, Standing
from tests.browser.clicks import Clicks
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.devices import rows as shown
from tests.installers.handout_rows import ready
from vendors.secret import Secret
from vendors.states import IdKind

pytestmark = pytest.mark.django_db(transaction=True)
DRILL = "/coverage/?account=eset-main&cover=missing"


@pytest.fixture
def fleet(transactional_db: None) -> dict[str, Account]:
    accounts = shown.small_fleet()
    for account in accounts.values():
        shown.fetch(account, state=JobState.DONE, finished_at=timezone.now())
    for number in range(5):
        shown.sighting(accounts["eset"], f"docked-{number}", ids=[(IdKind.MAC, "00:50:b6:11:22:33"), (IdKind.SERIAL, "Default string")])
    shown.sighting(accounts["eset"], "waiting", enrolment="pending", os_family="windows", group_name="Berlin")
    shown.sighting(accounts["eset"], "quiet", silenced=True)
    return accounts


@pytest.fixture
def gaps(transactional_db: None) -> Account:
    """An ESET account whose full sync lacks twelve laptops and a phone."""
    eset, opswat = shown.account("eset-main", "eset"), shown.account("opswat-main", "opswat")
    for number in range(12):
        shown.sighting(opswat, f"nb-{number:02}", ids=[(IdKind.SERIAL, f"SN{number:06}")], os_family="windows", user=f"user{number}")
    shown.sighting(opswat, "phone", ids=[(IdKind.SERIAL, "PH0000")], os_family="android")
    for account in (eset, opswat):
        shown.fetch(account, state=JobState.DONE, finished_at=timezone.now())
    return eset


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_from_the_answer_to_the_devices_that_are_missing(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/", user=bob)
    page.get_by_label("Main", exact=True).get_by_role("link", name="Coverage").click()
    expect(page.get_by_text("coverage gaps in all vendor accounts.")).to_be_visible()
    page.get_by_role("link", name="Missing at eset-main: 3", exact=True).click()
    expect(page).to_have_url(re.compile(r"cover=missing&account=eset-main"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Missing at eset-main")
    expect(page.locator(".list-head p")).to_have_text("1–3 of 3 devices")
    page.locator("#filter-q").fill("london")
    expect(page.locator(".list-head p")).to_have_text("1–1 of 1 device")
    expect(page.get_by_role("link", name="srv-london-05", exact=True)).to_be_visible()
    page.locator("#filter-q").fill("")
    expect(page.locator(".list-head p")).to_have_text("1–3 of 3 devices")


def test_links_for_twelve_gaps_take_six_clicks(desk: Desk, gaps: Account, ivan: User) -> None:
    ready(gaps)
    page, clicks = desk.open("/", user=ivan), Clicks()
    clicks.on(page.get_by_label("Main", exact=True).get_by_role("link", name="Coverage"))
    clicks.on(page.get_by_role("link", name="Missing at eset-main: 13", exact=True))
    clicks.on(page.get_by_role("checkbox", name="Select all gaps at eset-main on this page"))
    expect(page.locator("[data-gap-count]")).to_have_text("12 selected")
    clicks.on(page.get_by_role("button", name="Send installers"))
    clicks.on(page.get_by_role("button", name="Create links"))
    clicks.on(page.get_by_role("button", name="Copy all"))
    expect(page.locator("#spoken")).to_have_text("Copied: all links")
    assert clicks.number == 6
    lines = clipboard(page).splitlines()
    assert [line.partition("\t")[0] for line in lines] == [f"nb-{number:02}" for number in range(12)]
    assert Handout.objects.exclude(device=None).count() == 12
    page.get_by_role("button", name="Copy e-mail text for nb-03").click()
    expect(page.locator("#spoken")).to_have_text("Copied: e-mail text")
    letter = clipboard(page)
    assert letter.startswith("Please install ESET on nb-03.") and lines[3].partition("\t")[2] in letter


def test_a_link_for_one_gap_takes_four_clicks(desk: Desk, gaps: Account, bob: User) -> None:
    ready(gaps)
    page, clicks = desk.open("/coverage/", user=bob), Clicks()
    clicks.on(page.get_by_role("link", name="Missing at eset-main: 13", exact=True))
    clicks.on(page.get_by_role("link", name="Missing at eset-main: send installer for nb-05"))
    clicks.on(page.get_by_role("button", name="Create links"))
    clicks.on(page.get_by_role("button", name="Copy link"))
    expect(page.locator("#spoken")).to_have_text("Copied: link")
    assert clicks.number == 4
    assert re.fullmatch(rf"{desk.server.url}/i/[\w-]{{24}}", clipboard(page))


def test_the_same_without_an_installer_takes_no_more_than_five(desk: Desk, gaps: Account, ivan: User) -> None:
    page, clicks = desk.open("/coverage/", user=ivan), Clicks()
    clicks.on(page.get_by_role("link", name="Missing at eset-main: 13", exact=True))
    clicks.on(page.get_by_role("link", name="Missing at eset-main: send installer for nb-05"))
    clicks.on(page.get_by_role("button", name="Create installer and links"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Creating installer")
    created = Installer.objects.get()
    created.standing, created.state, created.expires_at = Standing.READY, JobState.DONE, timezone.now() + timedelta(days=90)
    created.seal(Secret("https://vendor.example/setup.exe"))
    created.save()
    clicks.on(page.get_by_role("button", name="Copy link"))
    expect(page.locator("#spoken")).to_have_text("Copied: link")
    assert clicks.number <= 5
    assert str(Handout.objects.get().device) == "nb-05"


def test_a_phone_offers_no_installer(desk: Desk, gaps: Account, ivan: User) -> None:
    page = desk.open("/coverage/?q=phone", user=ivan)
    expect(page.get_by_role("link", name="phone", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("send installer"))).to_have_count(0)
    expect(page.locator("input[name=gap]")).to_have_count(0)


def test_gaps_are_selected_and_sent_by_keyboard_and_without_scripts(desk: Desk, gaps: Account, bob: User) -> None:
    ready(gaps)
    page = desk.open(DRILL, user=bob)
    page.get_by_role("checkbox", name="Select nb-01 at eset-main").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-gap-count]")).to_have_text("1 selected")
    page.get_by_role("button", name="Send installers").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Send installers to 1 device")
    plain = desk.open(DRILL, user=bob, scripts=False)
    plain.get_by_role("checkbox", name="Select nb-02 at eset-main").check()
    plain.get_by_role("button", name="Send installers").click()
    plain.get_by_label("One link for all devices").check()
    plain.get_by_role("button", name="Create links").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("1 link created")


def visited(page: Page, gaps: Account) -> dict[str, tuple[list[str], int]]:
    """Every page from the overview to the links → what axe finds, and how far it scrolls sideways."""
    found = {}
    for address in ("/coverage/", DRILL, "/coverage/keys/"):
        page.goto(address)
        found[address] = violations(page), overflow(page)
    page.goto(DRILL)
    for box in page.locator("input[name=gap]").all():
        box.check()
    page.get_by_role("button", name="Send installers").click()
    found["form"] = violations(page), overflow(page)
    page.get_by_role("button", name=re.compile("Create (installer and )?links")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("links created|Creating installer"))
    found["links"] = violations(page), overflow(page)
    return found


@pytest.mark.parametrize("existing", [True, False])
@pytest.mark.parametrize("look", [("light", (1366, 768)), ("dark", (1366, 768)), ("dark", PHONE)])
def test_pages_are_accessible_in_both_themes_and_fit_a_phone(
    desk: Desk, gaps: Account, ivan: User, look: tuple[str, tuple[int, int]], existing: bool
) -> None:
    if existing:
        ready(gaps)
    theme, size = look
    found = visited(desk.open("/", user=ivan, theme=theme, size=size), gaps)
    assert not {place: each for place, each in found.items() if each != ([], 0)}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_states_are_accessible(desk: Desk, fleet: dict[str, Account], ivan: User, theme: str) -> None:
    page = desk.open("/coverage/", user=ivan, theme=theme)
    assert violations(page) == []
    page.goto("/coverage/?sort=gaps")
    assert violations(page) == []
