"""Accounts in each of the ten states: every page that shows one gives it the same status."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.sync_api import Page, expect

from devices.account_status.alerts import SHOWN
from devices.models import Account, Sighting, User
from tests.browser.conftest import PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.devices.states import DOWN, STATES, account_in

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
READ = """() => [...document.querySelectorAll('[data-account-status]')].map(e => [e.dataset.account, e.dataset.accountStatus, e.innerText.trim()])"""
Shown = dict[str, set[tuple[str, str]]]


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
            found[f"gaps {state}"] = f"/coverage/?account={account.name}&cover=missing"
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


# As its timer does.
RENEW = "htmx.ajax('GET', document.getElementById('troubles').getAttribute('hx-get'), {target: '#troubles', swap: 'innerHTML'})"
NAMES_THE_REASON = ("accounts", "account")  # themselves, instead of in the banner


@pytest.mark.parametrize("place", ["dashboard", "accounts", "coverage", "account", "lookup"])
def test_a_page_that_stays_open_does_not_contradict_itself(desk: Desk, accounts: dict[str, Account], alice: User, place: str) -> None:
    failing, healthy = accounts["failing"], accounts["healthy"]
    addresses = {**EVERYWHERE, "account": f"/vendors/{failing.name}/", "lookup": EVERYWHERE["lookup without a match"]}
    page = desk.open(addresses[place], user=alice)
    rest = page.locator("main > :not(#troubles)")
    expect(rest.locator(f"[data-account={failing.name}]").first).to_have_text("Failing")
    expect(page.locator("main" if place in NAMES_THE_REASON else "#troubles")).to_contain_text(DOWN)
    Account.objects.filter(pk=failing.pk).update(health="ok", health_sentence="", failures=0, try_after=None)
    Account.objects.filter(pk=healthy.pk).update(health="failing", health_sentence="OPSWAT answers 503.", failures=1)
    page.evaluate(RENEW)
    expect(page.locator("#accounts" if place == "accounts" else "#troubles")).to_contain_text("OPSWAT answers 503.")
    expect(page.locator("#troubles")).not_to_contain_text(DOWN)
    expect(rest.locator(f"[data-account={failing.name}]").first).to_have_text("Up to date")
    wanted = {account.name: state for state, account in accounts.items()} | {failing.name: "healthy", healthy.name: "failing"}
    shown = statuses_on(page)
    assert contradictions({place: shown}, {name: code for name, code in wanted.items() if name in shown}) == []
    if place in ("dashboard", *NAMES_THE_REASON):
        expect(rest.get_by_text(DOWN)).to_have_count(0)


def test_a_sync_that_ends_well_takes_its_old_banner_away(desk: Desk, accounts: dict[str, Account], alice: User) -> None:
    failing = accounts["failing"]
    page = desk.open(f"/vendors/{failing.name}/", user=alice)
    expect(page.locator("#standing")).to_contain_text(DOWN)
    Account.objects.filter(pk=failing.pk).update(health="ok", health_sentence="", failures=0, try_after=None)
    page.evaluate("htmx.trigger(document.body, 'run-ended')")
    expect(page.locator("#standing [data-account-status]")).to_have_text("Up to date")
    expect(page.locator("main")).not_to_contain_text(DOWN)
    expect(page.locator("#troubles[hx-get]")).to_have_count(1)


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
        assert (address, violations(page), overflow(page)) == (address, [], 0)


def statuses_on(page: Page) -> Shown:
    """By account: (code, label) wherever the page shows it, also in what it loads after itself."""
    page.wait_for_load_state("networkidle")
    found: Shown = {}
    for account, code, label in page.evaluate(READ):
        found.setdefault(account, set()).add((code, label))
    return found


def contradictions(pages: Mapping[str, Shown], wanted: Mapping[str, str]) -> list[str]:
    """Accounts with a second code or a second label on any page, or with another code than `wanted`, in words. None: there is one status."""
    told: dict[str, dict[tuple[str, str], list[str]]] = {}
    for name, shown in pages.items():
        for account, values in shown.items():
            for value in values:
                told.setdefault(account, {}).setdefault(value, []).append(name)
    problems = [f"{account} is shown as {values}" for account, values in told.items() if len(values) > 1]
    problems += [
        f"{account} is shown as {code}, not {wanted.get(account)}"
        for account, values in told.items()
        for code, _ in values
        if code != wanted.get(account)
    ]
    return problems + [f"{account} is shown nowhere" for account in wanted if account not in told]
