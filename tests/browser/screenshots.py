"""`make screenshots`: twelve pages of a running stack, light and dark, at three widths, whole pages as PNG.

ROLLCALL_URL (http://127.0.0.1:8000), ROLLCALL_USER (admin) and ROLLCALL_PASSWORD say where and as whom; OUT (screenshots/) is the folder,
PAGES a list of names, for some pages only. Exits with 1 when a page did not answer with 200 or the browser complained about it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.chromium import FLAGS, chromium_path

HEIGHT = 768
WIDTHS = (1366, 1920, 360)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def _first(selector: str) -> Callable[[Page], str]:
    """The address of the first link of a list."""
    return lambda page: page.locator(selector).first.get_attribute("href") or "/"


# Name, address; or the list and its link that lead to it.
PAGES: dict[str, tuple[str, Callable[[Page], str] | None]] = {
    "dashboard": ("/", None),
    "devices": ("/devices/", None),
    "device": ("/devices/", _first("#results tbody th a")),
    "issues": ("/issues/", None),
    "coverage": ("/coverage/", None),
    "conflicts": ("/disagreements/", None),
    "patching": ("/patching/", None),
    "installers": ("/installers/", None),
    "accounts": ("/vendors/", None),
    "account": ("/vendors/", _first("main tbody th a")),
    "thresholds": ("/vendors/thresholds/", None),
    "audit": ("/audit/", None),
}


def addresses(page: Page, base: str, names: list[str]) -> dict[str, str]:
    found = {}
    for name in names:
        address, link = PAGES[name]
        if link is not None:
            page.goto(base + address)
            address = link(page)
        found[name] = address
    return found


def _listener(complaints: list[str]) -> Callable[[ConsoleMessage], None]:
    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    return hear


def shots(browser: Browser, base: str, places: Mapping[str, str], out: Path, state: Any) -> Iterator[str]:
    """Save every page in every theme and width. `state`: of a signed-in browser. Yields what is wrong."""
    for theme in THEMES:
        for width in WIDTHS:
            context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=theme, storage_state=state)
            page = context.new_page()
            complaints: list[str] = []
            page.on("console", _listener(complaints))
            for name, address in places.items():
                answer = page.goto(base + address, wait_until="networkidle")
                page.screenshot(path=out / f"{name}-{theme}-{width}.png", full_page=True)
                status = answer.status if answer else 0
                yield from ([f"{name}: status {status}"] if status != 200 else [])
                yield from (f"{name}, {theme}, {width} px: {text}" for text in complaints)
                complaints.clear()
            context.close()


def main() -> int:
    base = os.environ.get("ROLLCALL_URL", "http://127.0.0.1:8000").rstrip("/")
    user, password = os.environ.get("ROLLCALL_USER", "admin"), os.environ.get("ROLLCALL_PASSWORD", "")
    out = Path(os.environ.get("OUT", "screenshots"))
    names = os.environ.get("PAGES", "").split() or list(PAGES)
    if not password or not set(names) <= set(PAGES):
        sys.stderr.write(f"Set ROLLCALL_PASSWORD, and PAGES to some of: {' '.join(PAGES)}\n")
        return 2
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        page = browser.new_page()
        page.goto(f"{base}/accounts/login/")
        page.fill("[name=login]", user)
        page.fill("[name=password]", password)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/accounts/login/" not in url)
        wrong = list(shots(browser, base, addresses(page, base, names), out, page.context.storage_state()))
        browser.close()
    sys.stdout.write("".join(f"{line}\n" for line in wrong) + f"{len(names) * len(THEMES) * len(WIDTHS)} screenshots in {out}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
