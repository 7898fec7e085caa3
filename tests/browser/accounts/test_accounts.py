"""Vendor accounts in a real browser: added, tested, refreshed and watched, on a desk and on a phone, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from devices.models import Account, Health, JobState, Quarantine, SyncRun, User
from sandbox.credentials import ESET_PASSWORD, ESET_USERNAME
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.browser.clicks import Clicks
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import violations
from tests.devices import records as making
from tests.devices import rows as shown
from tests.devices.account_pages import mark_what_was_decided, withheld_run
from tests.devices.runs import Follower

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def fill(page: Page, sim: Simulation, *, password: str) -> None:
    page.get_by_label("Name", exact=True).fill("eset-berlin")
    page.get_by_label(re.compile("^Address")).fill(sim.url + "/eset/{region}/{service}")
    page.get_by_label("Username").fill(ESET_USERNAME)
    page.get_by_label("Password").fill(password)


def below_the_status(page: Page) -> float:
    """How far below the account's status its history begins; the banner above both goes when the first sync has ended."""
    status, history = (page.locator(place).bounding_box() for place in ("#standing", "#history"))
    assert status is not None and history is not None
    return history["y"] - status["y"]


def every_page() -> dict[str, str]:
    """Pages with everything on them that they can have."""
    account = making.account("eset-full")
    run = withheld_run(account)
    now = timezone.now()
    Quarantine.objects.create(
        account=account, external_id="u" * 128, reason="The name is not text.", sample="{" + "x" * 500, first_at=now, last_at=now
    )
    shown.fetch(account, state=JobState.FAILED, error="Could not list devices: " + "e" * 200, error_next_step="Wait.", request_id="r" * 100)
    plain = making.account("epm-plain", "five9s")
    plain.settings = {"url": "http://epm.example", "allow_http": "true", "time_zone": "UTC"}
    plain.health, plain.complete_at, plain.changes_since = Health.OK, now, now
    plain.save()
    shown.fetch(plain, records=400, expected=1200, waiting_for="five(9)s to finish the job", started_at=now, progressed_at=now)
    return {
        "list": "/vendors/", "full": "/vendors/eset-full/", "running": "/vendors/epm-plain/", "choose": "/vendors/add/",
        "add": "/vendors/add/?vendor=five9s",
        "edit": "/vendors/eset-full/edit/", "apply": f"/vendors/eset-full/apply/{run.pk}/", "audit": "/audit/",
        "no entry": "/audit/?person=nobody",
    }  # fmt: skip


