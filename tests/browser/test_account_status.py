"""Accounts in each of the ten states: every page that shows one gives it the same status."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from devices.models import Account, Sighting, User
from devices.queries.troubles import SHOWN
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, serious
from tests.browser.statuses import Shown, contradictions, statuses_on
from tests.devices.states import STATES, account_in

pytestmark = pytest.mark.django_db(transaction=True)
EVERYWHERE = {
    "dashboard": "/",
    "accounts": "/vendors/",
    "coverage": "/coverage/",
    "lookup without a match": "/d/?q=no-such-device",
    "devices": "/devices/",
    "devices, none found": "/devices/?q=no-such-device",
    "issues": "/issues/",
    "silenced": "/issues/silenced/",
    "patching": "/patching/",
    "patches": "/patching/patches/",
}
NAMES_EVERY_ACCOUNT = ("dashboard", "accounts", "coverage", "lookup without a match")


@pytest.fixture
def accounts(transactional_db: None) -> dict[str, Account]:
    """One in each state, by state."""
    return {state: account_in(state, vendor="opswat" if state == "healthy" else "eset") for state in STATES}


def addresses(accounts: dict[str, Account]) -> dict[str, str]:
    found = dict(EVERYWHERE)
    for state, account in accounts.items():
        found[f"account {state}"] = f"/vendors/{account.name}/"
        device = Sighting.objects.filter(account=account).values_list("device_id", flat=True).first()
        if device:
            found[f"device {state}"] = f"/devices/{device}/"
            found[f"gaps {state}"] = f"/coverage/devices/?account={account.name}&cover=missing"
    return found


def read(desk: Desk, accounts: dict[str, Account], user: User) -> dict[str, Shown]:
    page = desk.open("/", user=user)
    pages = {}
    for name, address in addresses(accounts).items():
        page.goto(address)
        pages[name] = statuses_on(page)
    return pages


def test_an_account_has_one_status_on_all_pages(desk: Desk, accounts: dict[str, Account], alice: User) -> None:
    wanted = {account.name: state for state, account in accounts.items()}
    pages = read(desk, accounts, alice)
    assert contradictions(pages, wanted) == []
    for name in NAMES_EVERY_ACCOUNT:
        assert set(pages[name]) == set(wanted), name
    for state, account in accounts.items():
        assert account.name in pages[f"account {state}"]
        assert state == "healthy" or f"device {state}" not in pages or account.name in pages[f"device {state}"]
    in_the_banner = {account.name for state, account in accounts.items() if state in SHOWN}
    assert len(in_the_banner) == 5 and all(set(shown) >= in_the_banner for shown in pages.values())
    stale = {accounts[state].name for state in ("disabled", "being_deleted")}
    assert all(set(pages[name]) >= stale for name in ("devices", "issues", "silenced", "coverage"))


def test_the_check_finds_a_second_value_that_is_planted(desk: Desk, accounts: dict[str, Account], alice: User) -> None:
    wanted = {account.name: state for state, account in accounts.items()}
    page = desk.open("/", user=alice)
    whole = {"dashboard": statuses_on(page)}
    assert contradictions(whole, wanted) == []
    page.goto("/coverage/")
    for attribute, value in (("data-account-status", "healthy"), ("data-account", "withheld")):
        page.reload()
        page.evaluate(f"document.querySelector('main [data-account-status=failing]').setAttribute('{attribute}', '{value}')")
        assert contradictions({**whole, "coverage": statuses_on(page)}, wanted) != []
    page.reload()
    page.evaluate("document.querySelector('main [data-account-status=failing]').innerText = 'OK'")
    assert contradictions({**whole, "coverage": statuses_on(page)}, wanted) != [], "the same code under another label"
    assert contradictions(whole, {**wanted, "left-out": "healthy"}) == ["left-out is shown nowhere"]


def test_a_dashboard_that_stays_open_keeps_to_it(desk: Desk, accounts: dict[str, Account], alice: User) -> None:
    page = desk.open("/", user=alice)
    failing = accounts["failing"]
    expect(page.locator(f".source [data-account={failing.name}]")).to_have_text("Failing")
    Account.objects.filter(pk=failing.pk).update(health="ok", health_sentence="", failures=0, try_after=None)
    page.reload()
    expect(page.locator(f"[data-account={failing.name}]").first).to_have_text("Up to date")
    assert {code for code, _ in statuses_on(page)[failing.name]} == {"healthy"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation_and_no_sideways_scrolling(
    desk: Desk, accounts: dict[str, Account], alice: User, theme: str
) -> None:
    page = desk.open("/", user=alice, theme=theme, size=PHONE)
    for address in (
        "/",
        "/vendors/",
        "/coverage/",
        "/d/?q=no-such-device",
        "/devices/?q=no-such-device",
        f"/vendors/{accounts['withheld'].name}/",
    ):
        page.goto(address)
        assert (address, serious(page), overflow(page)) == (address, [], 0)
