"""Installers in a browser: from a click to a ready one, by keyboard, on a phone, in the dark, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from devices.models import User
from installers.models import Installer, Standing
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.browser.test_deciding import follow, front, reach
from tests.installers.orders_followed import Hand, account, created
from tests.installers.rows import accounts, booked, doubtful, foreign

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim(transactional_db: None, settings: Settings) -> Iterator[Simulation]:
    settings.VENDOR_DEADLINE_SECONDS = 1
    with running(devices=5, frozen=True, options=SandboxOptions(rate_limits=False)) as simulation:
        account(simulation)
        yield simulation


@pytest.fixture
def register(transactional_db: None) -> dict[str, Installer]:
    eset = accounts()
    return {
        "ready": booked(eset, "Reception Berlin", for_helpdesk=True, ticket="INC4711", group_name="All / Berlin / Reception"),
        "soon": booked(eset, "Warehouse", days=12.5),
        "doubtful": doubtful(eset, "Foyer"),
        "theirs": foreign(eset, "A" * 200),
        "old": booked(eset, "Old one", days=-3, standing=Standing.EXPIRED),
    }


def press(page: Page, name: str) -> None:
    reach(page, front(page).get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def test_from_the_click_to_a_ready_installer_by_keyboard(desk: Desk, sim: Simulation, ivan: User) -> None:
    page = desk.open("/installers/", user=ivan)
    follow(page, "Create installer")
    reach(page, page.get_by_label("Name", exact=True))
    page.keyboard.insert_text("Reception")
    reach(page, page.get_by_label("Windows"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("macOS")).to_be_checked()
    reach(page, page.get_by_label("Language"))
    page.keyboard.type("German")
    reach(page, page.get_by_label("Available to helpdesk"))
    page.keyboard.press("Space")
    reach(page, page.get_by_label(re.compile("Ticket")))
    page.keyboard.insert_text("INC7")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Queued.")).to_be_visible()
    made = Hand(sim).follow(Installer.objects.get())
    expect(page.get_by_text("Can be shared until")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reception")
    assert page.locator("#installer").get_attribute("hx-trigger") is None
    assert (made.family, made.language, made.ticket, made.for_helpdesk, created(sim)) == ("macos", "de-de", "INC7", True, 1)


def test_a_double_click_in_two_tabs_and_the_back_button_order_once(desk: Desk, sim: Simulation, ivan: User) -> None:
    first = desk.open("/installers/new/", user=ivan)
    second = first.context.new_page()
    second.goto(first.url)
    for page in (first, second):
        page.get_by_label("Name", exact=True).fill("Reception")
        page.get_by_role("button", name="Create", exact=True).dblclick()
        expect(page.get_by_role("heading", level=1)).to_have_text("Reception")
    first.go_back()
    expect(first.get_by_role("heading", level=1)).to_have_text("Form already sent")
    Hand(sim).follow(Installer.objects.get())
    assert created(sim) == 1


def test_a_mistake_is_corrected_where_it_is_said(desk: Desk, sim: Simulation, ivan: User) -> None:
    desk.expected = ["status of 422"]
    page = desk.open("/installers/new/?ticket=INC7", user=ivan)
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Installer not created.")
    expect(page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label(re.compile("Ticket"))).to_have_value("INC7")
    assert violations(page) == []
    page.get_by_label("Name", exact=True).fill("Reception")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("Queued.")).to_be_visible()


def test_revoked_by_its_name_by_keyboard(desk: Desk, sim: Simulation, ivan: User) -> None:
    hand = Hand(sim)
    page = desk.open("/installers/new/?purpose=Reception", user=ivan)
    press(page, "Create")
    expect(page.get_by_text("Queued.")).to_be_visible()
    hand.follow(Installer.objects.get())
    expect(page.get_by_text("Can be shared until")).to_be_visible()
    follow(page, "Revoke")
    reach(page, page.get_by_label(re.compile("Enter the name to confirm")))
    page.keyboard.insert_text("Reception")
    press(page, "Revoke")
    expect(page.get_by_text("The vendor is deleting it.")).to_be_visible()
    hand.follow(Installer.objects.get())
    expect(page.get_by_text("Revoked by ivan.")).to_be_visible()
    assert sim.eset.installers.tally()["uuids"] == []


def test_a_person_ends_a_doubt(desk: Desk, register: dict[str, Installer], ivan: User) -> None:
    page = desk.open("/installers/", user=ivan)
    follow(page, "Show installer")
    follow(page, "Foyer")
    expect(page.get_by_text("Do not create it again.").first).to_be_visible()
    press(page, "Mark as not created")
    expect(page.get_by_role("link", name="Retry")).to_be_visible()


def test_a_successor_is_two_clicks_away(desk: Desk, register: dict[str, Installer], ivan: User) -> None:
    page = desk.open("/", user=ivan)
    page.get_by_text("1 installer expires within 30 days.").wait_for()
    page.get_by_role("link", name="Show installer").click()
    page.get_by_role("link", name="Warehouse", exact=True).click()
    page.get_by_role("link", name="Create replacement").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Warehouse")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("Queued.")).to_be_visible()


def test_without_scripts_everything_works_too(desk: Desk, sim: Simulation, ivan: User) -> None:
    page = desk.open("/installers/new/", user=ivan, scripts=False)
    page.get_by_label("Name", exact=True).fill("Reception")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("Queued.")).to_be_visible()
    Hand(sim).follow(Installer.objects.get())
    page.reload()
    expect(page.get_by_text("Can be shared until")).to_be_visible()
    page.goto("/installers/?q=nothing")
    expect(page.get_by_text("No installers match the filters")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), PHONE], ids=["desk", "phone"])
def test_the_pages_fit_and_are_accessible(
    desk: Desk, register: dict[str, Installer], ivan: User, theme: str, size: tuple[int, int]
) -> None:
    page = desk.open("/installers/", user=ivan, theme=theme, size=size)
    found = {}
    places = [f"{each.pk}/" for each in register.values()]
    for place in ("", "?q=nothing", "new/", f"{register['ready'].pk}/revoke/", *places):
        page.goto(f"/installers/{place}")
        found[place] = (violations(page), overflow(page))
    assert set(map(str, found.values())) == {"([], 0)"}, found


def test_helpdesk_sees_what_is_marked_on_a_phone(desk: Desk, register: dict[str, Installer], bob: User) -> None:
    page = desk.open("/installers/", user=bob, size=PHONE)
    expect(page.get_by_role("main").get_by_role("row")).to_have_count(1)
    page.get_by_role("link", name="Reception Berlin").click()
    expect(page.get_by_role("link", name="Share")).to_be_visible()
    assert page.get_by_role("link", name="Create replacement").count() == 0 and overflow(page) == 0
