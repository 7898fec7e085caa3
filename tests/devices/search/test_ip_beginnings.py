"""The beginning of an IP address finds it in every notation, and only addresses that begin so."""

from __future__ import annotations

import ipaddress

import pytest
from django.db.models import Q
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from devices.models import User
from devices.search.ip_beginnings import begins, key_starts, v6_beginnings
from devices.search.parser import parse
from devices.search.queries import candidates, search
from devices.sync.page_writer import save_page
from tests.devices import records as making
from vendors.parsing.normalise import identifier
from vendors.states import IdKind

LINK_LOCAL, GLOBAL, MIXED, LOW = "fe80::8e7:51ad:7e44:12", "2001:db8:0:1::17", "2001:DB8:0:0:5:0:0:1", "fe80::1"
ADDRESSES = (LINK_LOCAL, GLOBAL, MIXED, LOW, "10.0.50.17")
GROUPS = st.one_of(st.just(0), st.integers(0, 0xFFFF), st.integers(0, 0xFF))


@pytest.fixture
def devices(db: None) -> None:
    found = []
    for number, address in enumerate(ADDRESSES):
        known = identifier(IdKind.IP, address)
        assert known is not None
        found.append(making.entry(str(number), name=address.replace(":", "-"), identifiers=(known,)))
    save_page(making.run(making.account()), found, timezone.now())


def addresses_found(term: str) -> set[str]:
    matches = search(term).matches
    assert {match.device["id"] for match in matches} == set(candidates(term, Q()))
    return {reason["value"] for match in matches for reason in match.matched if reason["kind"] == "ip"}


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("fe80::", {LINK_LOCAL, LOW}),
        ("fe80:", {LINK_LOCAL, LOW}),
        ("ip:fe80", {LINK_LOCAL, LOW}),
        ("ip:fe8", {LINK_LOCAL, LOW}),
        ("FE80::8E7", {LINK_LOCAL}),
        ("fe80::8", {LINK_LOCAL}),
        ("fe80::08e7:51ad:7e44", {LINK_LOCAL}),
        ("fe80::08e7:51ad:", {LINK_LOCAL}),
        ("fe80:0:0:0:8e7", {LINK_LOCAL}),
        ("fe80:0000:0000:0000:08e7:51", {LINK_LOCAL}),
        ("[fe80::8e7:51ad", {LINK_LOCAL}),
        ("fe80:0:0:8e7", set()),
        ("fe80::51ad", set()),
        ("fe80::1", {LOW}),
        ("2001:db8", {GLOBAL, MIXED}),
        ("2001:0db8:0000:0001", {GLOBAL}),
        ("2001:db8:0:0:", {MIXED}),
        ("2001:db8::5", {MIXED}),
        ("2001:db8:0:1:0:0:0:17", {GLOBAL}),
        ("10.0.5", {"10.0.50.17"}),
        ("ip:10", {"10.0.50.17"}),
        ("::ffff:10.0.", {"10.0.50.17"}),
    ],
)
def test_a_beginning_in_any_notation(devices: None, term: str, found: set[str]) -> None:
    assert addresses_found(term) == found


def test_only_a_whole_address_names_a_device(devices: None) -> None:
    assert search("fe80::1").opens is not None
    assert search("fe80::8e7:51ad:7e44").opens is None
    assert search("fe80::").opens is None


@given(st.lists(GROUPS, min_size=8, max_size=8), st.integers(1, 39))
def test_every_beginning_of_every_notation_finds_its_address(groups: list[int], length: int) -> None:
    address = ipaddress.IPv6Address(":".join(f"{group:x}" for group in groups))
    for text in (address.exploded, address.compressed, ":".join(f"{group:x}" for group in groups)):
        start = text[:length]
        if ":" not in start or not start.strip("0:") or start == address.compressed:
            continue
        beginnings = v6_beginnings(start)
        assert any(str(address).startswith(each) for each in key_starts(beginnings)), (start, str(address))
        assert begins(str(address), beginnings)


@given(st.text("0123456789abcdefg:.[]/%", max_size=45))
def test_any_text_is_read(text: str) -> None:
    for each in key_starts(v6_beginnings(text, alone=True)):
        assert each
    parse(text), parse(f"ip:{text}")


@pytest.mark.parametrize("term", ["fe80::", "fe80::08e7:51ad:", "2001:db8", "2001:0db8:00", "fe80:"])
def test_an_address_is_not_called_a_mac(term: str) -> None:
    clue = parse(term)
    assert clue.kinds == (IdKind.IP,)
    assert IdKind.MAC not in {form.kind for form in clue.forms}


@pytest.mark.parametrize("term", ["00:1b:21:aa:bb:01", "00:1b:2", "001b:21aa:bb01", "0:1b:21:"])
def test_a_mac_stays_one(term: str) -> None:
    clue = parse(term)
    assert IdKind.MAC in clue.kinds and IdKind.MAC in {form.kind for form in clue.forms}


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("fe80::9", "; start of IP address, tag, custom field;"),
        ("nosuchthing", "; start of tag, custom field;"),
        ("00:1c:2", "; start of IP address, MAC address, tag, custom field;"),
        ("ip:fe80::9", "Searched only: start of IP address."),
        ("ip:nosuch", "Not searched: “nosuch” is not the start of an IP address."),
        ("mac:0", "Not searched: “0” is not the start of a MAC address (at least four digits)."),
    ],
)
def test_what_was_searched_is_true_for_addresses(client: Client, bob: User, devices: None, term: str, words: str) -> None:
    client.force_login(bob)
    assert words in client.get("/devices/", {"q": term}).text
