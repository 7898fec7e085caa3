"""The pages of patching as a person reads them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Device, Sighting, User
from devices.queries.place import Place
from patching.models import Patch, Title
from tests.devices import shown
from tests.devices.test_pages_list import NASTY
from tests.patching import made
from vendors.patch_states import Severity

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def text_of(client: Client, user: User, address: str, **headers: str) -> str:
    client.force_login(user)
    answer = client.get(f"/patching/{address}", headers=headers)
    assert answer.status_code == 200, (address, answer.status_code)
    return " ".join(answer.content.decode().split())


def words_of(client: Client, user: User, address: str, **headers: str) -> str:
    """Without the spaces that tags leave before a full stop."""
    words = " ".join(re.sub("<[^>]+>", " ", text_of(client, user, address, **headers)).split())
    return re.sub(" (?=[.,:])", "", words)


def test_before_anything_is_told(client: Client, bob: User) -> None:
    words = words_of(client, bob, "")
    assert "Nothing is known yet." in words and "No vendor has told anything about patching" in words
    assert "No open patch is known" in words_of(client, bob, "patches/")
    assert "No attempt in the last 30 days" in words_of(client, bob, "attempts/")
    assert "No application is known yet" in words_of(client, bob, "titles/")


def test_the_overview_says_how_it_stands_and_what_it_cannot_tell(client: Client, bob: User) -> None:
    made.small_patching()
    words = words_of(client, bob, "")
    assert "11 patches are open On 4 devices in use. 3 of them for more than 30 days." in words
    assert "50 % of the attempts that ended succeeded: 2 of 4 in the last 30 days." in words
    assert "Not counted: 1 that needed a restart, and 2 that came to neither (under way, not applicable, or unknown)." in words
    silent = words_of(client, bob, "silent/", **HTMX)
    assert (
        silent
        == "Of 2 devices no vendor tells anything about patching: OPSWAT MetaDefender IT Access does not. They are in none of these numbers."
    )
    assert client.get("/patching/silent/")["Location"] == "/devices/?patching=untold"
    Device.objects.filter(name__in=("phone-04", "away-07")).update(vendors=["eset"])
    assert words_of(client, bob, "silent/", **HTMX).startswith("Of every device at least one vendor tells about patching")
    assert "The credential of eset-main may not list attempts per device." in words and "lacks the right" not in words
    assert words.index("CVE-2026-1234") < words.index("What these numbers cannot tell")


def test_why_a_vendor_refuses_is_for_those_who_see_accounts(client: Client, ivan: User) -> None:
    made.small_patching()
    assert "the user lacks the right to patch management" in words_of(client, ivan, "")


def test_a_rate_needs_attempts_that_ended(client: Client, bob: User) -> None:
    account = shown.account("eset-main", "eset")
    made.attempt(account, status="installing", ended_at=None)
    assert "No attempt of the last 30 days has ended, so there is no success rate. 1 without an end." in words_of(client, bob, "")


def test_the_vendors_word_stands_beside_ours_and_the_next_step_above(client: Client, bob: User) -> None:
    made.small_patching()
    words = words_of(client, bob, "patches/?status=failed&reason=untold")
    assert "Ask the vendor. The vendor says that it failed, not why." in words
    assert "Failed Vendor gives no reason InstallFailure" in words
    assert "Unknown Teleported" in words_of(client, bob, "patches/?status=unknown")


def test_the_oldest_patch_comes_first_and_age_counts_from_the_first_detection(client: Client, bob: User) -> None:
    made.small_patching()
    words = words_of(client, bob, "patches/")
    assert words.index("CVE-2026-1234") < words.index("nb-munich-02") < words.index("KB5031455")
    turned = words_of(client, bob, "patches/?sort=-age")
    assert turned.index("KB5031455") < turned.index("CVE-2026-1234")


def test_what_rests_is_neither_listed_nor_counted(client: Client, bob: User) -> None:
    made.small_patching()
    for address in ("patches/", "patches/?status=all", ""):
        assert "Resting" not in words_of(client, bob, address)


def test_an_attempt_without_a_device_says_so(client: Client, bob: User) -> None:
    eset = made.small_patching()["eset"]
    assert "The vendor does not say which device" in words_of(client, bob, "attempts/?q=7-zip&status=failed")
    made.attempt(eset, "Opera", device_ref="guid-of-nobody")
    assert "Not listed yet guid-of-nobody" in words_of(client, bob, "attempts/?q=opera")


def test_versions_compare_by_their_number_and_not_by_their_name(client: Client, bob: User) -> None:
    eset = made.small_patching()["eset"]
    made.attempt(eset, "Firefox", before="99.0", after="100.0", before_number=99, after_number=100)
    title = Title.objects.get(name="Firefox").pk
    assert "Newest version that was installed: 129.0" in words_of(client, bob, f"titles/{title}/")
    assert words_of(client, bob, f"attempts/?title={title}").count("to an older version") == 1


def test_the_panel_of_a_device(client: Client, bob: User) -> None:
    made.small_patching()
    words = {each.name: words_of(client, bob, f"device/{each.pk}/", **HTMX) for each in Device.objects.all()}
    munich = words["nb-munich-02"]
    assert munich.startswith("Patching 4 open · 3 failed · 1 installing") and munich.index("Free the download") < munich.index(
        "Attempts 1 kept"
    )
    assert "No vendor that lists this device tells anything about patching" in words["phone-04"]
    assert "No open patch is known: five(9)s Console tells" in words["old-06"]


def test_the_panel_of_a_device_that_is_not_in_use_says_that_its_patches_rest(client: Client, bob: User) -> None:
    made.small_patching()
    device = Device.objects.get(name="nb-berlin-01")
    Patch.objects.filter(sighting__device=device).update(counted=False)
    words = words_of(client, bob, f"device/{device.pk}/", **HTMX)
    assert "What was open last rests" in words and "open since" not in words


def test_the_panel_without_scripts_is_the_list(client: Client, bob: User) -> None:
    made.small_patching()
    client.force_login(bob)
    pk = Device.objects.get(name="nb-munich-02").pk
    page = client.get(f"/devices/{pk}/").content.decode()
    assert f'hx-get="/patching/device/{pk}/"' in page
    assert client.get(f"/patching/device/{pk}/")["Location"] == f"/patching/patches/?device={pk}"
    chip = words_of(client, bob, f"patches/?device={pk}")
    assert "Device: nb-munich-02" in chip and "1–4 of 4 patches" in chip
    assert client.get("/patching/device/999999/").status_code == client.get(f"/patching/device/{2**70}/").status_code == 404
    assert client.get(f"/patching/titles/{2**70}/").status_code == 404


def test_what_a_credential_can_read_and_what_not(client: Client, ivan: User) -> None:
    made.small_patching()
    words = words_of(client, ivan, "account/eset-main/", **HTMX)
    assert "This credential can list recent attempts, without their devices. Complete just now." in words
    assert "This credential cannot list attempts per device. The vendor refuses it" in words
    assert "Not known yet whether this credential can list missing patches per device" in words
    assert "Its list of devices brings their patches" in words_of(client, ivan, "account/five-main/", **HTMX)
    assert "OPSWAT MetaDefender IT Access tells nothing about patching." in words_of(client, ivan, "account/opswat-main/", **HTMX)
    client.force_login(ivan)
    assert client.get("/patching/account/eset-main/")["Location"] == "/vendors/eset-main/"
    assert client.get("/patching/account/nobody/", headers=HTMX).status_code == 404
    assert 'hx-get="/patching/account/eset-main/"' in client.get("/vendors/eset-main/").content.decode()


TOKENS = {
    "age": Place("age", (datetime(1, 1, 1, tzinfo=timezone.get_fixed_timezone(14 * 60)), 1), 50).token(),
    "-at": Place("-at", (datetime(9999, 12, 31, tzinfo=timezone.get_fixed_timezone(-14 * 60)), 1), 50).token(),
    "-open": Place("-open", (2**63, 1), 50).token(),
    "name": Place("name", ("\0", 1), 50).token(),
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
    assert "No patch matches" in text and "Clear filters" in text


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
    assert "No patch matches" in words_of(client, bob, "patches/?q=munich")


def test_a_title_that_no_device_has_and_nobody_tried_of_late_is_left_out(client: Client, bob: User) -> None:
    made.small_patching()
    words = words_of(client, bob, "titles/")
    assert "1–8 of 8 entries" in words and "Resting" not in words
    assert "Nothing is known of it now" in words_of(client, bob, f"titles/{Title.objects.get(name='Resting').pk}/")


def test_the_worst_stand_first(client: Client, bob: User) -> None:
    made.small_patching()
    found = re.findall("(?:High|Medium) ", words_of(client, bob, "patches/?sort=severity").partition("Account")[2])
    assert found == ["High ", "Medium "]
    assert words_of(client, bob, "patches/?sort=-severity").rstrip().index("Medium") < words_of(
        client, bob, "patches/?sort=-severity"
    ).rindex("High ")
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
    assert "No known device is in a group “Nobody”" in words_of(client, bob, "devices/?group=Nobody")
    Sighting.objects.filter(device=berlin).update(life="gone")
    Patch.objects.filter(sighting__device=berlin).update(counted=False)
    assert names.findall(words_of(client, bob, "devices/?has=high")) == []


def test_pages_go_on_after_a_name_with_invisible_letters(client: Client, bob: User) -> None:
    sighting = shown.sighting(shown.account("eset-main", "eset"), "nb-1")
    for number in range(30):
        made.patch(sighting, f"\u202ename {number:02}")
    following = re.search(r'rel="next" href="/patching/([^"]+)"', text_of(client, bob, "titles/?sort=name&size=25"))
    assert following and "26–30</strong> of 30" in text_of(client, bob, following[1].replace("&amp;", "&"))
