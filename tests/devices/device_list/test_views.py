from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from devices.device_list.filters import DeviceFilters
from devices.device_list.queries import list_page
from devices.lists.state import PAGE
from devices.models import Account, Device, Health, User
from devices.search import queries as search
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
EVERY = "?q=nb&lacks=opswat&seen=within-30&account=eset-main&group=G&tag=t"
NASTY = [
    "\x00",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "--",
    "a" * 10_000,
    "   ",
    "(a+)+$",
    "word " * 500,
    "👩‍💻",
    "\ud83d",
    "٣",
    "\u202e",
    "=1+1",
    "a\r\nb",
]


def names(**query: str) -> list[str]:
    return [row.name for row in list_page(DeviceFilters.read(query), now=timezone.now()).rows]


def text_of(client: Client, user: User, query: str = "") -> str:
    client.force_login(user)
    return " ".join(client.get(f"/devices/{query}").content.decode().split())


def test_the_list_leaves_out_what_is_gone_unless_asked() -> None:
    shown.small_fleet()
    assert names() == ["away-07", "mac-zurich-03", "nb-berlin-01", "nb-munich-02", "phone-04", "srv-london-05"]
    assert names(life="gone") == ["old-06"]
    assert names(life="missing") == ["away-07"]
    assert len(names(life="all")) == 7


def test_filters_narrow_together() -> None:
    shown.small_fleet()
    assert names(state="trouble") == ["nb-berlin-01", "nb-munich-02"]
    assert names(state="critical") == ["nb-munich-02"]
    assert names(vendor="opswat") == ["nb-berlin-01", "phone-04"]
    assert names(vendor="eset", os="windows", state="attention") == ["nb-berlin-01"]
    assert names(vendor="eset", q="zurich") == ["mac-zurich-03"]
    assert names(vendor="opswat", q="zurich") == []


def test_a_device_that_reported_long_ago_is_unknown_not_critical() -> None:
    shown.small_fleet()
    assert "srv-london-05" in names(state="unknown")


@pytest.mark.parametrize("q", ["00:1a:2b:3c:4d:5e", "00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e", "001A2B3C4D5E", "00:1a:2b"])
def test_a_mac_is_found_in_any_notation(q: str) -> None:
    shown.small_fleet()
    assert names(q=q) == ["nb-berlin-01"]


@pytest.mark.parametrize(
    "q",
    ["pf3xk2", "PF3XK2", "anna.becker", "ACME\\anna.becker", "anna.becker@acme.example", "10.0.50.17", "10.0.50.", "BERLIN", "berlin nb"],
)
def test_a_device_is_found_by_any_clue(q: str) -> None:
    shown.small_fleet()
    assert names(q=q) == ["nb-berlin-01"]


def test_a_serial_with_blanks_is_found_as_it_is_written_on_the_machine() -> None:
    serial = "VMware-56 4d 78 db 11 22 33 44-8b 85 00 11 22 33 44 55"
    shown.sighting(shown.account("eset-main", "eset"), "vm-1", serial=serial, ids=[(IdKind.SERIAL, serial)])
    assert names(q=serial) == names(q=serial.replace(" ", "").upper()) == ["vm-1"]


@pytest.mark.parametrize("q", NASTY)
def test_no_text_is_an_error(client: Client, bob: User, q: str) -> None:
    shown.small_fleet()
    client.force_login(bob)
    for headers in ({}, HTMX):
        assert client.get("/devices/", {"q": q.encode("utf-8", "surrogatepass")}, headers=headers).status_code == 200


def test_wildcards_are_letters() -> None:
    account = shown.account("eset-main", "eset")
    shown.sighting(account, "100% sure")
    shown.sighting(account, "1000 ways")
    assert names(q="100%") == ["100% sure"]
    assert names(q="_00_") == []


@pytest.mark.parametrize(
    "query",
    ["?state=splendid", "?vendor=nobody&os=dos&life=undead", "?page=-1&per_page=1000000", "?q[]=x&vendor__in=eset", "?state=ok&state="],
)
def test_what_a_filter_does_not_know_is_ignored(client: Client, bob: User, query: str) -> None:
    shown.small_fleet()
    assert "1–6</strong> of 6 devices" in text_of(client, bob, query)


