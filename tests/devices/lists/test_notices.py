"""Unknown filters of an address: a notice above the results names them, and there is no file and no action."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from devices.device_list.filters import DeviceFilters
from devices.lists.notices import left_out
from devices.models import AuditEvent, DeviceTag, SavedView, User
from tests.devices import rows as shown
from tests.devices.account_pages import HTMX

pytestmark = pytest.mark.django_db
LISTS = [
    "/devices/?lacks=bogus",
    "/devices/?life=bogus",
    "/issues/?severity=bogus",
    "/issues/?standing=bogus",
    "/patching/patches/?device=bogus",
    "/patching/patches/?status=bogus",
    "/patching/attempts/?day=bogus",
    "/patching/titles/?kind=bogus",
    "/patching/devices/?has=bogus",
    "/disagreements/?field=bogus",
    "/possible-duplicates/?device=bogus",
    "/installers/?os=bogus",
    "/installers/hand-outs/?show=bogus",
    "/audit/?since=bogus",
]
FILES = [
    "/devices/export.csv?state=bogus",
    "/issues/export.csv?kind=bogus",
    "/patching/patches.csv?severity=bogus",
    "/patching/attempts.csv?sort=bogus",
    "/patching/titles.csv?vendor=bogus",
    "/patching/devices.csv?os=bogus",
    "/installers/hand-outs.csv?show=bogus",
]


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    shown.small_fleet()
    client.force_login(alice)
    return client


def words_of(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split()))


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "results"])
def test_every_list_says_what_it_left_out(desk: Client, address: str, headers: dict[str, str]) -> None:
    name = address.partition("?")[2].partition("=")[0]
    sentence = f"Unknown filter ignored: {name}=bogus. The list may differ from the one intended."
    assert sentence in words_of(desk, address, **headers)
    for known in (f"?{name}=", "?utm_source=bogus", "?size=7&cols=bogus&after=bogus"):
        assert "ignored" not in words_of(desk, address.partition("?")[0] + known, **headers)


def test_several_are_named_in_one_sentence_and_an_order_in_its_own(desk: Client) -> None:
    words = words_of(desk, "/devices/?state=blue&vendor=acme&os=beos&sort=--name")
    assert "Unknown filters ignored: state=blue, vendor=acme, os=beos. The list may differ" in words
    assert "Unknown sort order ignored: sort=--name." in words


def test_what_is_repeated_of_an_address_is_short_clean_and_escaped(desk: Client) -> None:
    assert left_out({"state": "x" * 300}, filters=DeviceFilters).startswith(f"Unknown filter ignored: state={'x' * 59}….")
    page = desk.get("/devices/?state=<script>alert(1)</script>%00%0A&device=12345678901234567890").content.decode()
    assert "state=&lt;script&gt;alert(1)&lt;/script&gt;." in page and "<script>alert" not in page
    device = words_of(desk, "/patching/patches/?device=12345678901234567890")
    assert "Unknown filter ignored: device=12345678901234567890." in device


@pytest.mark.parametrize("address", [*FILES, *(address.replace(".csv", ".xlsx") for address in FILES)])
def test_no_file_is_made_and_the_list_says_why(desk: Client, address: str) -> None:
    answer = desk.get(address)
    list_url = address.replace(".csv", "/").replace(".xlsx", "/").replace("export/", "")
    assert answer.status_code == 302 and answer["Location"] == list_url
    words = words_of(desk, list_url)
    assert "No file was created: the link contains an unknown filter." in words
    assert "=bogus." in words
    assert not AuditEvent.objects.filter(action__contains="export").exists()


def test_nothing_is_done_with_all_that_match_what_nobody_knows(desk: Client) -> None:
    sent = {"action": "tag", "which": "matching", "confirmed": "1", "tag": "old"}
    answer = desk.post("/devices/bulk/?state=bogus", sent)
    assert answer["Location"] == "/devices/?state=bogus"
    sentence = "No action taken: the link contains an unknown filter. Filter the list again, then repeat the action."
    assert sentence in words_of(desk, "/devices/?state=bogus")
    assert not DeviceTag.objects.exists()
    answer = desk.post("/issues/decide/?severity=bogus", {"which": "matching"}, follow=True)
    assert sentence in answer.content.decode()


def test_a_view_that_asks_for_what_a_later_version_does_not_know_still_opens_and_says_so(desk: Client, alice: User) -> None:
    SavedView.objects.create(owner=alice, name="Old", slug="old", query="?state=mauve&os=windows&sort=shoe", changed_at=timezone.now())
    words = words_of(desk, "/devices/?view=old")
    assert "Unknown filter ignored: state=mauve." in words
    assert "nb-berlin-01" in words and "phone-04" not in words
    assert desk.get("/devices/export.csv?view=old").status_code == 200
    assert words_of(desk, "/views/")
