"""From a click to the QR code, and from the short link to the download: as IT, as helpdesk, and as somebody without an account."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Error, Page, expect

from devices.models import AuditEvent, Device, JobState, User
from installers.models import Handout, Installer
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, scanned, violations
from tests.browser.test_deciding import follow, reach
from tests.devices import rows as shown
from tests.installers.handout_rows import ready
from vendors.states import IdKind

pytestmark = pytest.mark.django_db(transaction=True)
SERIAL = [(IdKind.SERIAL, "PF3XK2")]


@pytest.fixture
def machine(transactional_db: None) -> Device:
    """ESET's complete list lacks it; one installer for it is marked for the helpdesk."""
    accounts = [shown.account("eset-main", "eset"), shown.account("opswat-main", "opswat")]
    for each in accounts:
        shown.fetch(each, state=JobState.DONE, lane="list", finished_at=timezone.now())
    ready(accounts[0], purpose="Laptops in Berlin")
    return shown.sighting(accounts[1], "nb-berlin-01", ids=SERIAL, os_family="windows", os_name="Windows 11").device


def download(server: str) -> str:
    """Where the link of the installer leads: a small file of this server, so that nothing outside is asked."""
    address = f"{server}/static/img/logo.svg"
    installer = Installer.objects.get()
    ready(installer.account, link=address, purpose="Laptops in Berlin")
    installer.delete()
    return address


def copied(page: Page) -> str:
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#spoken")).to_have_text("Copied: link")
    return str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("who", ["ivan", "bob"])
def test_from_the_gap_to_the_qr_code_to_the_download_by_keyboard(
    desk: Desk, machine: Device, who: str, request: pytest.FixtureRequest
) -> None:
    address = download(desk.server.url)
    page = desk.open(f"/devices/{machine.pk}/?ticket=INC7", user=request.getfixturevalue(who))
    follow(page, r"Send installer\s*: eset-main")
    follow(page, r"Share\s*: Laptops in Berlin")
    expect(page.get_by_label("Ticket")).to_have_value("INC7")
    reach(page, page.get_by_label("Recipient"))
    page.keyboard.insert_text("Anna Becker")
    reach(page, page.get_by_role("button", name="Create short link"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    assert page.locator(".qr svg").bounding_box()["width"] > 200  # type: ignore[index]
    short = copied(page)
    assert scanned(page.locator(".qr")) == short
    assert re.fullmatch(rf"{desk.server.url}/i/[\w-]{{24}}", short) and short not in page.url and address not in page.content()
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("Not downloaded")).to_be_visible()
    expect(page.get_by_text(f"by {who} · Recipient: Anna Becker · Ticket: INC7")).to_be_visible()

    desk.expected.append("404")  # for a picture of its own a browser asks for an icon
    stranger = desk.open(short, size=PHONE)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Installer for Windows")
    assert overflow(stranger) == 0 and Handout.objects.get().uses == 0 and not stranger.context.cookies()
    stranger.get_by_role("button", name="Download").click()
    stranger.wait_for_url(address)
    assert stranger.evaluate("document.referrer") == ""
    assert Handout.objects.get().uses == 1 and AuditEvent.objects.filter(action="short link used").exists()


def test_the_vendors_link_is_shown_on_a_click_with_its_qr_code(desk: Desk, machine: Device, bob: User) -> None:
    page = desk.open("/installers/", user=bob)
    follow(page, "Laptops in Berlin")
    follow(page, "Share")
    page.get_by_role("button", name="Show vendor link").click()
    expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    vendors_link = copied(page)
    assert vendors_link.startswith("https://vendor.example/installer/") and scanned(page.locator(".qr")) == vendors_link
    page.get_by_role("link", name="Done").click()
    expect(page.locator(".handouts").get_by_text("Vendor link")).to_be_visible()
    assert "vendor.example" not in page.content()
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # no cache keeps it
        page.go_back()


def test_a_short_link_is_switched_off_and_says_so_to_whoever_has_it(desk: Desk, machine: Device, ivan: User) -> None:
    desk.expected.append("410")
    page = desk.open(f"/installers/{Installer.objects.get().pk}/hand-out/", user=ivan)
    page.get_by_label("Recipient").fill("Anna")
    page.get_by_role("button", name="Create short link").click()
    short = copied(page)
    page.goto("/installers/hand-outs/?show=open")
    page.get_by_role("button", name=re.compile(r"Disable\s*: Anna")).click()
    expect(page.get_by_text("Short link disabled.")).to_be_visible()
    expect(page.locator(".handouts").get_by_text("Disabled")).to_be_visible()
    stranger = desk.open(short, size=PHONE)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Link disabled")


def test_everything_works_without_scripts(desk: Desk, machine: Device, bob: User) -> None:
    page = desk.open(f"/installers/for/{machine.pk}/?account=eset-main", user=bob, scripts=False)
    page.get_by_role("link", name=re.compile(r"Share\s*: Laptops in Berlin")).click()
    page.get_by_label("Expires after (days)").fill("400")
    page.get_by_label("Recipient").fill("Anna")
    desk.expected.append("422")
    page.get_by_role("button", name="Create short link").click()
    expect(page.locator(".field-error")).to_contain_text("1 to 31 days")
    expect(page.get_by_label("Recipient")).to_have_value("Anna")
    page.get_by_label("Expires after (days)").fill("3")
    page.get_by_role("button", name="Create short link").click()
    short = page.locator(".shared-link .mono").inner_text()
    stranger = desk.open(short, scripts=False)
    expect(stranger.get_by_role("button", name="Download")).to_be_visible()


def visit(page: Page, machine: Device) -> dict[str, tuple[list[str], int]]:
    """Every page of handing out → what axe finds, and how far it scrolls sideways."""
    installer, found = Installer.objects.get(), {}
    form = f"/installers/{installer.pk}/hand-out/?device={machine.pk}&ticket=INC7"
    for way in ("Create short link", "Show vendor link"):
        page.goto(form)
        page.get_by_label("Recipient").fill("Anna Becker, who sits behind the reception of the house in Berlin")
        page.get_by_role("button", name=way).click()
        expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
        found[way] = violations(page), overflow(page)
    addresses = ("/installers/hand-outs/", "/installers/hand-outs/?show=open", "/installers/hand-outs/?q=nobody", form)
    more = (f"/installers/for/{machine.pk}/?account=eset-main", f"/devices/{machine.pk}/", f"/installers/{installer.pk}/")
    for address in (*addresses, *more, "/coverage/?account=eset-main&cover=missing", "/i/unknown"):
        page.goto(address)
        found[address] = violations(page), overflow(page)
    return found


@pytest.mark.parametrize(("theme", "size"), [("light", (1366, 768)), ("dark", (1366, 768)), ("dark", PHONE)])
def test_pages_are_accessible_in_both_themes_and_fit_a_phone(
    desk: Desk, machine: Device, ivan: User, theme: str, size: tuple[int, int]
) -> None:
    desk.expected.append("404")
    found = visit(desk.open("/", user=ivan, theme=theme, size=size), machine)
    assert not {place: each for place, each in found.items() if each != ([], 0)}
