"""The list of possible duplicates: what is shown, and to whom."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.lists.keyset import Cursor, Total
from devices.matching.rules import POSSIBLE
from devices.models import Account, Device, Life, PossibleDuplicate, Ruling, Sighting, User
from devices.possible_duplicates import queries as reading
from tests.devices import records as making
from tests.devices import rows as shown
from tests.devices.matching.test_grouping import HOST, M1, M2, MAC, SERIAL, USER, Keys, partition, save, told

pytestmark = pytest.mark.django_db
PAGE = "/possible-duplicates/"


def pair(name: str = "reception", *, first: Keys | None = None, second: Keys | None = None) -> list[int]:
    """Two devices of that name at two vendors, which matching leaves to a user. Returns their ids, in order."""
    eset = Account.objects.filter(name="eset-main").first() or making.account()
    opswat = Account.objects.filter(name="opswat-main").first() or making.account("opswat-main", "opswat")
    save(eset, told(f"e-{name}", {HOST: name, SERIAL: f"s{name}", **(first or {})}, name=name, serial=f"S{name}", user="anna"))
    save(opswat, told(f"o-{name}", {HOST: name, **(second or {})}, name=name, user="anna"))
    return sorted(Sighting.objects.filter(external_id__endswith=f"-{name}").values_list("device", flat=True))


def text_of(client: Client, address: str = PAGE) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


def test_a_pair_with_both_devices_and_its_evidence(client: Client, ivan: User) -> None:
    pair()
    client.force_login(ivan)
    text = text_of(client)
    assert "1 pair" in text
    assert text.count("reception Status OK Reported by") == 2
    assert "Reported by ESET Last seen" in text and "Serial Sreception User anna" in text
    assert "Reported by OPSWAT Last seen" in text and "Serial — User anna" in text
    assert "Evidence: 4 +4 Same hostname reception" in text
    assert "Merge" in text and "Keep separate" in text


def test_evidence_against_it_has_a_minus_sign_and_a_form_of_its_own(client: Client, ivan: User) -> None:
    pair(first={USER: "anna", MAC: M1}, second={USER: "anna", MAC: M2})
    client.force_login(ivan)
    html = client.get(PAGE).content.decode()
    assert "Evidence: 4 +4 Same user anna +4 Same hostname reception \N{MINUS SIGN}4 Different MAC addresses" in text_of(client)
    assert [found.split()[-1] for found in re.findall(r'class="(weight[^"]*)"', html)] == ["weight", "weight", "is-against"]


def test_what_speaks_against_it_in_other_records_is_shown(client: Client, bob: User) -> None:
    eset, opswat, five = making.account(), making.account("opswat-main", "opswat"), making.account("epm", "five9s")
    save(eset, told("e", {HOST: "reception", SERIAL: "pf3xk2ab", MAC: M1}))
    save(five, told("f", {HOST: "reception", SERIAL: "pf3xk2ab"}))
    save(opswat, told("o", {HOST: "reception", USER: "anna", MAC: M2}))
    PossibleDuplicate.objects.exclude(first__external_id="f").update(total=3)
    client.force_login(bob)
    text = text_of(client)
    assert "Evidence: 4 +4 Same hostname reception Other records of the two devices:" in text
    assert f"\N{MINUS SIGN}4 Different MAC addresses: {M1.upper()} and {M2.upper()}" in text, "the older device first, as on the page"


def test_devices_that_exclude_each_other_are_not_offered() -> None:
    """A machine that was replaced by another one of its name: the records without serials would match."""
    eset, opswat = making.account(), making.account("opswat-main", "opswat")
    for number, mac in enumerate((M1, M2)):
        keys = {HOST: "nb-0042", MAC: mac, USER: "anna"}
        save(eset, told(f"e{number}", {**keys, SERIAL: f"pf3xk2a{number}"}, days_ago=9 - 9 * number))
        save(opswat, told(f"o{number}", {HOST: "nb-0042", MAC: mac}, days_ago=9 - 9 * number))
    assert partition() == [["e0", "o0"], ["e1", "o1"]]
    assert reading.count() == Total(0)


def test_readers_see_no_buttons_and_strangers_see_nothing(client: Client, bob: User, charlie: User) -> None:
    pair()
    assert client.get(PAGE).status_code == 302
    client.force_login(charlie)
    assert client.get(PAGE).status_code == 403
    client.force_login(bob)
    assert "Same hostname reception" in text_of(client)
    assert "possible-duplicates/decide" not in client.get(PAGE).content.decode()


def test_without_pairs_the_page_says_so(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert "No possible duplicates" in text_of(client)
    assert "possible duplicate" not in text_of(client, "/").replace("Possible duplicates", "")


def test_of_two_devices_with_several_pairs_the_best_one_is_shown() -> None:
    eset, second, opswat = making.account(), making.account("eset-second"), making.account("opswat-main", "opswat")
    save(eset, told("e", {HOST: "reception", SERIAL: "pf3xk2ab"}))
    save(second, told("e2", {HOST: "front-desk", SERIAL: "pf3xk2ab", MAC: f"{M1} {M2}"}, manufacturer="Dell", model="Latitude 5420"))
    save(opswat, told("o", {HOST: "reception", MAC: f"{M1} {M2}"}, manufacturer="Dell", model="OptiPlex 7090"))
    assert partition() == [["e", "e2"], ["o"]]
    assert sorted(PossibleDuplicate.objects.values_list("total", flat=True)) == [4, 5]
    assert [each.total for each in reading.open_pairs()] == [5]
    assert reading.count() == Total(1)


def test_pairs_of_removed_retired_and_merged_devices_are_not_shown() -> None:
    first, second, third = (pair(name) for name in ("reception", "workshop", "canteen"))
    assert reading.count() == Total(3)
    Sighting.objects.filter(external_id="o-reception").update(life=Life.GONE)
    assert reading.count() == Total(2)
    Device.objects.filter(pk=second[0]).update(life=Life.RETIRED)
    assert reading.count() == Total(1)
    Sighting.objects.filter(device=third[1]).update(device=third[0])
    assert reading.count() == Total(0)
    assert not reading.is_open(*first)


def test_a_split_by_a_user_holds_for_all_records_of_the_two_devices(ivan: User) -> None:
    devices = pair()
    records = [Sighting.objects.get(device=each).pk for each in devices]
    second = making.account("eset-second")
    save(second, told("e2", {HOST: "reception", SERIAL: "sreception"}, name="reception"))
    Ruling.objects.create(
        first_id=min(records), second_id=max(records), together=False, reason="two desks", made_by=ivan, made_at=timezone.now()
    )
    assert PossibleDuplicate.objects.exists() and reading.count() == Total(0)


def test_the_best_evidence_comes_first_and_pages_follow_each_other(client: Client, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SIZE", 2)
    for name in ("reception", "workshop", "canteen", "library"):
        pair(name)
    PossibleDuplicate.objects.filter(first__external_id="e-library").update(total=7)
    client.force_login(bob)
    seen: list[str] = []
    address = PAGE
    while address:
        html = client.get(address).content.decode()
        seen += re.findall(r'<h3 id="pair-\d+-1"><a[^>]*>(\w+)<', html)
        onward = re.search(r'rel="next" href="([^"]+)"', html)
        address = onward[1].replace("&amp;", "&") if onward else ""
    assert seen[0] == "library" and sorted(seen) == ["canteen", "library", "reception", "workshop"]


def test_the_number_is_on_the_dashboard_and_on_both_devices(client: Client, bob: User) -> None:
    one, other = pair()
    pair("workshop")
    client.force_login(bob)
    assert "2 possible duplicates" in text_of(client, "/")
    for device in (one, other):
        assert f'href="{PAGE}?device={device}"' in client.get(f"/devices/{device}/").content.decode()
        assert "1 pair" in text_of(client, f"{PAGE}?device={device}")
    assert "No possible duplicates of this device" in text_of(client, f"{PAGE}?device=999999")


def test_numbers_stop_at_the_most_that_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_COUNTED", 1)
    pair(), pair("workshop")
    assert reading.count().words == "1+"


@pytest.mark.parametrize("value", ["", "x", "-1", "\x00", "9" * 30, "x" * 10_000])
@pytest.mark.parametrize("name", ["device", "after", "before"])
def test_no_address_is_an_error(client: Client, bob: User, name: str, value: str) -> None:
    pair()
    client.force_login(bob)
    assert client.get(PAGE, {name: value}).status_code == 200


@pytest.mark.parametrize("words", shown.HOSTILE)
def test_hostile_text_is_only_text(client: Client, ivan: User, words: str) -> None:
    eset, opswat = making.account(), making.account("opswat-main", "opswat")
    save(eset, told("e", {HOST: "reception", SERIAL: "abc123"}, name=words, serial=words, user=words, model=words))
    save(opswat, told("o", {HOST: "reception", MAC: M2}, name=words, user=words))
    PossibleDuplicate.objects.update(evidence=[["hostname", words, words], ["no-such-rule", words, words]])
    client.force_login(ivan)
    html = client.get(PAGE).content.decode()
    assert "Same hostname" in html
    assert "<script>alert" not in html and "<img src=x" not in html and '<div hx-get="/devices/">' not in html and "<b>" not in html


def test_the_number_of_queries_does_not_grow(client: Client, ivan: User) -> None:
    pair()
    client.force_login(ivan)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for name in ("workshop", "canteen", "library", "lobby"):
        pair(name)
    with CaptureQueriesContext(connection) as more:
        assert client.get(PAGE).content.decode().count('class="pair"') == 5
    assert len(more) == len(few) <= 13


def test_a_page_begins_again_where_its_last_pair_was_decided(client: Client, bob: User) -> None:
    pair()
    token = Cursor(reading.ORDER.key, (POSSIBLE, 1), 25).token()
    client.force_login(bob)
    assert "1 pair" in text_of(client, f"{PAGE}?after={token}")