@pytest.mark.parametrize(
    "token", ["x", "====", "W10", "bnVsbA", "WyJhIiwiYiIsMV0", "WyJhIiwxLC01XQ", "WyJhXHUwMDAwIiwxLDFd", "A" * 5000, "٣", "W1tbW1tb"]
)
@pytest.mark.parametrize("side", ["after", "before"])
def test_a_garbled_page_is_the_first_page(client: Client, bob: User, side: str, token: str) -> None:
    shown.small_fleet()
    client.force_login(bob)
    answer = client.get("/devices/", {side: token})
    assert answer.status_code == 200
    assert "1–6" in answer.content.decode()


def test_pages_show_every_device_once_in_both_directions() -> None:
    now = timezone.now()
    Device.objects.bulk_create(Device(name=f"nb-{number // 3:03}", created_at=now) for number in range(2 * PAGE + 7))
    expected = list(Device.objects.order_by("name", "pk").values_list("pk", flat=True))
    forth, page = [], list_page(DeviceFilters(), now=now)
    positions = [(page.first, page.last)]
    forth += [row.id for row in page.rows]
    while page.older:
        page = list_page(DeviceFilters(), now=now, after=page.older)
        forth += [row.id for row in page.rows]
        positions.append((page.first, page.last))
    assert forth == expected
    assert positions == [(1, 50), (51, 100), (101, 107)]
    back = [row.id for row in page.rows]
    while page.newer:
        page = list_page(DeviceFilters(), now=now, before=page.newer)
        back = [row.id for row in page.rows] + back
        positions.append((page.first, page.last))
    assert back == expected
    assert positions[3:] == [(51, 100), (1, 50)]


def test_next_and_previous_keep_the_filter(client: Client, bob: User) -> None:
    now = timezone.now()
    Device.objects.bulk_create(Device(name=f"nb-{number:03}", state="ok", created_at=now) for number in range(PAGE + 1))
    text = text_of(client, bob, "?state=ok")
    assert "1–50</strong> of 51 devices" in text
    following = re.search(r'rel="next" href="(/devices/\?state=ok&amp;after=[^"]+)"', text)
    assert following
    text = text_of(client, bob, following[1].removeprefix("/devices/").replace("&amp;", "&"))
    assert "51–51</strong> of 51 devices" in text
    assert 'rel="prev"' in text and 'rel="next"' not in text


def test_a_wide_term_is_counted_to_a_thousand_only(client: Client, bob: User) -> None:
    now = timezone.now()
    Device.objects.bulk_create(Device(name=f"nb-{n}", haystack=f"nb-{n}", created_at=now) for n in range(search.MOST + 5))
    text = text_of(client, bob, "?q=nb-")
    assert "1–50</strong> of 1,000+ devices · more matches: narrow the search" in text
    assert "1–50</strong> of 1,005 devices" in text_of(client, bob)


def test_the_fragment_is_the_results_only_and_the_back_button_gets_the_page(client: Client, bob: User) -> None:
    shown.small_fleet()
    client.force_login(bob)
    answer = client.get("/devices/?q=berlin&state=&os=&life=", headers=HTMX)
    assert answer["HX-Push-Url"] == "/devices/?q=berlin"
    fragment = answer.content.decode()
    assert fragment.strip().startswith('<section id="results"')
    assert "nb-berlin-01" in fragment and "zurich" not in fragment and fragment.count('id="count"') == 1
    restored = client.get("/devices/?q=berlin", headers={**HTMX, "HX-History-Restore-Request": "true"}).content.decode()
    assert "<html" in restored and restored.count('id="count"') == 1


def test_active_filters_are_chips_that_take_themselves_away(client: Client, bob: User) -> None:
    shown.small_fleet()
    text = text_of(client, bob, "?q=berlin&state=attention&life=")
    assert 'href="/devices/?state=attention" aria-label="Remove filter Search: berlin"' in text
    assert 'href="/devices/?q=berlin" aria-label="Remove filter Status: Warning"' in text
    assert "Clear filters" not in text_of(client, bob)


