"""Clicks of a user, counted."""

from __future__ import annotations

from playwright.sync_api import Locator


class Clicks:
    def __init__(self) -> None:
        self.number = 0

    def on(self, target: Locator) -> None:
        target.click()
        self.number += 1
