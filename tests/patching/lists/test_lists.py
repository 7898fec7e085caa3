"""The lists of patching: their order, their pages, and whatever can stand in their addresses."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from devices.lists.keyset import Cursor
from devices.models import Device, Sighting, User
from patching.models import Patch, PatchRun, Title
from tests.devices import rows as shown
from tests.devices.device_list.test_views import NASTY
from tests.patching import rows as made
from tests.patching.page_text import HTMX, text_of, words_of
from vendors.patch_states import Severity
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db
TOKENS = {
    "age": Cursor("age", (datetime(1, 1, 1, tzinfo=timezone.get_fixed_timezone(14 * 60)), 1), 50).token(),
    "-at": Cursor("-at", (datetime(9999, 12, 31, tzinfo=timezone.get_fixed_timezone(-14 * 60)), 1), 50).token(),
    "-open": Cursor("-open", (2**63, 1), 50).token(),
    "name": Cursor("name", ("\0", 1), 50).token(),
}
LISTS = ("patches/", "attempts/", "devices/", "titles/")
BAD = [
    *({"q": each} for each in NASTY),
    {
        "status": "splendid",
        "reason": "bad",
        "kind": "x",
        "severity": "9",
        "vendor": "dos",
        "age": "over--1",
        "period": "0",
        "day": "yesterday",
    },
    {"title": "9" * 30, "device": "-1", "probably": "9" * 30},
    {"title": "٣", "device": "1e5", "day": "2026-02-30"},
    {"title": str(2**63), "device": str(2**63 - 1), "probably": str(2**63 - 1)},
    {"account": "\0", "sort": "--age", "size": "1000000"},
    {"day": "0001-01-01"},
    {"day": "9999-12-31", "period": "all"},
    {"after": "x", "before": "===="},
    *({"after": token, "sort": sort} for sort, token in TOKENS.items()),
    {"after": "WyJhZ2UiLDUwLCJuZXZlciIsMV0"},
    {"after": "WyItYXQiLDUwLCIyMDI2LTAxLTAxIiwxXQ"},
]


@pytest.mark.parametrize("place", LISTS)
@pytest.mark.parametrize("query", BAD, ids=range(len(BAD)))
def test_nothing_in_an_address_is_an_error(client: Client, ivan: User, place: str, query: dict[str, Any]) -> None:
    made.small_patching()
    client.force_login(ivan)
    sent = {name: value.encode("utf-8", "surrogatepass") for name, value in query.items()}
    for address in (f"/patching/{place}", f"/patching/{place.strip('/')}.csv"):
        answer = client.get(address, sent, follow=True)  # no file comes of what nobody knows
        assert answer.status_code == 200, answer.status_code
        assert b"".join(answer) if answer.streaming else answer.content


def test_what_was_typed_is_kept(client: Client, bob: User) -> None:
    made.small_patching()
    text = text_of(client, bob, "patches/?q=no+such+thing&status=failed&age=over-90")
    assert 'value="no such thing"' in text and '<option value="failed" selected>' in text and '<option value="over-90" selected>' in text
    assert "No matching patches" in text and "Clear filters" in text


def test_hostile_words_are_only_text(client: Client, bob: User) -> None:
    eset = made.small_patching()["eset"]
    berlin = Sighting.objects.get(account=eset, name="nb-berlin-01")
    for words in shown.HOSTILE:
        made.patch(berlin, words, raw=words[:100], version=words)
        made.attempt(eset, words, raw=words[:100], after=words)
    for address in ("", "patches/", "attempts/", "devices/", "titles/", "reasons/"):
        text = text_of(client, bob, address)
        assert "<script>alert" not in text and "<img src=x" not in text and '<div hx-get="/devices/">' not in text


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("patches/?status=all", 60),
        ("patches/?sort=severity", 60),
        ("patches/?sort=-severity&status=all", 60),
        ("attempts/", 60),
        ("titles/?sort=name", 60),
        ("titles/?sort=-open", 60),
    ],
)
def test_pages_show_every_row_once_in_both_directions(client: Client, bob: User, address: str, number: int) -> None:
    eset = shown.account("eset-main", "eset")
    sighting = shown.sighting(eset, "nb-1")
    at, severities = timezone.now(), list(Severity)
    for each in range(number):
        made.patch(sighting, f"Application {each:02}", open_since=at, severity=severities[each % 5])
        made.attempt(eset, f"Application {each:02}")
    assert_every_row_once(client, bob, address, r"Application \d\d", [f"Application {each:02}" for each in range(number)])


@pytest.mark.parametrize("sort", ["-open", "open", "-failed"])
def test_devices_that_lack_as_much_come_once_each(client: Client, bob: User, sort: str) -> None:
    eset, names = shown.account("eset-main", "eset"), [f"nb-{each:02}" for each in range(60)]
    for each, name in enumerate(names):
        sighting = shown.sighting(eset, name)
        for status in ("failed", "available")[each % 2 :]:
            made.patch(sighting, status=status)
    assert_every_row_once(client, bob, f"devices/?sort={sort}", r"nb-\d\d", names)


def assert_every_row_once(client: Client, bob: User, address: str, row: str, names: list[str]) -> None:
    """Three pages, and back to the first."""
    places, seen = [f"{address}&size=25" if "?" in address else f"{address}?size=25"], []
    for rel in ("next", "next", "prev", "prev"):
        text = text_of(client, bob, places[-1])
        seen.append(re.findall(f"{row}(?=</a>)", text))
        found = re.search(rf'rel="{rel}" href="/patching/([^"]+)"', text)
        assert found, (rel, places)
        places.append(found[1].replace("&amp;", "&"))
    seen.append(re.findall(f"{row}(?=</a>)", text_of(client, bob, places[-1])))
    assert seen[0] == seen[4] and seen[1] == seen[3]
    assert sorted(seen[0] + seen[1] + seen[2]) == names


def test_the_fragment_is_the_results_only_and_its_address_has_what_differs(client: Client, bob: User) -> None:
    made.small_patching()
    client.force_login(bob)
    answer = client.get("/patching/patches/?q=&status=failed&reason=&age=&kind=", headers=HTMX)
    assert answer["HX-Push-Url"] == "/patching/patches/?status=failed"
    assert answer.content.decode().strip().startswith('<section id="results"')
    assert client.get("/patching/attempts/?period=30&status=", headers=HTMX)["HX-Push-Url"] == "/patching/attempts/"
    assert client.get("/patching/devices/?q=&has=failed&group=&tag=", headers=HTMX)["HX-Push-Url"] == "/patching/devices/?has=failed"
    assert client.get("/patching/titles/?q=fire&kind=", headers=HTMX)["HX-Push-Url"] == "/patching/titles/?q=fire"


def test_a_text_means_applications_and_devices(client: Client, bob: User) -> None:
    made.small_patching()
    assert "1–3 of 3 patches" in words_of(client, bob, "patches/?q=fire")
    assert "1–4 of 4 patches" in words_of(client, bob, "patches/?q=munich")
    Patch.objects.all().delete()
    assert "No matching patches" in words_of(client, bob, "patches/?q=munich")


def test_a_title_that_no_device_has_and_nobody_tried_of_late_is_left_out(client: Client, bob: User) -> None:
    made.small_patching()
    words = words_of(client, bob, "titles/")
    assert "1–8 of 8 entries" in words and "Resting" not in words
    assert "No patch data No active device has a patch for it" in words_of(client, bob, f"titles/{Title.objects.get(name='Resting').pk}/")


def test_the_worst_stand_first(client: Client, bob: User) -> None:
    made.small_patching()
    found = re.findall("(?:High|Medium)\\b", words_of(client, bob, "patches/?sort=severity").partition("First detected")[2])
    assert found == ["High", "Medium"]
    assert words_of(client, bob, "patches/?sort=-severity").rstrip().index("Medium") < words_of(
        client, bob, "patches/?sort=-severity"
    ).rindex("High")
    assert "1–1 of 1 patch" in words_of(client, bob, "patches/?severity=medium")


def test_devices_stand_by_what_they_lack(client: Client, bob: User) -> None:
    accounts = made.small_patching()
    berlin = Device.objects.get(name="nb-berlin-01")
    Sighting.objects.filter(device=berlin, account=accounts["eset"]).update(group_name="Sales")
    names = re.compile("(nb-munich-02|srv-london-05|mac-zurich-03|nb-berlin-01) ")
    assert names.findall(words_of(client, bob, "devices/")) == ["nb-munich-02", "srv-london-05", "mac-zurich-03", "nb-berlin-01"]
    assert names.findall(words_of(client, bob, "devices/?sort=-restart"))[0] == "mac-zurich-03"
    assert names.findall(words_of(client, bob, "devices/?sort=-high"))[0] == "nb-berlin-01"
    assert names.findall(words_of(client, bob, "devices/?has=failed&sort=failed"))[-1] == "nb-munich-02"
    assert names.findall(words_of(client, bob, "devices/?q=munich")) == ["nb-munich-02"]
    assert names.findall(words_of(client, bob, "devices/?group=Sales")) == ["nb-berlin-01"]
    assert "No devices in a group “Nobody”" in words_of(client, bob, "devices/?group=Nobody")
    Sighting.objects.filter(device=berlin).update(life="gone")
    Patch.objects.filter(sighting__device=berlin).update(counted=False)
    assert names.findall(words_of(client, bob, "devices/?has=high")) == []


def test_pages_go_on_after_a_name_with_invisible_letters(client: Client, bob: User) -> None:
    sighting = shown.sighting(shown.account("eset-main", "eset"), "nb-1")
    for number in range(30):
        made.patch(sighting, f"\u202ename {number:02}")
    following = re.search(r'rel="next" href="/patching/([^"]+)"', text_of(client, bob, "titles/?sort=name&size=25"))
    assert following and "26–30</strong> of 30" in text_of(client, bob, following[1].replace("&amp;", "&"))


def test_an_attempt_names_its_account_and_when_it_was_synced(client: Client, bob: User) -> None:
    eset = shown.account("eset-main", "eset")
    run = PatchRun.objects.create(account=eset, source=Source.ATTEMPTS, created_at=timezone.now(), next_step_at=timezone.now())
    made.attempt(eset, "Firefox", days=1, run_id=run.pk)
    text = words_of(client, bob, "attempts/")
    assert "eset-main synced" in text and "fetch" not in text.split("Firefox")[1][:200]
