"""Names of more than 15 characters: one vendor reports the whole name, another its first 15 characters, a domain, or a description."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Device, PossibleDuplicate, User
from tests.identity.reported.records import M1, M2, MACOS, Record, become, device_of, eset, five9s, listed, opswat

pytestmark = pytest.mark.django_db
ANNA = r"CORP\anna"

ONE: dict[str, tuple[Record, ...]] = {
    "full name and the first 15 characters, unique serial": (
        eset("BERLIN-NOTEBOOK-0042.corp.example", serial="PF3XK2AB", macs=M1),
        five9s("BERLIN-NOTEBOOK", serial="PF3XK2AB", login=ANNA),
    ),
    "first 15 characters with the same user": (
        opswat("BERLIN-NOTEBOOK-0042", user="anna", domain="CORP"),
        five9s("BERLIN-NOTEBOOK", serial="PF3XK2AB", login=ANNA),
    ),
    "full name and the first 15 characters, one MAC address": (
        eset("BERLIN-NOTEBOOK-0042.corp.example", serial="PF3XK2AB", macs=M1),
        opswat("BERLIN-NOTEBOOK", macs=M1),
    ),
    "short and long name at ESET, OPSWAT and five(9)s": (
        eset("BERLIN-NOTEBOOK-0042.corp.example", serial="PF3XK2AB", macs=M1),
        opswat("berlin-notebook-0042", macs=M1, user="anna"),
        five9s("BERLIN-NOTEBOOK", serial="PF3XK2AB", login="anna"),
    ),
    "sixteen characters": (eset("kassenterminal-7", serial="5CG1234ABC", macs=M1), five9s("KASSENTERMINAL-", serial="5CG1234ABC")),
    "sixty-three characters": (eset("w" * 60 + "-01", serial="1ABCD23"), five9s("W" * 15, serial="1ABCD23")),
    "long name of Linux in two accounts": (
        eset("produktions-datenbank-01.corp.example", serial="CZJ0000001", system="Ubuntu 24.04.1 LTS"),
        five9s("PRODUKTIONS-DAT", serial="CZJ0000001", system="Ubuntu 24.04"),
    ),
    "BIOS UUID and a cut name in two accounts of ESET": (
        eset("frankfurt-laptop-0007", uuid="2B5A1C3E-8A7F-4C4B-9D1A-2B7F1A0C9E11", label="E1"),
        eset("FRANKFURT-LAPTO", uuid="2B5A1C3E-8A7F-4C4B-9D1A-2B7F1A0C9E11", label="E2", account="eset-two"),
    ),
    "umlauts before the cut": (eset("MÜNCHEN-NOTEBOOK-17", serial="R90XA123"), five9s("MÜNCHEN-NOTEBOO", serial="R90XA123")),
    "Mac's display name and its Bonjour name": (
        eset("Jane\u2019s MacBook Pro", serial="C02XK0AAJG5H", macs=M1, system=MACOS),
        opswat("Janes-MacBook-Pro.local", macs=M1, family="Mac OSX"),
        five9s("JANES-MACBOOK-P", serial="C02XK0AAJG5H"),
    ),
    "suffix of device management": (eset("NB-0042-W11", serial="PF3XK2AB", macs=M1), five9s("NB-0042", serial="PF3XK2AB")),
    "underscore for a dash": (eset("NB_0042", serial="5CG1234ABC", macs=M1), five9s("NB-0042", serial="5CG1234ABC")),
    "description as the name": (eset("NB-0042", serial="1ABCD23", macs=M1), five9s("Notebook 0042 2. OG links", serial="1ABCD23")),
    "serial as the name": (eset("NB-0042", serial="R90XA123", macs=M1), five9s("R90XA123", serial="R90XA123")),
}


@pytest.mark.parametrize("records", ONE.values(), ids=ONE)
def test_names_that_differ_harmlessly_are_one_device(records: tuple[Record, ...]) -> None:
    assert become(*records) == [" ".join(sorted(each.label for each in records))]


OTHER_WORDS = {"suffix of device management", "underscore for a dash", "description as the name", "serial as the name"}


@pytest.mark.parametrize("case", [case for case in ONE if case not in OTHER_WORDS])
def test_a_notation_of_the_name_is_no_data_conflict(case: str) -> None:
    become(*ONE[case])
    assert Device.objects.get().disagrees == []


TWO_NAMES = {
    "two names of one beginning": ("BERLIN-NOTEBOOK-0042", "BERLIN-NOTEBOOK-0043"),
    "two full names of one beginning": ("berlin-notebook-0042.corp.example", "berlin-notebook-0043.corp.example"),
    "two display names of one beginning": ("iPhone von Dr. Schulz", "iPhone von Dr. Huber"),
    "two Macs of one person": ("Jane's MacBook Pro", "Jane's MacBook Air"),
    "the first 14 characters": ("BERLIN-NOTEBOOK-0042", "BERLIN-NOTEBOO"),
    "the first 16 characters": ("BERLIN-NOTEBOOK-0042", "BERLIN-NOTEBOOK-"),
    "suffix": ("NB-0042-W11", "NB-0042"),
}


@pytest.mark.parametrize(("one", "other"), TWO_NAMES.values(), ids=TWO_NAMES)
def test_two_names_of_one_machine_are_a_data_conflict(one: str, other: str) -> None:
    e = eset(one, serial="PF3XK2AB", macs=M1)
    assert become(e, five9s(other, serial="PF3XK2AB")) == ["E F"]
    assert device_of(e).disagrees == ["name"]


@pytest.mark.parametrize("records", ONE.values(), ids=ONE)
def test_the_order_of_syncs_makes_no_difference(records: tuple[Record, ...]) -> None:
    for each in reversed(records):
        listed(each)
    assert Device.objects.filter(sightings__isnull=False).distinct().count() == 1


TWO: dict[str, tuple[Record, ...]] = {
    "one beginning, other serials": (
        eset("BERLIN-NOTEBOOK-0042", serial="PF3XK2AB", macs=M1),
        five9s("BERLIN-NOTEBOOK", serial="PF3XK2AC", login=ANNA),
    ),
    "one beginning, other serials and the same user": (
        opswat("BERLIN-NOTEBOOK-0042", user="anna", macs=M1, label="O1"),
        opswat("BERLIN-NOTEBOOK-0043", user="anna", macs=M2, label="O2"),
    ),
    "one beginning and nothing else": (eset("BERLIN-NOTEBOOK-0042", macs=M1), five9s("BERLIN-NOTEBOOK", serial="PF3XK2AC")),
    "the first 14 characters": (opswat("BERLIN-NOTEBOOK-0042", user="anna"), five9s("BERLIN-NOTEBOO", login="anna")),
    "the first 16 characters": (opswat("BERLIN-NOTEBOOK-0042", user="anna"), five9s("BERLIN-NOTEBOOK-", login="anna")),
    "two whole names of which one begins with the other": (
        opswat("BERLIN-NOTEBOOK-0042", user="anna"),
        eset("BERLIN-NOTEBOOK-00", uuid="2B5A1C3E-8A7F-4C4B-9D1A-2B7F1A0C9E11"),
    ),
    "other BIOS UUIDs": (
        eset("BERLIN-NOTEBOOK-0042", uuid="2B5A1C3E-8A7F-4C4B-9D1A-2B7F1A0C9E11", label="E1"),
        eset("BERLIN-NOTEBOOK", uuid="7C5A1C3E-8A7F-4C4B-9D1A-2B7F1A0C9E12", label="E2", account="eset-two"),
    ),
}


@pytest.mark.parametrize("records", TWO.values(), ids=TWO)
def test_machines_of_one_beginning_stay_apart(records: tuple[Record, ...]) -> None:
    assert become(*records) == sorted(each.label for each in records)


def three(number: int, label: str) -> tuple[Record, Record]:
    return (
        eset(
            f"BERLIN-NOTEBOOK-00{number}.corp.example", serial=f"PF3XK2A{number % 10}", macs=f"8C:8C:AA:00:00:{number}", label=f"E{label}"
        ),
        five9s("BERLIN-NOTEBOOK", serial=f"PF3XK2A{number % 10}", login=ANNA, label=f"F{label}"),
    )


def test_three_machines_of_one_beginning_are_three_devices_without_a_gap(client: Client, alice: User) -> None:
    pairs = [three(41 + place, str(place)) for place in range(3)]
    records = [each for pair in pairs for each in pair]
    assert become(*records) == ["E0 F0", "E1 F1", "E2 F2"]
    assert [device_of(each).disagrees for each, _ in pairs] == [[], [], []]
    assert not PossibleDuplicate.objects.exists()
    client.force_login(alice)
    for account in ("eset", "epm"):
        for cover, count in (("fresh", 3), ("missing", 0)):
            file = client.get("/coverage/every.csv", {"account": account, "cover": cover}).getvalue()
            assert len(file.splitlines()) - 1 == count, (account, cover)
    assert client.get("/d/", {"q": "PF3XK2A2"})["Location"] == f"/devices/{device_of(pairs[1][0]).pk}/"
