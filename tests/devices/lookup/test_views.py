"""The search page: what opens at once, how results are grouped and marked, and what a search without results means."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from devices.lookup import views as lookup
from devices.models import Account, Device, User
from devices.search import queries as search
from tests.conftest import PASSWORD
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def fleet() -> dict[str, Account]:
    return shown.small_fleet()


@pytest.fixture
def desk(client: Client, fleet: dict[str, Account], bob: User) -> Client:
    client.force_login(bob)
    return client


def words(client: Client, address: str, **query: str) -> str:
    return " ".join(client.get(address, query).content.decode().split())


def address_of(name: str) -> str:
    return reverse("devices:detail", args=[Device.objects.get(name=name).pk])


EXACT = ["nb-berlin-01", "NB-BERLIN-01.corp.example", "pf3xk2", "sn:PF 3XK2", "001a.2b3c.4d5e", "mac:00-1A-2B-3C-4D-5E"]
EXACT += ["ACME\\anna.becker", "anna.becker@acme.example", "user:anna.becker", "10.0.50.17", "ip:10.0.50.17"]


@pytest.mark.parametrize("term", EXACT)
def test_a_single_exact_hit_opens_the_device(desk: Client, term: str) -> None:
    answer = desk.get("/d/", {"q": term})
    assert (answer.status_code, answer["Location"]) == (302, address_of("nb-berlin-01"))


@pytest.mark.parametrize("term", ["00:1a:2b", "10.0.50.", "pf3x", "nb-berlin-0", "berlin", "beck"])
def test_a_part_of_a_name_or_number_is_answered_with_a_list(desk: Client, term: str) -> None:
    assert address_of("nb-berlin-01") in words(desk, "/d/", q=term)


@pytest.mark.parametrize("term", ["becker", "user:becker", "Anna Becker"])
def test_whole_words_of_a_user_open_the_only_device_that_has_it(desk: Client, term: str) -> None:
    answer = desk.get("/d/", {"q": term, "ticket": "INC1"})
    assert (answer.status_code, answer["Location"]) == (302, address_of("nb-berlin-01") + "?ticket=INC1")
    assert "Only match for" in desk.get(answer["Location"]).content.decode()
    assert address_of("nb-berlin-01") in words(desk, "/d/", q=term, all="1")


def test_a_link_with_a_part_of_a_name_opens_nothing(desk: Client, fleet: dict[str, Account]) -> None:
    assert desk.get("/d/user/becker").status_code == 200
    shown.sighting(fleet["eset"], "lab-9", user="ACME\\otto.becker", ids=[(IdKind.USER, "ACME\\otto.becker")])
    assert "2 devices found" in words(desk, "/d/", q="becker")


def test_hits_are_grouped_by_the_key_with_the_fragment_marked_and_the_last_contact(desk: Client, fleet: dict[str, Account]) -> None:
    shown.sighting(fleet["eset"], "lab-7", ids=[(IdKind.SERIAL, "NB 9-17")])
    page = words(desk, "/d/", q="nb")
    assert re.findall(r'<section class="panel" aria-label="([^"]*)"', page) == ["Matched by Serial", "Matched by Hostname"]
    assert "<mark>nb</mark>-berlin-01" in page
    assert "<mark>NB</mark> 9-17" in page
    assert re.search(r"Last seen </span><time [^>]*>3 h ago", page)


def test_an_exact_hit_beside_others_opens_and_offers_the_others(desk: Client, fleet: dict[str, Account]) -> None:
    shown.sighting(fleet["eset"], "nb-berlin-011")
    answer = desk.get("/d/", {"q": "nb-berlin-01", "ticket": "INC1"}, follow=True)
    assert answer.redirect_chain[0][0] == address_of("nb-berlin-01") + "?ticket=INC1"
    assert b'<a href="/d/?q=nb-berlin-01&amp;ticket=INC1&amp;all=1">Show all 2 results</a>' in answer.content
    assert "2 devices found" in words(desk, "/d/", q="nb-berlin-01", all="1")


def test_a_tag_that_one_device_has_does_not_hide_the_names_that_contain_it(desk: Client, fleet: dict[str, Account]) -> None:
    shown.sighting(fleet["eset"], "lab-8", ids=[(IdKind.TAG, "berlin")])
    assert "2 devices found" in words(desk, "/d/", q="berlin")
    assert desk.get("/d/", {"q": "tag:berlin"}).status_code == 302


def test_in_restricts_to_what_a_vendor_or_an_account_sees_now(desk: Client) -> None:
    assert desk.get("/d/", {"q": "nb-berlin-01 in:opswat"})["Location"] == address_of("nb-berlin-01")
    assert desk.get("/d/", {"q": "IN:eset-main nb-berlin-01"})["Location"] == address_of("nb-berlin-01")
    assert "No devices found for" in words(desk, "/d/", q="in:opswat zurich")
    assert "No devices found for" in words(desk, "/d/", q="nb-munich-02 in:five9s")
    assert "Excluded by in: in the search." in words(desk, "/d/", q="in:opswat zurich")
    assert "2 devices found" in words(desk, "/d/", q="in:opswat")
    assert "1 device found" in words(desk, "/d/", q="in:opswat in:eset")


def test_a_miss_says_for_each_account_what_it_is_worth(desk: Client, fleet: dict[str, Account]) -> None:
    Account.objects.filter(pk=fleet["opswat"].pk).update(enabled=False)
    shown.account("eset-new", "eset", complete=False)
    page = words(desk, "/d/", q="nb-none-99")
    assert "No devices found for" in page and 'value="nb-none-99"' in page
    assert 'href="/patching/titles/?q=nb-none-99"' in page and 'href="/issues/?q=nb-none-99"' in page
    assert re.search(r"eset-main</strong>.*?Searched", page)
    assert re.search(r"eset-new</strong>.*?Never synced", page)
    assert re.search(r"opswat-main</strong>.*?Stale data", page)
    assert re.search(r"five-main</strong>.*?Not supported", words(desk, "/d/", q="00:00:00:00:be:ef"))


def test_more_than_a_thousand_asks_to_refine(desk: Client, fleet: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 3)
    monkeypatch.setattr(lookup, "MOST", 3)
    for number in range(5):
        shown.sighting(fleet["eset"], f"nb-more-{number}")
    page = words(desk, "/d/", q="nb-")
    assert "More than 3 devices found" in page and "Too many results: add more characters." in page
    assert '<a href="/devices/?q=nb-">' in page


NASTY = [
    "\0",
    "a\0b",
    "%",
    "_",
    "\\",
    "'",
    "00:1",
    "001",
    "in:",
    "in:x",
    "in:\0",
    "tag:",
    "what:anna",
    "👩‍💻",
    "\ud83d",
    "٣",
    "\u202e",
    "a\r\nb",
    "1.2.3.4.5",
]


@pytest.mark.parametrize("term", [*NASTY, "x" * 10_000, "in:a " * 500])
def test_no_text_is_an_error(desk: Client, term: str) -> None:
    for address in ("/d/", "/d/suggest/"):
        for headers in (None, HTMX):
            assert desk.get(address, {"q": term.encode("utf-8", "surrogatepass")}, headers=headers).status_code in (200, 302)
    asked: dict[str, str | bytes] = {"q": "x", "ticket": term.encode("utf-8", "surrogatepass")}
    assert desk.get("/d/", asked).status_code == 200


def test_an_unknown_prefix_is_plain_text(desk: Client, fleet: dict[str, Account]) -> None:
    shown.sighting(fleet["eset"], "room:314")
    assert desk.get("/d/", {"q": "room:314"})["Location"] == address_of("room:314")


def test_hostile_names_and_terms_are_shown_as_text(desk: Client, fleet: dict[str, Account]) -> None:
    for name in shown.HOSTILE:
        shown.sighting(fleet["opswat"], name, user=name)
    for term in shown.HOSTILE:
        page = words(desk, "/d/", q=term, all="1", ticket=term) + words(desk, "/d/", q=f"none {term}")
        page += desk.get("/d/suggest/", {"q": term}, headers=HTMX).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page and '<div hx-get="/devices/">' not in page


def test_suggestions_are_at_most_eight_options(desk: Client, fleet: dict[str, Account]) -> None:
    for number in range(12):
        shown.sighting(fleet["eset"], f"nb-row-{number}")
    fragment = desk.get("/d/suggest/", {"q": "nb", "ticket": "INC7"}, headers=HTMX).content.decode()
    assert fragment.count('role="option"') == 8
    assert "<html" not in fragment and "?ticket=INC7" in fragment
    assert desk.get("/d/suggest/", {"q": "n"}, headers=HTMX).content.strip() == b""
    assert desk.get("/d/suggest/", {"q": "nb"})["Location"] == "/d/?q=nb"


def test_two_letters_never_look_inside_names(desk: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        desk.get("/d/", {"q": "er"})
        desk.get("/d/suggest/", {"q": "er"}, headers=HTMX)
    assert not [query["sql"] for query in asked if "haystack" in query["sql"]]


@pytest.mark.parametrize(("address", "queries"), [("/d/?q=nb", 7), ("/d/?q=berlin", 10), ("/d/?q=nothing-99", 7), ("/d/suggest/?q=nb-", 7)])
def test_the_number_of_queries_does_not_grow(
    desk: Client, fleet: dict[str, Account], django_assert_num_queries: object, address: str, queries: int
) -> None:
    headers = HTMX if "suggest" in address else {}
    desk.get("/d/")  # the first page of a session also stores when it was used
    for _ in range(2):
        with django_assert_num_queries(queries):  # type: ignore[operator]
            assert desk.get(address, headers=headers).status_code == 200
        for number in range(20):
            shown.sighting(fleet["eset"], f"nb-berlin-{number}-{Device.objects.count()}")


class TestDeepLinks:
    @pytest.mark.parametrize(
        "address",
        ["serial/PF3XK2", "serial/pf 3xk2", "host/nb-berlin-01", "mac/001A2B3C4D5E", "user/ACME\\anna.becker", "user/anna.becker/"],
    )
    def test_a_unique_value_opens_the_device(self, desk: Client, address: str) -> None:
        assert desk.get(f"/d/{address}?ticket=INC123")["Location"] == address_of("nb-berlin-01") + "?ticket=INC123"

    def test_several_give_the_list_and_none_keeps_the_value(self, desk: Client, fleet: dict[str, Account]) -> None:
        for number in range(2):
            shown.sighting(fleet["opswat"], f"pc-{number}", ids=[(IdKind.USER, "ACME\\twice")])
        page = words(desk, "/d/user/twice", ticket="INC9")
        assert "2 devices found" in page and f"{address_of('pc-0')}?ticket=INC9" in page
        assert 'value="host:a/b"' in words(desk, "/d/host/a/b")

    def test_a_value_of_another_kind_is_not_meant(self, desk: Client) -> None:
        assert "No devices found for" in words(desk, "/d/host/PF3XK2")

    def test_other_kinds_do_not_exist(self, desk: Client) -> None:
        assert desk.get("/d/colour/red").status_code == 404

    def test_signing_in_comes_back_to_the_link(self, client: Client, fleet: dict[str, Account], bob: User) -> None:
        first = client.get("/d/user/ACME%5Canna.becker?ticket=INC1")
        answer = client.post(first["Location"], {"login": "bob", "password": PASSWORD}, follow=True)
        assert answer.redirect_chain[-1][0] == address_of("nb-berlin-01") + "?ticket=INC1"


class TestJson:
    def test_the_document_is_that_of_the_command(self, desk: Client) -> None:
        for term in ("nb-berlin-01", "nothing", "nb"):
            out = io.StringIO()
            call_command("lookup", term, "--json", stdout=out)
            assert desk.get("/d/", {"q": term, "format": "json"}).json() == json.loads(out.getvalue())

    def test_the_accept_header_asks_for_it_too(self, desk: Client) -> None:
        answer = desk.get("/d/?q=nb", headers={"Accept": "application/json"})
        assert len(answer.json()["matches"]) == 2
        assert desk.get("/d/?q=nb", headers={"Accept": "text/html,*/*"})["Content-Type"].startswith("text/html")
        assert desk.get("/d/?q=nb&format=json&limit=1").json()["more"] is True

    def test_nobody_without_a_session_reads_it(self, client: Client, fleet: dict[str, Account], charlie: User) -> None:
        assert client.get("/d/?q=nb&format=json").status_code == 302
        client.force_login(charlie)
        assert client.get("/d/?q=nb&format=json").status_code == 403


def test_a_person_without_a_role_is_refused(client: Client, charlie: User, fleet: dict[str, Account]) -> None:
    client.force_login(charlie)
    for address in ("/d/?q=nb", "/d/suggest/?q=nb", "/d/host/nb-berlin-01", "/d/list/", "/d/asked/1/"):
        for headers in ({}, HTMX):
            answer = client.get(address, headers=headers)
            assert answer.status_code == 403 and b"berlin" not in answer.content
