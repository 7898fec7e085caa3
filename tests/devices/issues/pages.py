"""The pages of issues as a client reads them."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from tests.devices.alerts import one

FIRST = "3 problems reported"
HOSTILE = ["\0", "x" * 10_000, "issue-9" + "9" * 30 + "-a", "issue--1-a", "{{7*7}}", "issue-1-\0", "[" * 5000, "-", "'; DROP TABLE x"]


def text(client: Client, address: str = "/issues/?rows=issues", **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def item(title: str) -> str:
    return one(title).handle.form_value


def tomorrow() -> str:
    return str(timezone.localdate() + timedelta(days=1))
