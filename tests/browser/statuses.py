"""Which status a page gives each account, and whether pages contradict each other."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Page

READ = """() => [...document.querySelectorAll('[data-account-status]')].map(e => [e.dataset.account, e.dataset.accountStatus, e.innerText.trim()])"""
Shown = dict[str, set[tuple[str, str]]]


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
