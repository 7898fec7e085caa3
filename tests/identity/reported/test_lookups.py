"""Searches that must not open another device: names with a dot, addresses that passed on, letters that are composed in another way."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.test import Client

from devices.models import User
from tests.devices.lookup.machines import names, notes, on_page, opened, pasted, values
from tests.identity.reported.records import M1, M2, become, device_of, eset, five9s, listed, opswat

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


OTHER_NAMES = {
    "Dr. Meier's iPad": "Dr. Huber's iPad",
    "iPhone von Dr. Schulz": "iPhone von Dr. Huber",
    "St. Pauli Kiosk": "St. Georg Kiosk",
    "WIN-1.2.3": "WIN-1.9.9",
    "Prof. Dr. Roe MacBook": "Prof. Dr. Poe MacBook",
    "Bldg. 4 Room 12": "Bldg. 5 Room 12",
    "Samsung S24 v1.0": "Samsung S24 v2.0",
    "ubuntu-22.04": "ubuntu-24.04",
    "Anna's Mac (2.Stock)": "Anna's Mac (3.Stock)",
}


@pytest.mark.parametrize("known", OTHER_NAMES)
def test_a_name_with_a_dot_is_not_taken_for_another_one_that_begins_the_same(desk: Client, known: str) -> None:
    other = OTHER_NAMES[known]
    listed(eset(known, macs=M1))
    assert opened(desk, other) == "" == opened(desk, f"host:{other}")
    assert desk.get(f"/d/host/{quote(other)}").status_code == 200
    assert values(pasted(other))[0][0] != "found"
    assert opened(desk, known) == known
    assert desk.get(f"/d/host/{quote(known)}").status_code == 302


@pytest.mark.parametrize("known", OTHER_NAMES)
def test_two_names_with_a_dot_do_not_agree(known: str) -> None:
    e = eset(known, serial="F9FXK0AAJG5H")
    assert become(e, five9s(OTHER_NAMES[known], serial="F9FXK0AAJG5H")) == ["E F"]
    assert device_of(e).disagrees == ["name"]


DOMAINS = {
    "another domain": ("nb-0042.corp.example", "nb-0042.other.example", False),
    "another top level": ("nb-0042.corp.example", "nb-0042.corp.test", False),
    "a part of the domain is another": ("nb-0042.berlin.corp.example", "nb-0042.muenchen.corp.example", False),
    "path in another domain": ("nb-0042.corp.example", r"\\nb-0042.other.example\c$", False),
    "URL in another domain": ("nb-0042.corp.example", "https://nb-0042.other.example/x", False),
    "the same domain": ("nb-0042.corp.example", "NB-0042.CORP.EXAMPLE", True),
    "the root's dot": ("nb-0042.corp.example", "nb-0042.corp.example.", True),
    "no domain typed": ("nb-0042.corp.example", "nb-0042", True),
    "no domain known": ("NB-0042", "nb-0042.corp.example", True),
    "Bonjour": ("nb-0042.corp.example", "nb-0042.local", True),
    "path in the same domain": ("nb-0042.corp.example", r"\\nb-0042.corp.example\c$", True),
}


@pytest.mark.parametrize(("known", "text", "opens"), DOMAINS.values(), ids=DOMAINS)
def test_a_full_name_opens_only_where_its_domain_does_not_contradict(desk: Client, known: str, text: str, opens: bool) -> None:
    listed(eset(known, macs=M1))
    assert opened(desk, text) == (known if opens else "")
    assert names(desk, text) == [known]
    if not opens:
        assert any("another domain" in note for note in notes(desk, text))
        assert values(pasted(text))[0][0] != "found"


WANDERING = {
    "IPv4 address": ("10.0.50.17", "10.0.50.17"),
    "behind a prefix": ("10.0.50.17", "ip:10.0.50.17"),
    "its beginning": ("10.0.50.17", "10.0.50."),
    "in a URL": ("10.0.50.17", "http://10.0.50.17:8080/"),
    "with zeros": ("10.0.50.17", "010.000.050.017"),
    "IPv6 address": ("2001:db8::17", "2001:DB8:0:0::17"),
}


@pytest.mark.parametrize(("address", "text"), WANDERING.values(), ids=WANDERING)
def test_an_address_that_passed_on_is_listed_with_its_present_machine_first(
    desk: Client, capsys: pytest.CaptureFixture[str], address: str, text: str
) -> None:
    listed(
        eset("AA-OLD-PC", macs=M1, hours=40 * 24, label="old", primaryLocalIpAddress=address),
        eset("ZZ-NEW-PC", macs=M2, label="new", primaryLocalIpAddress=address),
        eset("MM-MID-PC", macs="8C:8C:AA:00:00:03", hours=90, label="mid", primaryLocalIpAddress=address),
    )
    expected = ["ZZ-NEW-PC", "MM-MID-PC", "AA-OLD-PC"]
    assert (names(desk, text), on_page(desk, text), opened(desk, text)) == (expected, expected, "")
    call_command("lookup", text)
    printed = capsys.readouterr().out
    assert printed.index("ZZ-NEW-PC") < printed.index("MM-MID-PC") < printed.index("AA-OLD-PC")


@pytest.mark.parametrize("kind", ["user", "dock", "name"])
def test_other_identifiers_that_wander_are_listed_by_contact_too(desk: Client, kind: str) -> None:
    text = {"user": "anna", "dock": "00:50:B6:01:02:03", "name": "reception"}[kind]
    for host, hours, mac in (("AA-OLD", 900, M1), ("ZZ-NEW", 1, M2)):
        listed(
            opswat(
                "reception" if kind == "name" else host,
                user="anna" if kind == "user" else "",
                macs=f"{mac} {text}" if kind == "dock" else mac,
                hours=hours,
                label=host,
                account=f"opswat-{host.lower()}",
                nickname=host,
            )
        )
    found = [each["sightings"][0]["account"] for each in desk.get("/d/", {"q": text, "format": "json"}).json()["matches"]]
    assert found == ["opswat-zz-new", "opswat-aa-old"]


LETTERS = {
    "decomposed umlaut, whole": ("MU\u0308NCHEN-NB-17", "münchen-nb-17"),
    "decomposed umlaut, middle": ("MU\u0308NCHEN-NB-17", "ünchen-nb-17"),
    "composed umlaut, typed decomposed": ("MÜNCHEN-NB-17", "u\u0308nchen-nb-17"),
    "sharp s": ("STRASSE-19", "traße"),
    "double s": ("STRAßE-19", "trasse-19"),
    "Greek capitals": ("ΑΘΗΝΑΣ-21", "θηνας-21"),
    "Greek small letters": ("αθηνας-21", "ΘΗΝΑΣ-21"),
    "full-width letters": ("ＮＢ－０９９９", "nb-0999"),
    "full-width letters typed": ("NB-0999", "ｎｂ－０９９"),
    "French accents, middle": ("RE\u0301CEPTION-7", "éception-7"),
    "Vietnamese, two marks": ("Việt-07", "việt-0"),
    "ring": ("A\u030aNGSTRO\u0308M-3", "ångström-3"),
    "ligature": ("OFFICE-8", "oﬃce-8"),
    "Cyrillic": ("МОСКВА-ЙОШКАР-1", "йошкар-1"),
    "dashes of another kind": ("NB\u20110998", "nb-099"),
}


@pytest.mark.parametrize(("known", "text"), LETTERS.values(), ids=LETTERS)
def test_letters_are_found_however_they_are_composed(desk: Client, known: str, text: str) -> None:
    listed(opswat(known, macs=M1), opswat("PC-1", macs=M2, label="other"))
    assert len(names(desk, text)) == 1
    assert desk.get("/d/", {"q": text, "format": "json"}).json()["matches"][0]["name"].casefold() != "pc-1"
    assert desk.get("/devices/export.csv", {"q": text}).getvalue().count(b"\r\n") == 2


@pytest.mark.parametrize(
    ("known", "text"), [("ju\u0308rgen", "ürgen"), ("jürgen", "U\u0308RGEN"), ("Gro\u00dfmann", "rossman"), ("SØREN", "øren")]
)
def test_the_middle_of_a_user_is_found_however_it_is_composed(desk: Client, known: str, text: str) -> None:
    listed(opswat("NB-1", user=known, domain="CORP", macs=M1), opswat("NB-2", user="anna", macs=M2, label="other"))
    assert names(desk, text) == ["NB-1"]


@pytest.mark.parametrize("text", ["munchen-nb-17", "ünchen-nb-18", "trabe"])
def test_other_letters_find_nothing(desk: Client, text: str) -> None:
    listed(opswat("MU\u0308NCHEN-NB-17", macs=M1), opswat("STRASSE-19", macs=M2, label="other"))
    assert names(desk, text) == []
