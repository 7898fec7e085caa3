"""Every number on a page that is a link, and how many rows the list that it opens says it has."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from django.test import Client

NUMBER = re.compile(r"[\d,]+\+?")


class Numbers(HTMLParser):
    """(address, number in words) of links that begin with a number."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._address: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._address, self._text = dict(attrs).get("href"), ""

    def handle_data(self, data: str) -> None:
        self._text += f" {data}"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._address:
            words = self._text.split()
            # A tile says its label first and its number last.
            told = next((word for word in (words[:1] + words[-1:]) if NUMBER.fullmatch(word)), "")
            if told and ("/patching/" in self._address or "/devices/?" in self._address) and "size=" not in self._address:
                self.found.append((self._address, told))
            self._address = None


def numbers_on(client: Client, address: str, **headers: str) -> list[tuple[str, str]]:
    parser = Numbers()
    parser.feed(client.get(address, headers=headers).content.decode())
    return parser.found


def listed(client: Client, address: str) -> str:
    """How many the list says it has, in its words."""
    page = " ".join(client.get(address).content.decode().split())
    of = re.search(r"</strong> of ([\d,]+\+?) ", page)
    return of[1] if of else "0"
