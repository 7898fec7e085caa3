"""Bar codes, labels and phrases that name a serial, typed into the search; and what an account holds in another notation."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from devices.models import User
from tests.devices.lookup.machines import names, opened, values
from tests.devices.lookup.machines import pasted as pasted_rows
from tests.identity.reported.records import M1, eset, five9s, listed

pytestmark = pytest.mark.django_db

SERIALS = {
    "TP-1": "PF3XK2AB", "TP-2": "R90XA123", "TP-3": "MJ0ABCDE", "MB-1": "C02XK0AAJG5H", "MB-2": "FVFXL0ABJHD4", "HP-1": "5CG1234ABC", "HP-2": "MXL0123ABC",
    "WS-1": "1ABCD23", "SRF-1": "003425672457", "SRV-1": "CZJ0000001", "NB-8": "PF0ABCDE", "S-1": "S9876543",
    "VM-1": "VMware-56 4d 78 db e0 23 67 d9-8b 85 07 b3 ba d9 4a 1f",
}  # fmt: skip


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    listed(*(five9s(name, serial=serial, label=name) for name, serial in SERIALS.items()), eset("nb-0042", macs=M1))
    client.force_login(alice)
    return client


NEVER_EXACT = {
    "1S20XWCTO1WWPF3XK2AB": "TP-1",
    "1S20XW0012GER90XA123": "TP-2",
    "1S10MQS0JD00MJ0ABCDE": "TP-3",
    "20XWCTO1WW/PF3XK2AB": "TP-1",
    "20XWCTO1WWR90XA123": "TP-2",
    "10MQS0JD00 MJ0ABCDE": "TP-3",
    "SC02XK0AAJG5H": "MB-1",
    "SFVFXL0ABJHD4": "MB-2",
    "S5CG1234ABC": "HP-1",
    "SMXL0123ABC": "HP-2",
    "*PF3XK2AB*": "TP-1",
    "*S5CG1234ABC*": "HP-1",
    "PF-0ABCDE": "NB-8",
    "PF-3XK2AB": "TP-1",
    "5CG-1234-ABC": "HP-1",
    "20XW-0012GE PF-0ABCDE": "NB-8",
    "MTM 20XW-0012GE S/N PF-0ABCDE": "NB-8",
    "2800496667": "WS-1",
    "280-049-666-7": "WS-1",
    "PN 4C1234 SN 5CG1234ABC": "HP-1",
    "Model A2141 Serial C02XK0AAJG5H": "MB-1",
    "broken laptop pf3xk2ab please replace": "TP-1",
}


@pytest.mark.parametrize("text", NEVER_EXACT)
def test_the_serial_in_a_bar_code_or_phrase_is_found_and_never_opened(desk: Client, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert (names(desk, text), opened(desk, text)) == ([NEVER_EXACT[text]], "")
    call_command("lookup", text)
    assert capsys.readouterr().out.count(NEVER_EXACT[text]) >= 1


OPENS = {
    "S/N: PF3XK2AB": "TP-1",
    "S/N:PF3XK2AB": "TP-1",
    "SN: 5CG1234ABC": "HP-1",
    "Serial: C02XK0AAJG5H": "MB-1",
    "Serial Number: R90XA123": "TP-2",
    "Seriennummer: PF3XK2AB": "TP-1",
    "Service Tag: 1ABCD23": "WS-1",
    "pf3xk2ab.": "TP-1",
    "PF3XK2AB\t": "TP-1",
    '"PF3XK2AB"': "TP-1",
    "(PF3XK2AB)": "TP-1",
    "pf 3xk2ab": "TP-1",
    "CZJ 000 0001": "SRV-1",
    "S9876543": "S-1",
    "VMware-564d78dbe02367d98b8507b3bad94a1f": "VM-1",
    "vmware-56 4d 78 db e0 23 67 d9 8b 85 07 b3 ba d9 4a 1f": "VM-1",
    r"\\NB-0042": "nb-0042",
    "NB-0042$": "nb-0042",
    r"CORP\NB-0042$": "nb-0042",
    "nb-0042.": "nb-0042",
}


@pytest.mark.parametrize("text", OPENS)
def test_a_label_or_punctuation_around_the_whole_identifier_opens_the_device(desk: Client, text: str) -> None:
    assert opened(desk, text) == OPENS[text]


UNKNOWN = [
    "1S20XWCTO1WWPF9ZZZZZ",
    "S5CG9999ZZZ",
    "*PF9ZZZZZ*",
    "280-049-666-8",
    "PF-9ABCDE",
    "S/N: PF9ZZZZZ",
    "SPF3XK2A",
    "3XK2ABX",
    "1S20XWCTO1WW",
]


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_bar_code_of_an_unknown_machine_finds_nothing(desk: Client, text: str) -> None:
    assert names(desk, text) == []
    assert values(pasted_rows(text)) == [("not found", "")]


@pytest.mark.parametrize("text", [text for text in NEVER_EXACT if "MTM" not in text and " SN " not in text and "Model" not in text])
def test_a_pasted_list_reads_the_same(desk: Client, text: str) -> None:
    assert values(pasted_rows(text)) == [("found", NEVER_EXACT[text])]


@pytest.mark.parametrize("last", ["XK2AB", "34ABC", "A123"])
def test_the_last_characters_of_a_serial_are_shown_and_not_opened(desk: Client, last: str) -> None:
    assert opened(desk, last) == ""
    assert len(names(desk, last)) >= 1


STORED = {
    "PF-0XYZAB": "pf0xyzab",
    "S/N: PF0XYZAB": "PF0XYZAB",
    "1S20XWCTO1WWPF0XYZAB": "PF0XYZAB",
    "20XWCTO1WW/PF0XYZAB": "PF-0XYZAB",
    "Serial Number: 5CG1234XYZ": "5cg1234xyz",
    "VirtualBox-9b2c7e15-4d0a-4f6b-a1c3-7de05f2b8841": "9b2c7e15-4d0a-4f6b-a1c3-7de05f2b8841",
}


@pytest.mark.parametrize("serial", STORED)
def test_a_serial_that_a_vendor_stores_with_its_label_or_separators_is_found_without_them(client: Client, alice: User, serial: str) -> None:
    client.force_login(alice)
    listed(five9s("ODD-1", serial=serial), five9s("ODD-2", serial="PF0XYZAC", label="other"))
    assert names(client, STORED[serial]) == ["ODD-1"]
    assert values(pasted_rows(STORED[serial])) == [("found", "ODD-1")]
