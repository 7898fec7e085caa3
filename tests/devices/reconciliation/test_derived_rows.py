"""Derived notations agree and are found; no page and no count shows them."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.coverage import identifier_quality
from devices.models import Identifier, Sighting, User
from devices.reconciliation import conflicts
from devices.search.queries import search
from tests.devices import rows as shown
from vendors.parsing.normalise import identifier
from vendors.parsing.notations import with_notations
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
LONG = "BERLIN-NOTEBOOK-0042.corp.example"


def derive(seen: Sighting) -> list[str]:
    told = [identifier(IdKind(each.kind), each.value) for each in seen.identifiers.all()]
    derived = [each for each in with_notations([each for each in told if each]) if not each.value]
    for each in derived:
        Identifier.objects.create(sighting=seen, kind=each.kind, key=each.key, value="")
    return [each.key for each in derived]


def test_the_device_page_shows_what_the_vendor_reports(client: Client, bob: User) -> None:
    ids = [(IdKind.BIOS_UUID, "4c4c4544-0041-4210-8043-b1c04f443233")]
    seen = shown.sighting(shown.account("eset-main", "eset"), LONG, ids=ids)
    assert sorted(derive(seen)) == [
        *("1abcd23", "44454c4c-4100-1042-8043-b1c04f443233"),
        *("berlin-notebook", "berlin-notebook-0042.corp.example"),
    ]
    client.force_login(bob)
    text = client.get(f"/devices/{seen.device_id}/").content.decode()
    assert text.count('data-label="BIOS UUID"') == text.count('data-label="Hostname"') == 1
    assert "1abcd23" not in text.casefold() and 'data-copy=""' not in text


def test_a_name_that_was_cut_is_no_conflict() -> None:
    seen = shown.sighting(shown.account("eset-main", "eset"), LONG)
    derive(seen)
    short = shown.sighting(shown.account("five-main", "five9s"), "BERLIN-NOTEBOOK", device=seen.device)
    assert short.device.disagrees == []
    assert conflicts.said(seen.device_id, "name") == f"{seen.pk}=berlin-notebook-0042\n{short.pk}=berlin-notebook"


def test_quality_counts_what_vendors_report() -> None:
    for number in range(5):
        derive(shown.sighting(shown.account(f"eset-{number}", "eset"), f"BERLIN-NOTEBOOK-{number:04}"))
    assert identifier_quality.shared() == []


@pytest.mark.parametrize("term", ["1ABCD23", "44454c4c-4100-1042-8043-b1c04f443233", "BERLIN-NOTEBOOK-0042"])
def test_a_derived_notation_is_found(term: str) -> None:
    ids = [(IdKind.BIOS_UUID, "4c4c4544-0041-4210-8043-b1c04f443233")]
    seen = shown.sighting(shown.account("eset-main", "eset"), LONG, ids=ids)
    derive(seen)
    assert [match.device["id"] for match in search(term).matches] == [seen.device_id]


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("MU\u0308NCHEN-NB-17", "\u00fcnchen-nb-17"),
        ("M\u00dcNCHEN-NB-17", "u\u0308nchen"),
        ("STRASSE-19", "tra\u00dfe"),
        ("\u0391\u0398\u0397\u039d\u0391\u03a3-21", "\u03b8\u03b7\u03bd\u03b1\u03c2-21"),
        ("\u0130STANBUL-1", "stanbul"),
        ("KIRIKKALE-2", "k\u0131r\u0131k"),
        ("\uff2e\uff22\u2010KELLER-3", "b-keller"),
        ("Olga\u2019s Phone", "lga's ph"),
    ],
)
def test_the_middle_of_a_name_is_folded_like_the_text_that_is_searched(name: str, term: str) -> None:
    seen = shown.sighting(shown.account("eset-main", "eset"), name)
    assert [match.device["id"] for match in search(term).matches] == [seen.device_id]
