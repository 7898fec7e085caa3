"""The account form in a real browser: typed secrets survive every answer, each state is usable by keyboard, and nothing scrolls sideways."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, expect

from devices.models import Account, User
from sandbox.credentials import FIVE9S_TOKEN
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.browser.conftest import DESK, PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.vendors.private_network import EPM, private_network

pytestmark = pytest.mark.django_db(transaction=True)
FORM = "/vendors/add/?vendor=five9s"
HOST = "epm.corp.example"
WIDE = (1920, 1080)


@pytest.fixture
def sim() -> Iterator[Simulation]:
    options = SandboxOptions(job_seconds=0, rate_limits=False)
    with running(devices=5, frozen=True, options=options) as simulation, private_network({HOST: EPM}):
        yield simulation


def fill(page: Page, address: str, *, token: str, zone: str = "Europe/Berlin") -> None:
    page.get_by_label("Name", exact=True).fill("epm")
    page.get_by_label("Address", exact=True).fill(address)
    page.get_by_label("Time zone of the core").fill(zone)
    page.get_by_label("Allow http://").check()
    page.get_by_label("Personal access token").fill(token)


def test_what_fails_its_test_keeps_every_typed_value_and_is_saved_anyway(desk: Desk, sim: Simulation, alice: User) -> None:
    page = desk.open(FORM, user=alice)
    page.evaluate("window.stayed = true")
    fill(page, f"{sim.url}/five9s/five9sWS/api/devices/", token="wrong-0123456789", zone="W. Europe Standard Time")
    page.get_by_role("button", name="Save and sync").click()
    result = page.locator("#test-result")
    expect(result).to_contain_text("Nothing was saved: the connection test failed.")
    expect(result).to_contain_text("the credentials were refused")
    expect(result.locator(".notice")).to_be_focused()
    expect(page.get_by_label("Personal access token")).to_have_value("wrong-0123456789")
    expect(page.get_by_label("Address", exact=True)).to_have_value(f"{sim.url}/five9s")
    expect(page.get_by_label("Time zone of the core")).to_have_value("Europe/Berlin")
    assert "wrong-0123456789" not in page.content()
    assert page.evaluate("window.stayed"), "the page was not loaded again"
    assert not Account.objects.exists()
    page.get_by_role("button", name="Save anyway").click()
    expect(page).to_have_url(re.compile("/vendors/epm/$"))
    expect(page.get_by_role("status").get_by_text("The connection test failed: Could not start a five(9)s job")).to_be_visible()
    assert Account.objects.get().secrets.get().open().reveal() == "wrong-0123456789"


def test_every_error_is_told_at_once_and_leads_to_its_field_by_keyboard(desk: Desk, alice: User) -> None:
    page = desk.open(FORM, user=alice)
    page.get_by_label("Address", exact=True).fill("http://epm.example.com")
    page.get_by_label("Time zone of the core").fill("Mars/Base")
    page.get_by_label("Personal access token").fill("typed-0123456789")
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(3)
    expect(page.get_by_label("Personal access token")).to_have_value("typed-0123456789")
    page.keyboard.press("Tab")
    expect(page.get_by_role("alert").get_by_role("link", name="Name")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#id_set_url$"))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Address", exact=True)).to_be_focused()
    expect(page.get_by_label("Address", exact=True)).to_have_attribute("aria-invalid", "true")


def test_the_time_there_is_told_while_a_zone_is_typed_and_nothing_else_is_sent(desk: Desk, alice: User) -> None:
    page = desk.open(FORM, user=alice)
    asked: list[Request] = []

    def hear(request: Request) -> None:
        asked.append(request)

    page.on("request", hear)
    note = page.locator("#id_set_time_zone_note")
    expect(note).to_contain_text("Local time in UTC")
    page.get_by_label("Personal access token").fill("canary-0123456789")
    zone = page.get_by_label("Time zone of the core")
    zone.fill("")
    zone.press_sequentially("Tokyo Standard Time")
    expect(note).to_contain_text("Local time in Asia/Tokyo")
    zone.fill("Etc/GMT+1")
    expect(note).to_contain_text("means UTC-01:00")
    zone.fill("x<img src=x>y")
    expect(note).to_contain_text("“x<img src=x>y” is not a time zone")
    assert asked
    assert not [request.url for request in asked if "canary" in request.url or (request.post_data or "")]


def test_a_private_host_is_asked_about_and_allowed_by_keyboard(desk: Desk, sim: Simulation, alice: User) -> None:
    page = desk.open(FORM, user=alice)
    place = f"{HOST}:{sim.url.rpartition(':')[2]}"
    expect(page.locator("#private-hosts")).to_contain_text("ROLLCALL_PRIVATE_HOSTS")
    fill(page, f"http://{place}/five9s", token=FIVE9S_TOKEN)
    page.get_by_role("button", name="Test connection").focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("checkbox", name=f"Allow {place} on a private network")
    expect(box).not_to_be_checked()
    page.get_by_role("link", name="Allow the private host").focus()
    page.keyboard.press("Enter")
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/vendors/epm/$"))
    expect(page.get_by_text(f"Allowed private hosts: {place}")).to_be_visible()
    assert Account.objects.get().private_hosts == [place]
    page.goto("/vendors/epm/edit/")
    expect(page.get_by_role("checkbox", name=f"Allow {place}")).to_be_checked()


def test_without_scripts_it_is_asked_about_too(desk: Desk, sim: Simulation, alice: User) -> None:
    page = desk.open(FORM, user=alice, scripts=False)
    place = f"{HOST}:{sim.url.rpartition(':')[2]}"
    fill(page, f"http://{place}/five9s", token=FIVE9S_TOKEN)
    desk.expected.append("422")
    page.get_by_role("button", name="Save and sync").click()
    expect(page.locator("#test-result")).to_contain_text("Enter the secrets again before you save")
    expect(page.get_by_label("Personal access token")).to_have_value("")
    page.get_by_role("checkbox", name=f"Allow {place}").check()
    page.get_by_label("Personal access token").fill(FIVE9S_TOKEN)
    page.get_by_role("button", name="Save and sync").click()
    expect(page.get_by_role("heading", name="epm", exact=True)).to_be_visible()
    assert Account.objects.get().private_hosts == [place]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, WIDE, PHONE], ids=["1366", "1920", "360"])
def test_every_state_is_accessible_and_fits(desk: Desk, sim: Simulation, alice: User, theme: str, size: tuple[int, int]) -> None:
    page = desk.open(FORM, user=alice, theme=theme, size=size)
    desk.expected.append("Applying inline style")  # what axe leaves on elements, which htmx copies
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        found[state] = violations(page)
        assert overflow(page) == 0, state

    look("fresh")
    page.get_by_role("button", name="Save and sync").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("errors")
    fill(page, f"{sim.url}/five9s", token="wrong-0123456789")
    page.get_by_role("button", name="Save and sync").click()
    expect(page.get_by_role("button", name="Save anyway")).to_be_visible()
    look("test failed")
    page.get_by_label("Address", exact=True).fill(f"http://{HOST}:1/five9s")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("checkbox", name=f"Allow {HOST}:1")).to_be_visible()
    look("private host")
    assert not any(found.values()), found
