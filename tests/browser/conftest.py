"""A real Chromium against the real application. Whatever the browser complains about fails the test."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from devices.jobs import heartbeat
from devices.models import Device, User
from tests.browser.chromium import FLAGS, chromium_path
from tests.browser.pages import make_laptop
from tests.conftest import confirm

# Playwright's loop runs in this thread; Django would refuse to use the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PATIENCE_MS = 15_000
DESK = (1366, 768)
PHONE = (360, 740)
WATCH = (
    "document.addEventListener('securitypolicyviolation', e => console.error('CSP violation: ' + e.violatedDirective + ' ' + e.blockedURI))"
)


def _chromium() -> str:
    if path := chromium_path():
        return path
    sentence = "No Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM to its path."
    if os.environ.get("ROLLCALL_BROWSER_REQUIRED") == "1":
        pytest.fail(sentence)
    pytest.skip(f"BROWSER TESTS SKIPPED. {sentence}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = _chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Desk:
    """Opens pages as somebody, and keeps what the browser complains about; `expected` are complaints that a test provokes."""

    browser: Browser
    server: LiveServer
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        address: str = "/",
        *,
        user: User | None = None,
        size: tuple[int, int] = DESK,
        theme: str = "light",
        scripts: bool = True,
        language: str = "en-US",
    ) -> Page:
        scheme: Literal["dark", "light"] = "dark" if theme == "dark" else "light"
        width, height = size
        context = self.browser.new_context(
            base_url=self.server.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=language,
            timezone_id="UTC",
            reduced_motion="reduce",  # what changes its colour slowly would be looked at half way
            java_script_enabled=scripts,
            permissions=["clipboard-read", "clipboard-write"],
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if user is not None:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": _session(user), "url": self.server.url}])
        page = context.new_page()
        page.add_init_script(WATCH)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        heartbeat.beat()  # as a worker would: pages say so when there is none
        page.goto(address)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._wait_for_answers()
        unexpected = [text for text in self.complaints if not any(part in text for part in self.expected)]
        assert not unexpected, f"the browser complained: {unexpected}"

    def _wait_for_answers(self) -> None:
        """What is still asked when the tables are emptied would wait for that, and that for it."""
        with socket.create_connection((self.server.thread.host, self.server.thread.port), timeout=PATIENCE_MS / 1000) as last:
            last.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            last.recv(1)  # connections are accepted in their order: every earlier one has its thread by now
        for thread in threading.enumerate():
            if getattr(getattr(thread, "_target", None), "__self__", None) is self.server.thread.httpd:
                thread.join(PATIENCE_MS / 1000)


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    confirm(client)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


@pytest.fixture
def desk(chromium: Browser, live_server: LiveServer) -> Iterator[Desk]:
    desk = Desk(chromium, live_server)
    yield desk
    desk.close()


@pytest.fixture
def laptop(transactional_db: None) -> Device:
    return make_laptop()