def test_a_row_says_who_sees_it_and_who_does_not_any_more(client: Client, bob: User) -> None:
    shown.small_fleet()
    row = text_of(client, bob, "?q=munich").split(">nb-munich-02<")[1]
    assert re.search(r'<span class="tag" title="ESET[^"]*">ESET</span>', row)
    assert re.search(r'<span class="tag tag-missing"[^>]*>five\(9\)s .* missing</span></span>', row)


def test_empty_by_filter_shows_how_complete_the_lists_are(client: Client, bob: User) -> None:
    accounts = shown.small_fleet()
    text = text_of(client, bob, "?q=nosuchthing")
    assert "No devices found" in text
    assert "Searched: any part of name, hostname, nickname, user, serial number, model, operating system, group and vendor ID;" in text
    assert "Removed and retired devices were not searched." in text
    assert "no vendor lists" not in text and "list is complete" not in text
    assert re.search(r'<strong>opswat-main</strong> <span data-account-status="healthy".*?Last full sync', text)
    accounts["opswat"].complete_at = None
    accounts["opswat"].save()
    text = text_of(client, bob, "?q=nosuchthing")
    assert "Some vendor data is incomplete or out of date; more devices may exist." in text
    assert '<strong>opswat-main</strong> <span data-account-status="never_synced"' in text


def test_partial_is_said_above_the_rows(client: Client, bob: User) -> None:
    accounts = shown.small_fleet()
    assert "Data as of" not in text_of(client, bob)
    accounts["eset"].health = Health.FAILING
    accounts["eset"].save()
    text = text_of(client, bob)
    assert text.index("Data as of") < text.index('id="results"')


def test_rows_without_an_account_are_old(client: Client, bob: User) -> None:
    shown.small_fleet()
    Account.objects.update(enabled=False)
    assert "No vendor account is enabled. The last synced data is shown." in text_of(client, bob)


def test_the_kinds_of_empty_have_different_texts(client: Client, alice: User) -> None:
    texts = [text_of(client, alice)]
    account = shown.account("eset-main", "eset", complete=False, health=Health.NEW)
    texts.append(text_of(client, alice))
    run = shown.fetch(account)
    texts.append(text_of(client, alice))
    run.delete()
    account.health = Health.FAILING
    account.save()
    texts.append(text_of(client, alice))
    account.health, account.complete_at = Health.OK, timezone.now()
    account.save()
    texts.append(text_of(client, alice))
    expected = ["No vendor accounts", "Not synced yet</h2>", "First sync running</h2>"]
    expected += ["Sync failed</h2>", "All syncs are complete, and the vendors report no devices."]
    for position, words in enumerate(expected):
        assert [words in text for text in texts] == [position == other for other in range(5)], words


def test_hostile_names_are_only_text(client: Client, bob: User) -> None:
    account = shown.account("opswat-main", "opswat")
    for words in shown.HOSTILE:
        shown.sighting(account, words, user=words, serial=words[:200], os_name=words)
    text = text_of(client, bob)
    assert "<script>alert" not in text and "<img src=x" not in text and '<div hx-get="/devices/">' not in text
    assert "{{7*7}}{% load x %}" in text
    assert "&amp;lt;b&amp;gt;" in text


@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 11), ("?state=ok&vendor=eset", 11), ("?q=nb", 12), ("?q=berlin", 12), ("?sort=-issues&cols=groups&size=250", 11), (EVERY, 10)],
)
def test_the_number_of_queries_does_not_grow(
    client: Client, ivan: User, django_assert_num_queries: object, query: str, queries: int
) -> None:
    accounts = shown.small_fleet()
    client.force_login(ivan)
    client.get("/devices/")  # the first click of a minute also renews the session
    with django_assert_num_queries(queries):  # type: ignore[operator]
        assert client.get(f"/devices/{query}").status_code == 200
    for number in range(10):
        shown.sighting(accounts["eset"], f"nb-berlin-more-{number}")
    with django_assert_num_queries(queries):  # type: ignore[operator]
        client.get(f"/devices/{query}")
