"""A new user with a caller on the phone: any clue, any notation, keyboard only, on a phone, in the dark."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from devices.models import Account, Device, JobState, SyncRun, User
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import violations
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db(transaction=True)

CLUES = {
    "hostname": ["nb-zug-77", "NB-ZUG-77", "nb-zug-77.corp.example", "host:nb-zug-77", " NB-zug-77 "],
    "serial": ["PF3X7Y2Q", "pf3x7y2q", "PF 3X 7Y2Q", "sn:pf3x7y2q", "serial:PF3X7Y2Q"],
    "mac": ["00:1b:21:aa:bb:01", "00-1B-21-AA-BB-01", "001b.21aa.bb01", "001B21AABB01", "mac:0:1b:21:aa:bb:1"],
    "ip": ["10.7.50.17", "ip:10.7.50.17", "[10.7.50.17]", "::ffff:10.7.50.17", "10.7.50.17/24"],
    "user": ["ACME\\carla.meier", "carla.meier", "carla.meier@acme.example", "user:carla.meier", "CARLA.MEIER"],
    "bios uuid": [
        "4c4c4544-0042-3510-8051-b7c04f4e3332",
        "4C4C4544-0042-3510-8051-B7C04F4E3332",
        "{4c4c4544-0042-3510-8051-b7c04f4e3332}",
        "4c4c4544004235108051b7c04f4e3332",
        "urn:uuid:4c4c4544-0042-3510-8051-b7c04f4e3332",
    ],
    "vendor id": ["88471", " 88471", "88471 ", "88471 in:five9s", "in:five-main 88471"],
    "nickname": ["Reception desk", "reception desk", "RECEPTION  DESK", "tag:reception desk", "tag: Reception Desk"],
}


@pytest.fixture
def fleet(transactional_db: None) -> dict[str, Account]:
    accounts = shown.small_fleet()
    ids = {
        IdKind.SERIAL: "PF3X 7Y2Q",
        IdKind.MAC: "00:1B:21:AA:BB:01",
        IdKind.IP: "10.7.50.17",
        IdKind.USER: "ACME\\carla.meier",
        IdKind.BIOS_UUID: "4C4C4544-0042-3510-8051-B7C04F4E3332",
        IdKind.VENDOR_ID: "88471",
        IdKind.NICKNAME: "Reception desk",
    }
    shown.sighting(accounts["five9s"], "nb-zug-77", user="ACME\\carla.meier", serial="PF3X 7Y2Q", ids=ids.items())
    return accounts


def every_page() -> dict[str, str]:
    return {"empty": "/d/", "several": "/d/?q=nb", "none": "/d/?q=nb-none-99", "list": "/d/list/"}


def test_eight_kinds_of_clue_in_five_notations_open_the_device_by_keyboard(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/", user=bob)
    address = f"/devices/{Device.objects.get(name='nb-zug-77').pk}/"
    for kind, notations in CLUES.items():
        assert len(notations) == 5
        for clue in notations:
            page.goto("/d/")
            page.keyboard.press("/")
            page.keyboard.insert_text(clue)
            page.keyboard.press("Enter")
            expect(page, f"{kind}: {clue}").to_have_url(re.compile(f"{address}$"))


def test_suggestions_are_chosen_with_arrows_and_closed_with_escape(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/", user=bob)
    box, options = page.locator("#search"), page.get_by_role("option")
    page.keyboard.press("Control+k")
    page.keyboard.type("nb-")
    expect(options).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#spoken")).to_have_text("Suggestions: 3")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-2")
    assert not violations(page)
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/devices/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("nb-berlin-01")  # the latest contact stands first


def test_a_suggestion_can_be_clicked_and_enter_alone_searches(desk: Desk, fleet: dict[str, Account], bob: User) -> None:
    page = desk.open("/", user=bob)
    page.locator("#search").press_sequentially("carla")
    page.get_by_role("option").first.click()
    expect(page).to_have_url(re.compile(r"/devices/\d+/$"))
    page.locator("#search").press_sequentially("nb")
    expect(page.get_by_role("option")).to_have_count(3)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/d/\?q=nb$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("3 devices found")
    expect(page.locator("mark").first).to_have_text("nb")


def test_asking_now_waits_on_the_page_and_ends_in_proof(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/d/?q=nb-none-99", user=ivan)
    page.get_by_role("button", name="Query five(9)s now").click()
    expect(page.get_by_text("Searching five-main for")).to_be_visible()
    SyncRun.objects.update(state=JobState.DONE, finished_at=timezone.now(), absent=["nb-none-99", "nbnone99"])
    expect(page.get_by_text("Not found in five-main")).to_be_visible()
    expect(page.get_by_text("DevicesNotFound")).to_be_visible()
    expect(page.locator(".asked[data-poll]")).to_have_count(0)


def test_a_pasted_list_becomes_a_table_and_a_file(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/d/", user=ivan)
    page.get_by_role("link", name="Bulk search").click()
    page.get_by_label("List", exact=True).fill("nb-zug-77\nPF3XK2\nnobody")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("heading", name="Found: 2 · Not found: 1 · Ambiguous: 0")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    assert download.value.path().read_text(encoding="utf-8-sig").startswith("Line,Result,Matched,Device id,Device")


def test_everything_works_without_scripts(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/", user=ivan, scripts=False)
    page.locator("#search").fill("nb-none-99")
    page.locator("#search").press("Enter")
    page.get_by_role("button", name="Query five(9)s now").click()
    expect(page.get_by_text("Searching five-main for")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation(desk: Desk, fleet: dict[str, Account], ivan: User, theme: str) -> None:
    page = desk.open("/d/", user=ivan, theme=theme)
    found = {}
    for name, address in every_page().items():
        page.goto(address)
        found[name] = violations(page)
    page.get_by_label("List", exact=True).fill("nb-zug-77\nnobody")
    page.get_by_role("button", name="Search", exact=True).click()
    found["table"] = violations(page)
    assert not any(found.values()), found


def test_a_phone_shows_everything_without_sideways_scrolling(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    shown.sighting(fleet["eset"], "nb" + "n" * 250, user="u" * 200)
    page = desk.open("/d/", user=ivan, size=PHONE)
    for name, address in {**every_page(), "long": f"/d/?q={'x' * 190}"}.items():
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, name
    page.goto("/d/?q=nb")
    page.locator("#search").fill("")
    page.locator("#search").press_sequentially("nb-z")
    expect(page.get_by_role("option")).to_have_count(1)
    page.get_by_role("option").first.click()
    expect(page).to_have_url(re.compile(r"/devices/\d+/$"))