def test_an_account_is_added_with_five_clicks(desk: Desk, sim: Simulation, alice: User) -> None:
    page, clicks = desk.open("/", user=alice), Clicks()
    clicks.on(page.get_by_label("Main", exact=True).get_by_role("link", name="Vendor accounts"))
    clicks.on(page.get_by_role("link", name="Add vendor account").first)
    clicks.on(page.get_by_role("link", name=re.compile("ESET")))
    fill(page, sim, password=ESET_PASSWORD)
    clicks.on(page.get_by_role("button", name="Test connection"))
    expect(page.locator("#test-result")).to_contain_text("Connection successful.")
    clicks.on(page.get_by_role("button", name="Save and sync"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("eset-berlin")
    assert clicks.number == 5 and SyncRun.objects.get().account.name == "eset-berlin"


def test_an_account_is_tested_saved_and_its_first_fetch_watched_to_its_end(desk: Desk, sim: Simulation, alice: User) -> None:
    page = desk.open("/vendors/", user=alice)
    page.get_by_role("link", name="Add vendor account").click()
    page.get_by_role("link", name=re.compile("ESET")).click()
    fill(page, sim, password="wrong-0123456789")
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#test-result")).to_contain_text("Connection test failed.")
    expect(page.get_by_label("Password")).to_have_value("wrong-0123456789")
    page.get_by_label("Password").fill(ESET_PASSWORD)
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#test-result")).to_contain_text("Connection successful.")
    assert not Account.objects.exists()
    page.get_by_role("button", name="Save and sync").click()
    expect(page).to_have_url(re.compile("/vendors/eset-berlin/$"))
    expect(page.locator("#progress")).to_contain_text("Waiting for a worker")
    expect(page.locator("#standing")).to_contain_text("The first sync is running.")
    before = below_the_status(page)
    Follower().follow(SyncRun.objects.get())
    expect(page.locator("#progress")).to_contain_text("All known devices are still reported.")
    expect(page.locator("#progress[data-poll]")).to_have_count(0)
    expect(page.locator("#standing")).to_contain_text("Up to date")
    expect(page.locator("#progress-words")).to_contain_text("Sync completed")
    expect(page.locator(".runs tbody tr")).to_have_count(1)
    expect(page.locator(".runs .pill")).to_have_text("Complete")
    assert abs(before - below_the_status(page)) <= 1, "the page jumped"


def test_refresh_shows_its_cost_runs_once_and_does_not_steal_the_focus(desk: Desk, alice: User) -> None:
    account = making.account()
    withheld_run(account)
    page = desk.open(f"/vendors/{account.name}/", user=alice)
    expect(page.locator("#cost")).to_contain_text("and 7 API calls")
    page.get_by_role("button", name="Sync now").dblclick()
    expect(page.locator("#progress")).to_contain_text("Waiting for a worker")
    run = SyncRun.objects.latest("id")
    assert SyncRun.objects.filter(state="requested").count() == 1
    edit = page.get_by_role("link", name="Edit")
    edit.focus()
    SyncRun.objects.filter(pk=run.pk).update(
        state="running", records=10, expected=40, started_at=timezone.now(), progressed_at=timezone.now()
    )
    expect(page.locator("#progress progress")).to_have_attribute("value", "10")
    expect(page.locator("#progress-words")).to_have_text("Syncing devices, 20 percent")
    expect(edit).to_be_focused()
    SyncRun.objects.filter(pk=run.pk).update(state="failed", error="The vendor went away.", finished_at=timezone.now())
    expect(page.locator("#progress")).to_contain_text("The vendor went away.")
    expect(page.locator("#progress[data-poll]")).to_have_count(0)
    expect(edit).to_be_focused()


def test_everything_works_without_scripts(desk: Desk, sim: Simulation, alice: User) -> None:
    page = desk.open("/vendors/add/?vendor=eset", user=alice, scripts=False)
    fill(page, sim, password=ESET_PASSWORD)
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#test-result")).to_contain_text("Connection successful.")
    expect(page.get_by_label("Password")).to_have_value("")
    page.get_by_label("Password").fill(ESET_PASSWORD)
    page.get_by_role("button", name="Save and sync").click()
    expect(page.get_by_role("heading", name="eset-berlin")).to_be_visible()
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("A sync is already running.")).to_be_visible()
    page.get_by_role("button", name="Disable").click()
    expect(page.locator("#standing .pill")).to_have_text("Disabled")
    assert SyncRun.objects.count() == 1


def test_a_disappearance_is_looked_at_and_decided(desk: Desk, alice: User) -> None:
    withheld_run(making.account())
    page = desk.open("/vendors/", user=alice)
    page.get_by_role("link", name="eset-main").first.click()
    page.get_by_role("link", name="Review").click()
    page.get_by_label("Reason").fill("The branch was closed")
    page.get_by_role("button", name="Mark 25 devices as missing").click()
    expect(page.locator("#applying")).to_contain_text("25 devices missing from eset-main are being marked.")
    mark_what_was_decided()
    expect(page.locator("#applying")).to_contain_text("25 devices are now marked as missing.")
    expect(page.get_by_text("25 devices marked as missing")).to_be_visible()
    page.goto("/audit/")
    expect(page.get_by_text("The branch was closed").first).to_be_visible()
    page.get_by_label("Action").select_option("sign-in")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("The branch was closed")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation(desk: Desk, alice: User, theme: str) -> None:
    page = desk.open("/vendors/", user=alice, theme=theme)
    found = {}
    for name, address in every_page().items():
        page.goto(address)
        for fold in page.locator("main details.fold:not([open]) > summary").all():
            fold.click()
        found[name] = violations(page)
    assert not any(found.values()), found


def test_a_phone_shows_everything_without_sideways_scrolling(desk: Desk, alice: User) -> None:
    page = desk.open("/vendors/", user=alice, size=PHONE)
    for name, address in every_page().items():
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, name
