"""A crawl: every page of Rollcall that links lead to, each kind of address once."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

LINK = re.compile(r'(?:href|hx-get|action)="([^"]+)"')
# The documentation is English; a file is no page; signing out would end the crawl.
LEFT_OUT = re.compile(r"^/(?:docs|static)/|\.(?:csv|xlsx)$|/logout/")
OF_ONE_KIND = 1


def crawl(client: Client, starts: list[str], *, language: str) -> dict[str, str]:
    """Address → HTML. Of addresses of one kind (name and names of parameters) the first is read."""
    pages: dict[str, str] = {}
    kinds: Counter[str] = Counter()
    waiting = list(starts)
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if address in pages or LEFT_OUT.search(urlsplit(address).path) or not kind or kinds[kind] >= OF_ONE_KIND:
            continue
        answer = client.get(address, headers={"accept-language": language})
        if answer.status_code == 405 or "text/html" not in answer.get("Content-Type", ""):
            continue
        kinds[kind] += 1
        pages[address] = answer.content.decode()
        links = (urljoin(address, unescape(link)).partition("#")[0] for link in LINK.findall(pages[address]))
        waiting += [link for link in links if link.startswith("/") and not link.startswith("//")]
    return pages


def kind_of(address: str) -> str:
    """Name of the view and of the parameters; empty where nothing answers."""
    parts = urlsplit(address)
    try:
        found = resolve(parts.path)
    except Resolver404:
        return ""
    return " ".join([found.view_name or parts.path, *sorted({name for name, _ in parse_qsl(parts.query)})])
