"""What is exact, and in which order the rest is listed: certainty, then current records, then the latest contact."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Account, Identifier, Life, Sighting, User
from devices.reconciliation.summary import summarise
from tests.devices import records as making
from tests.devices.lookup.machines import HOST, IP, MAC, SERIAL, USER, machine, names, notes, opened
from vendors.parsing.normalise import identifier
from vendors.states import IdKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


@pytest.fixture
def eset(desk: Client) -> Account:
    return making.account("eset-main", "eset")


def aged(name: str, **columns: object) -> None:
    """As a sync leaves the record of a device that is stale or no longer reported."""
    sighting = Sighting.objects.get(name=name)
    Sighting.objects.filter(pk=sighting.pk).update(**columns)
    summarise([sighting.device_id], timezone.now())


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ("Dr. Meier's iPad", "Dr. Huber's iPad"),
        ("iPhone von Dr. Schulz", "iPhone von Dr. Huber"),
        ("St. Pauli Kiosk", "St. Georg Kiosk"),
        ("Anna's MacBook v1.2", "Anna's MacBook v1.3"),
    ],
)
def test_a_name_that_is_no_host_name_is_not_cut_at_its_dot(desk: Client, eset: Account, known: str, text: str) -> None:
    machine(eset, known)
    assert opened(desk, text) == "" == opened(desk, f"host:{text}")
    assert desk.get(f"/d/host/{text}").status_code == 200
    assert opened(desk, known).replace("&#x27;", "'") == known


def test_a_full_name_in_another_domain_is_shown_and_not_opened(desk: Client, eset: Account) -> None:
    machine(eset, "nb-0042.corp.example")
    for text in ("nb-0042.other.example", "NB-0042.OTHER.EXAMPLE.", "\\\\nb-0042.other.example\\c$", "https://nb-0042.other.example/"):
        assert (opened(desk, text), names(desk, text)) == ("", ["nb-0042.corp.example"]), text
        assert "Same hostname in another domain: nb-0042.corp.example" in notes(desk, text), text


def test_a_name_that_does_not_contradict_opens(desk: Client, eset: Account) -> None:
    machine(eset, "nb-0042.corp.example")
    for text in ("nb-0042", "nb-0042.corp.example", "NB-0042.local", "host:nb-0042.corp.example"):
        assert opened(desk, text) == "nb-0042.corp.example", text


def test_the_domain_that_another_field_reports_counts_too(desk: Client, eset: Account) -> None:
    machine(eset, "NB-0042")
    assert opened(desk, "nb-0042.other.example") == "NB-0042"
    Identifier.objects.create(sighting=Sighting.objects.get(), kind=HOST, key="nb-0042.corp.example", value="")
    assert opened(desk, "nb-0042.other.example") == ""
    assert opened(desk, "nb-0042.corp.example") == "NB-0042"


def test_of_two_domains_the_one_that_was_typed_opens(desk: Client, eset: Account) -> None:
    machine(eset, "nb-0042.corp.example", (SERIAL, "AB12345"))
    machine(eset, "nb-0042.other.example", (SERIAL, "AB12346"))
    assert opened(desk, "nb-0042.other.example") == "nb-0042.other.example"
    assert names(desk, "nb-0042.other.example")[0] == "nb-0042.other.example"
    assert sorted(names(desk, "nb-0042")) == ["nb-0042.corp.example", "nb-0042.other.example"]


@pytest.mark.parametrize(
    ("known", "text", "opens"),
    [
        ("CORP\\anna", "OTHER\\anna", False),
        ("anna@corp.example", "anna@other.example", False),
        ("CORP\\anna", "anna@other.example", False),
        ("NB-1\\anna", "CORP\\anna", False),
        ("CORP\\anna", "corp\\ANNA", True),
        ("CORP\\anna", "anna@corp.example", True),
        ("CORP\\anna", "anna", True),
        ("anna", "CORP\\anna", True),
    ],
)
def test_a_user_in_another_domain_is_another_user(desk: Client, eset: Account, known: str, text: str, opens: bool) -> None:
    machine(eset, "pc-1", (USER, known))
    assert opened(desk, text) == ("pc-1" if opens else "")
    assert names(desk, text) == ["pc-1"]


def test_a_name_cut_at_fifteen_characters_is_shown_and_not_opened(desk: Client) -> None:
    epm = making.account("epm", "five9s")
    machine(epm, "BERLIN-NOTEBOOK")
    assert opened(desk, "BERLIN-NOTEBOOK") == "BERLIN-NOTEBOOK"
    for text in ("BERLIN-NOTEBOOK-0042", "berlin-notebook-0042.corp.example", "BERLIN-NOTEBOOK-0042$"):
        assert (opened(desk, text), names(desk, text)) == ("", ["BERLIN-NOTEBOOK"])
        assert "Read as: Hostname BERLIN-NOTEBOOK, the first 15 characters".casefold() in notes(desk, text)[0].casefold()
    assert names(desk, "BERLIN-NOTEBOX-0042") == []


# -- the order ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (IP, "10.0.50.17", "10.0.50.17"),
        (IP, "fe80::1", "ip:fe80::1"),
        (USER, "CORP\\anna", "anna"),
        (MAC, "00:24:9b:00:00:01", "0024.9b00.0001"),
        (SERIAL, "SAME1234", "same1234"),
        (IdKind.TAG, "pool", "tag:pool"),
    ],
)
def test_the_latest_contact_comes_first(desk: Client, eset: Account, kind: IdKind, value: str, text: str) -> None:
    now, shared = timezone.now(), identifier(kind, value)
    assert shared is not None
    for name, days in (("AA-OLD-PC", 40), ("ZZ-NEW-PC", 0), ("MM-MID-PC", 4)):
        device = machine(eset, name, seen_at=now - timedelta(days=days))  # matched without it, so that a serial joins none of them
        Identifier.objects.create(sighting=device.sightings.get(), kind=kind, key=shared.key, value=value)
    assert names(desk, text) == ["ZZ-NEW-PC", "MM-MID-PC", "AA-OLD-PC"]
    assert opened(desk, text) == ""


def test_current_records_come_before_stale_missing_and_gone_ones(desk: Client, eset: Account) -> None:
    now = timezone.now()
    for place, name in enumerate(("d-live", "c-stale", "b-missing", "a-gone")):
        machine(eset, name, (IP, "10.0.50.17"), seen_at=now - timedelta(minutes=40 - 10 * place))
    aged("c-stale", stale=True)
    aged("b-missing", life=Life.MISSING)
    aged("a-gone", life=Life.GONE)
    assert names(desk, "10.0.50.17") == ["d-live", "c-stale", "b-missing", "a-gone"]


def test_the_record_that_has_the_address_counts_not_the_device(desk: Client, eset: Account) -> None:
    """The device is in contact through another account; the record that has the address is forty days old."""
    now = timezone.now()
    serial = (SERIAL, "PF3XK2AB")
    machine(eset, "nb-1", serial, (MAC, "8C:8C:AA:00:00:01"), (IP, "10.0.50.17"), seen_at=now - timedelta(days=40))
    machine(making.account("epm", "five9s"), "nb-1", serial, seen_at=now)
    machine(eset, "nb-2", (IP, "10.0.50.17"), seen_at=now - timedelta(days=2))
    assert names(desk, "10.0.50.17") == ["nb-2", "nb-1"]
    assert names(desk, "nb-") == ["nb-1", "nb-2"]


def test_an_exact_name_comes_before_later_contacts(desk: Client, eset: Account) -> None:
    now = timezone.now()
    machine(eset, "nb-1", seen_at=now - timedelta(days=30))
    machine(eset, "nb-10", seen_at=now)
    assert names(desk, "nb-1") == ["nb-1", "nb-10"]


def test_a_composed_name_finds_a_decomposed_one_also_by_its_middle(desk: Client) -> None:
    opswat = making.account("opswat-main", "opswat")
    machine(opswat, "MU\u0308NCHEN-NB-17", (USER, "ju\u0308rgen"))
    machine(opswat, "STRASSE-19")
    machine(opswat, "ΑΘΗΝΑΣ-21")
    for text in ("münchen-nb-17", "ünchen-nb-17", "ürgen", "jürgen", "u\u0308rgen"):
        assert names(desk, text) == ["MU\u0308NCHEN-NB-17"], text
    assert names(desk, "traße") == ["STRASSE-19"]
    assert names(desk, "θηνας-21") == ["ΑΘΗΝΑΣ-21"]
