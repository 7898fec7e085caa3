"""Search in 200 notations: each has its machine first, and what names no machine opens none."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Account, User
from tests.identity.feed import devices, sync
from tests.identity.notations import forty

pytestmark = pytest.mark.django_db
FIRST = re.compile(r'href="/devices/(\d+)/[^"]*"><strong>')
UNKNOWN = ("Dr. Huber's iPad", "iPhone von Dr. Meier", "WIN-1.2.3", "WIN-1.9.9", "nb-99999.corp.example", "S5CG9999ZZZ", "280-049-666-7")


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def first(desk: Client, text: str) -> tuple[int | None, int | None, bool]:
    """The first device of the page and of the JSON, and whether the page opened it."""
    page = desk.get("/d/", {"q": text})
    opened = page.status_code == 302
    shown = re.search(r"/devices/(\d+)/", page["Location"]) if opened else FIRST.search(" ".join(page.content.decode().split()))
    matches = desk.get("/d/", {"q": text, "format": "json"}).json()["matches"]
    return int(shown[1]) if shown else None, matches[0]["id"] if matches else None, opened


def test_notations(desk: Client) -> None:
    now = timezone.now().replace(microsecond=0)
    records, notations = forty(5, now)
    assert (len({each.machine for each in notations}), len(notations)) == (40, 200)
    for account, vendor in (("eset-1", "eset"), ("opswat-1", "opswat"), ("epm-1", "five9s")):
        sync(vendor, account, [each for each in records if each.account == account], at=now)
    assert Account.objects.count() == 3
    device_of, held = devices(), defaultdict(set)
    for each in records:
        held[each.machine].add(device_of[each.name])
    wrong = []
    for notation in notations:
        shown, listed, opened = first(desk, notation.text)
        if shown not in held[notation.machine] or listed not in held[notation.machine]:
            wrong.append((notation.sort, f"{notation.text!r}: {'nothing' if shown is None else 'another device'}"))
        elif notation.lossy and opened:
            wrong.append((notation.sort, f"{notation.text!r}: opened as exact"))
    print(f"\n{len(notations) - len(wrong)} of {len(notations)} notations have their machine first")
    for sort, count in Counter(sort for sort, _ in wrong).most_common():
        print(f"  {count} of {sum(each.sort == sort for each in notations)}  {sort}: {next(text for name, text in wrong if name == sort)}")
    assert wrong == []


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_names_no_machine_opens_none(desk: Client, text: str) -> None:
    now = timezone.now().replace(microsecond=0)
    records, _ = forty(5, now)
    sync("eset", "eset-1", [each for each in records if each.vendor == "eset"], at=now)
    assert first(desk, text)[2] is False
