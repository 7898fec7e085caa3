"""What people and scanners type: each notation finds its machine, says how it was read, and opens it only where that is certain."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Identifier, Sighting, User
from tests.devices import records as making
from tests.devices.lookup.machines import HOST, IP, MAC, SERIAL, USER, UUID, machine, machines, names, notes, on_page, opened

pytestmark = pytest.mark.django_db
DELL_UUID = "4c4c4544-0041-4210-8043-b1c04f443233"
VIRTUAL = "VMware-42 1f 24 5c 7f a8 60 fa-6a f6 00 11 22 33 44 55"


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


@pytest.fixture
def fleet(desk: Client) -> Client:
    epm = {
        "TP-1": "PF3XK2AB",
        "MB-1": "C02XK0AAJG5H",
        "HP-1": "5CG1234ABC",
        "SRF-1": "S9876543",
        "WS-1": "1ABCD23",
        "SRV-2": "CZJ0000001",
        "VM-1": VIRTUAL,
        "NB-8": "PF0ABCDE",
    }
    machines(
        making.account("epm", "five9s"), {name: ((SERIAL, serial),) for name, serial in epm.items()} | {"NB-0042": ((USER, "CORP\\anna"),)}
    )
    addresses = {
        "nb-7": ((MAC, "00:1B:21:AA:BB:01"),),
        "uu-1": ((UUID, "12345678-9abc-4def-8123-456789abcdef"),),
        "web-1.corp.example": ((IP, "10.0.50.17"),),
    }
    machines(making.account("eset-main", "eset"), addresses)
    return desk


# text → the device, and whether it opens at once
BAR_CODES = {
    "1S20XWCTO1WWPF3XK2AB": "TP-1",
    "1s20xwcto1wwpf3xk2ab": "TP-1",
    "1S 20XWCTO1WW PF3XK2AB": "TP-1",
    "20XWCTO1WW/PF3XK2AB": "TP-1",
    "20XWCTO1WWPF3XK2AB": "TP-1",
    "SC02XK0AAJG5H": "MB-1",
    "S5CG1234ABC": "HP-1",
    "*PF3XK2AB*": "TP-1",
    "*S5CG1234ABC*": "HP-1",
    "SNPF3XK2AB": "TP-1",
    "280-049-666-7": "WS-1",
    "2800496667": "WS-1",
    "280 049 666 7": "WS-1",
    "PF-0ABCDE": "NB-8",
    "pf 0abc-de": "NB-8",
    "20XW-0012GE PF-0ABCDE": "NB-8",
    "https://support.example/qr?mtm=20XW0012GE&sn=PF0ABCDE": "NB-8",
}


def test_bar_codes_are_found_and_never_exact(fleet: Client) -> None:
    assert {text: names(fleet, text) for text in BAR_CODES} == {text: [name] for text, name in BAR_CODES.items()}
    assert [text for text in BAR_CODES if opened(fleet, text)] == []
    assert on_page(fleet, "SC02XK0AAJG5H") == ["MB-1"]


LABELS = {
    "S/N: PF3XK2AB": "TP-1",
    "S/N PF3XK2AB": "TP-1",
    "SN PF3XK2AB": "TP-1",
    "S/N: PF-0ABCDE": "NB-8",
    "Service Tag: 1ABCD23": "WS-1",
    "Serial No.: PF3XK2AB": "TP-1",
    "Seriennummer: PF3XK2AB": "TP-1",
    "Asset NB-0042": "NB-0042",
    "Asset Tag: NB-0042": "NB-0042",
    "pf3xk2ab.": "TP-1",
    "pf3xk2ab,": "TP-1",
    '"PF3XK2AB"': "TP-1",
    "„PF3XK2AB“": "TP-1",
    "(PF3XK2AB)": "TP-1",
    "[NB-0042]": "NB-0042",
    "'PF3XK2AB": "TP-1",
    "<NB-0042>.": "NB-0042",
    "Physical Address. . . . . . . . . : 00-1B-21-AA-BB-01": "nb-7",
}


def test_labels_and_punctuation_are_taken_off(fleet: Client) -> None:
    assert {text: names(fleet, text) for text in LABELS} == {text: [name] for text, name in LABELS.items()}


OPENING = {
    "0100.1b21.aabb.01": "nb-7",
    "01:00:1b:21:aa:bb:01": "nb-7",
    "1:0:1b:21:aa:bb:1": "nb-7",
    "ff:12:34:56:78:00:01:00:01:2b:c4:d5:e6:00:1b:21:aa:bb:01": "nb-7",
    "00:03:00:01:00:1b:21:aa:bb:01": "nb-7",
    "fe80::21b:21ff:feaa:bb01": "nb-7",
    "fe80::21b:21ff:feaa:bb01%12": "nb-7",
    "2001:db8:0:1:21b:21ff:feaa:bb01": "nb-7",
    "0x001b21aabb01": "nb-7",
    "0x00 0x1b 0x21 0xaa 0xbb 0x01": "nb-7",
    "00-1B-21-FF-FE-AA-BB-01": "nb-7",
    "00 1b 21 aa bb 01": "nb-7",
    "\\\\NB-0042": "NB-0042",
    "\\\\NB-0042\\share": "NB-0042",
    "\\\\nb-0042\\c$\\Users": "NB-0042",
    "//nb-0042/share": "NB-0042",
    "NB-0042$": "NB-0042",
    "CORP\\NB-0042$": "NB-0042",
    "nb-0042$@CORP.EXAMPLE": "NB-0042",
    "host/nb-0042.corp.example": "NB-0042",
    "CN=NB-0042,OU=Laptops,DC=corp,DC=example": "NB-0042",
    "https://web-1.corp.example/login?x=1": "web-1.corp.example",
    "rdp://web-1:3389": "web-1.corp.example",
    "web-1:3389": "web-1.corp.example",
    "http://10.0.50.17:8080/": "web-1.corp.example",
    "\\\\10.0.50.17\\c$": "web-1.corp.example",
    "{12345678-9ABC-4DEF-8123-456789ABCDEF}": "uu-1",
    "78563412-bc9a-ef4d-8123-456789abcdef": "uu-1",
    "12 34 56 78 9a bc 4d ef-81 23 45 67 89 ab cd ef": "uu-1",
    "Service Tag: 1ABCD23": "WS-1",
    "nb-0042.": "NB-0042",
}


def test_another_notation_of_the_same_value_opens_the_device(fleet: Client) -> None:
    assert {text: opened(fleet, text) for text in OPENING} == OPENING


UUIDS = {
    DELL_UUID: "WS-1",
    "44454c4c-4100-1042-8043-b1c04f443233": "WS-1",
    "{4C4C4544-0041-4210-8043-B1C04F443233}": "WS-1",
    "34333231-3635-5a43-4a30-303030303031": "SRV-2",
    "31323334-3536-435a-4a30-303030303031": "SRV-2",
    "421f245c-7fa8-60fa-6af6-001122334455": "VM-1",
    "5c241f42-a87f-fa60-6af6-001122334455": "VM-1",
    "42 1f 24 5c 7f a8 60 fa-6a f6 00 11 22 33 44 55": "VM-1",
}


def test_the_serial_in_a_uuid_finds_the_machine_that_is_known_by_it_alone(fleet: Client) -> None:
    assert {text: names(fleet, text) for text in UUIDS} == {text: [name] for text, name in UUIDS.items()}
    assert [text for text in UUIDS if opened(fleet, text)] == []
    assert "Read as: Serial 1ABCD23 from a UUID" in notes(fleet, DELL_UUID)[0]


PHRASES = {
    "laptop NB-0042 does not start": "NB-0042",
    "NB-0042 startet nicht mehr!": "NB-0042",
    "Re: [INC123] NB-0042 - blue screen": "NB-0042",
    "please check pf3xk2ab asap": "TP-1",
    "ether 00:1b:21:aa:bb:01 txqueuelen 1000": "nb-7",
    "DHCPACK to 00:1b:21:aa:bb:01": "nb-7",
    "Computer: nb-0042.corp.example, user anna": "NB-0042",
    "ping 10.0.50.17 fails": "web-1.corp.example",
    "new disk for PF-0ABCDE please": "NB-8",
}


def test_identifiers_in_a_pasted_phrase_are_found(fleet: Client) -> None:
    assert {text: names(fleet, text) for text in PHRASES} == {text: [name] for text, name in PHRASES.items()}
    assert [text for text in PHRASES if opened(fleet, text)] == []


UNKNOWN = ["laptop does not start", "1S20XWCTO1WWPF9ZZZZZ", "280-049-666-8", "0100.1b21.aabb.02", "\\\\NB-0043\\share", "12345", "1S"]


def test_what_is_no_known_identifier_finds_nothing(fleet: Client) -> None:
    assert {text: names(fleet, text) for text in UNKNOWN} == {text: [] for text in UNKNOWN}


def test_a_serial_that_begins_with_s_keeps_it(fleet: Client) -> None:
    machine(making.account("more", "five9s"), "OTHER", (SERIAL, "9876543"))
    assert opened(fleet, "S9876543") == "SRF-1"
    assert names(fleet, "S9876543") == ["SRF-1"]


def test_short_serials_are_not_found_by_the_end_of_a_code(fleet: Client) -> None:
    machine(making.account("more", "five9s"), "SHORT", (SERIAL, "K2AB77"))
    assert names(fleet, "SK2AB77") == []
    assert names(fleet, "1S20XWCTO1WWPFK2AB77") == []


def test_of_two_endings_the_longer_serial_counts(fleet: Client) -> None:
    machine(making.account("more", "five9s"), "TAIL", (SERIAL, "F3XK2AB"))
    assert names(fleet, "1S20XWCTO1WWPF3XK2AB") == ["TP-1"]


def test_the_page_says_how_it_read_the_text(fleet: Client) -> None:
    assert notes(fleet, "PF-0ABCDE") == ["Read as: Serial PF0ABCDE without separators"]
    assert notes(fleet, "fe80::21b:21ff:feaa:bb01") == ["Read as: MAC 00:1b:21:aa:bb:01 from an IPv6 address"]
    assert notes(fleet, "0100.1b21.aabb.01") == ["Read as: MAC 00:1b:21:aa:bb:01 from a DHCP client ID"]
    assert notes(fleet, "1S20XWCTO1WWPF3XK2AB") == ["Read as: Serial PF3XK2AB from a bar code"]
    assert notes(fleet, "20XWCTO1WWPF3XK2AB") == ["Read as: Serial PF3XK2AB at the end of the text"]
    assert notes(fleet, "laptop NB-0042 does not start") == ["Read as: Hostname NB-0042 in the text"]
    assert notes(fleet, "NB-0042") == notes(fleet, "anna") == []


def test_the_page_says_how_it_read_a_text_without_a_result(fleet: Client) -> None:
    assert notes(fleet, "280-049-666-8") == ["Read as: Serial 1ABCD24 from an Express Service Code; Serial 2800496668 without separators"]
    assert notes(fleet, "\\\\pc-9\\share") == ["Read as: Hostname pc-9 from a network path"]


def test_the_device_page_says_it_after_opening(fleet: Client) -> None:
    page = fleet.get("/d/", {"q": "CORP\\NB-0042$"}, follow=True).content.decode()
    assert "Read as: Hostname NB-0042 from a computer account" in page


def test_links_open_only_what_is_exact(fleet: Client) -> None:
    links = ["mac/0100.1b21.aabb.01", "host/NB-0042$", "serial/1S20XWCTO1WWPF3XK2AB", "serial/PF-0ABCDE", "host/1S20XWCTO1WWPF3XK2AB"]
    assert [fleet.get(f"/d/{link}").status_code for link in links] == [302, 302, 200, 200, 200]


def test_the_list_of_devices_finds_the_same(fleet: Client) -> None:
    page = fleet.get("/devices/", {"q": "1S20XWCTO1WWPF3XK2AB"}).content.decode()
    assert "TP-1" in page and "NB-8" not in page


def test_a_derived_notation_is_found_and_never_exact(fleet: Client) -> None:
    sighting = Sighting.objects.get(name="uu-1")
    Identifier.objects.create(sighting=sighting, kind=SERIAL, key="qq7ab12", value="")
    Identifier.objects.create(sighting=sighting, kind=HOST, key="berlin-notebook", value="")
    assert (names(fleet, "QQ7AB12"), opened(fleet, "QQ7AB12"), opened(fleet, "sn:QQ7AB12")) == (["uu-1"], "", "")
    assert (names(fleet, "berlin-notebook"), opened(fleet, "berlin-notebook"), opened(fleet, "host:berlin-notebook")) == (["uu-1"], "", "")
    assert names(fleet, "berlin-notebook-0042") == []  # the beginning of another name
