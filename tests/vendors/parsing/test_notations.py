from __future__ import annotations

import pytest

from vendors.parsing.normalise import identifier
from vendors.parsing.notations import with_notations
from vendors.records import Identifier
from vendors.states import IdKind


def derived(kind: IdKind, *texts: str) -> set[tuple[str, str]]:
    given = [found for text in texts if (found := identifier(kind, text))]
    result = with_notations(given)
    assert list(result[: len(given)]) == given
    assert all(not each.value and not each.junk for each in result[len(given) :])
    return {(each.kind.value, each.key) for each in result[len(given) :]}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("NB-0042", []),
        ("nb-0042.corp.example", ["nb-0042.corp.example"]),
        ("BERLIN-NOTEBOOK-0042", ["berlin-notebook"]),
        ("BERLIN-NOTEBOOK-0042.corp.example", ["berlin-notebook-0042.corp.example", "berlin-notebook"]),
        ("Jane\u2019s MacBook Pro", ["janes-macbook-pro", "jane's macbook", "janes-macbook-p"]),
        ("Janes-MacBook-Pro.local", ["janes-macbook-p"]),
        ("nb-0042.corp.local", ["nb-0042.corp.local"]),
        ("WIN-1.2.3", []),
        ("localhost.localdomain", []),
        ("10.0.0.5", []),
    ],
)
def test_host_names(text: str, keys: list[str]) -> None:
    assert derived(IdKind.HOSTNAME, text) == {("hostname", key) for key in keys}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("PF3XK2AB", []),
        ("PF-0ABCDE", ["pf0abcde"]),
        ("R9 0ABC.DE", ["r90abcde"]),
        ("1S20XWCTO1WWPF3XK2AB", ["pf3xk2ab"]),
        ("1S20XW0012GEPF-0ABCDE", ["pf-0abcde", "pf0abcde"]),
        ("20XWCTO1WW/PF3XK2AB", ["pf3xk2ab"]),
        ("S/N: PF3XK2AB", ["pf3xk2ab"]),
        ("Serial Number: 5CG1234ABC", ["5cg1234abc"]),
        ("Service Tag: 1ABCD23", ["1abcd23"]),
        ("Serial-No.: 5CG1234ABC", ["5cg1234abc"]),
        ("Serial Number: 1234567890", []),
        ("Type1 - 123456789", []),
        ("SN-123456fvgv3i0b8o5n6n7k", []),
        ("Asset-1234567890", []),
        ("Serial-No: 0000000", []),
        ("A-12", []),
        ("S5CG1234ABC", []),
        ("Default string", []),
    ],
)
def test_serials(text: str, keys: list[str]) -> None:
    assert derived(IdKind.SERIAL, text) == {("serial", key) for key in keys}


@pytest.mark.parametrize(
    ("kind", "text", "keys"),
    [
        (
            IdKind.SERIAL,
            "VMware-42 1f 24 5c 7f a8 60 fa-6a f6 00 11 22 33 44 55",
            {("bios_uuid", "421f245c-7fa8-60fa-6af6-001122334455"), ("bios_uuid", "5c241f42-a87f-fa60-6af6-001122334455")},
        ),
        (
            IdKind.BIOS_UUID,
            "4C4C4544-0041-4210-8043-B1C04F443233",
            {("serial", "1abcd23"), ("bios_uuid", "44454c4c-4100-1042-8043-b1c04f443233")},
        ),
        (
            IdKind.BIOS_UUID,
            "03D502E0-045E-0500-0006-010700080009",
            {("mac", "e0d55e000001"), ("bios_uuid", "e002d503-5e04-0005-0006-010700080009")},
        ),
        (IdKind.BIOS_UUID, "03000200-0400-0500-0006-000700080009", set()),
        (IdKind.BIOS_UUID, "Not Settable", set()),
        (IdKind.MAC, "00:1B:21:AA:BB:01", set()),
        (IdKind.USER, r"CORP\anna", set()),
    ],
)
def test_hardware(kind: IdKind, text: str, keys: set[tuple[str, str]]) -> None:
    assert derived(kind, text) == keys


def test_what_the_vendor_reports_itself_is_not_derived() -> None:
    dell = identifier(IdKind.BIOS_UUID, "4c4c4544-0041-4210-8043-b1c04f443233")
    tag = identifier(IdKind.SERIAL, "1ABCD23")
    assert dell and tag
    found = with_notations([dell, tag])
    assert [each.key for each in found if each.kind is IdKind.SERIAL] == ["1abcd23"]


def test_an_unreadable_identifier_has_no_notation() -> None:
    malformed = Identifier(IdKind.SERIAL, "PF-0ABCDE", "pf-0abcde", junk=True)
    assert with_notations([malformed]) == (malformed,)
