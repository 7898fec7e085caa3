from __future__ import annotations

import importlib

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from devices.models import Account, Device, DeviceTag, Life, Sighting
from devices.models import Identifier as Stored
from devices.search import queries as module
from devices.search.parser import parse
from devices.search.queries import candidates, search
from devices.sync.page_writer import save_page
from tests.devices import records as making
from vendors.parsing.normalise import identifier
from vendors.records import Identifier
from vendors.states import IdKind

pytestmark = pytest.mark.django_db


def known(kind: IdKind, value: str) -> Identifier:
    found = identifier(kind, value)
    assert found is not None
    return found


def named(name: str) -> Sighting:
    entry = making.entry("1", name=name, identifiers=(known(IdKind.NICKNAME, name),))
    save_page(making.run(making.account()), [entry], timezone.now())
    return Sighting.objects.get()


@pytest.mark.parametrize("term", ["Olga's iPhone", "olga’s iphone", "OLGA‘S IPHONE"])
@pytest.mark.parametrize("written", ["Olga’s iPhone", "Olga's iPhone"])
def test_an_apostrophe_is_found_however_it_is_written(written: str, term: str) -> None:
    named(written)
    assert [match.device["name"] for match in search(term).matches] == [written]


def test_keys_that_were_stored_with_printed_signs_follow() -> None:
    sighting = named("x")
    Stored.objects.all().delete()
    for kind, key in (("nickname", "olga’s"), ("tag", "b‑1"), ("tag", "b-1"), ("tag", "c‑–"), ("tag", "c–‑"), ("vendor_id", "v–1")):
        Stored.objects.create(sighting=sighting, kind=kind, key=key, value=key)
    DeviceTag.objects.create(device_id=sighting.device_id, key="pool—2", name="pool—2", by_name="ivan", at=timezone.now())
    with connection.cursor() as cursor:
        for statement in importlib.import_module("devices.migrations.0013_typed_keys").FOLD:
            cursor.execute(statement)
    assert set(Stored.objects.values_list("key", flat=True)) == {"olga's", "b‑1", "b-1", "c--", "c–‑", "v–1"}
    assert DeviceTag.objects.get().key == "pool-2"


@pytest.fixture
def annas() -> None:
    """Anna's laptop with every kind of clue, and two machines that look a little like it."""
    run = making.run(making.account("five", "five9s"))
    clues = {
        IdKind.SERIAL: "PF 3X-7Y2Q",
        IdKind.MAC: "00:1B:21:AA:BB:01",
        IdKind.HOSTNAME: "nb-1.corp.example",
        IdKind.USER: "CORP\\anna.müller",
        IdKind.IP: "10.0.50.17",
        IdKind.BIOS_UUID: "4C4C4544-0042-3510-8051-B7C04F4E3332",
        IdKind.VENDOR_ID: "4711",
        IdKind.NICKNAME: "Laptop of Anna",
        IdKind.TAG: "Berlin 3rd floor",
        IdKind.CUSTOM: "Room 3.14",
    }
    anna = making.entry(
        "4711",
        name="NB-1",
        serial="PF 3X-7Y2Q",
        user="CORP\\anna.müller",
        identifiers=tuple(known(kind, value) for kind, value in clues.items()),
    )
    others = [making.entry(f"other-{n}", name=f"NB-1{n}", identifiers=(known(IdKind.HOSTNAME, f"nb-1{n}"),)) for n in range(2)]
    save_page(run, [anna, *others], timezone.now())


@pytest.mark.parametrize(
    ("term", "kind"),
    [
        ("PF3X-7Y2Q", "serial"),
        ("pf 3x-7y2q", "serial"),
        ("PF3X", "serial"),
        ("sn:PF 3X-7Y2Q", "serial"),
        ("00:1b:21:aa:bb:01", "mac"),
        ("00-1B-21-AA-BB-01", "mac"),
        ("001b.21aa.bb01", "mac"),
        ("001B21AABB01", "mac"),
        ("001b", "mac"),
        ("00:1b:2", "mac"),
        ("mac:001b21", "mac"),
        ("nb-1.corp.example", "hostname"),
        ("NB-1", "hostname"),
        ("host:nb-1", "hostname"),
        ("corp\\ANNA.MÜLLER", "user"),
        ("anna.müller", "user"),
        ("anna.müller@corp.example", "user"),
        ("anna", "user"),
        ("user: anna", "user"),
        ("10.0.50.17", "ip"),
        ("10.0.50.", "ip"),
        ("ip:10.0", "ip"),
        ("{4c4c4544-0042-3510-8051-b7c04f4e3332}", "bios_uuid"),
        ("4711", "vendor_id"),
        ("laptop of", "nickname"),
        ("tag:berlin", "tag"),
        ("room 3.14", "custom"),
    ],
)
def test_any_clue_in_any_notation_finds_the_device_and_says_why(annas: None, term: str, kind: str) -> None:
    first = search(term).matches[0]
    assert first.device["name"] == "NB-1"
    assert kind in [reason["kind"] for reason in first.matched]


@pytest.mark.parametrize("term", ["user:nb-1", "sn:anna", "mac:10.0.50.17", "nb-1x", "001b21aabb02", "10.0.51.", "ann@"])
def test_a_clue_of_another_kind_or_value_finds_nothing(annas: None, term: str) -> None:
    assert search(term).matches == []


def test_the_middle_of_a_name_is_found_and_its_text_is_the_reason(annas: None) -> None:
    match = search("üller").matches[0]
    assert match.matched == [{"kind": "user", "value": "CORP\\anna.müller"}]


def test_the_exact_name_stands_before_longer_ones_and_gone_devices_stand_last(annas: None) -> None:
    Device.objects.filter(name="NB-10").update(life=Life.GONE)
    assert [match.device["name"] for match in search("nb-1").matches] == ["NB-1", "NB-11", "NB-10"]


def test_an_exact_name_is_not_cut_off_among_thousands_that_begin_with_it(annas: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_HOLDERS", 1)
    for name in ("nb-1", "nb-10", "nb-11"):
        assert search(f"host:{name}").matches[0].device["name"] == name.upper()


def test_more_matches_than_asked_for_are_told() -> None:
    run = making.run(making.account())
    entries = [making.entry(f"id-{n}", name=f"PC-{n}", identifiers=(known(IdKind.HOSTNAME, f"pc-{n}"),)) for n in range(30)]
    save_page(run, entries, timezone.now())
    answer = search("pc-", limit=10)
    assert (len(answer.matches), answer.more) == (10, True)
    assert not search("pc-1", limit=50).more


def test_the_number_of_queries_does_not_depend_on_the_number_of_matches(annas: None) -> None:
    with CaptureQueriesContext(connection) as few:
        assert len(search("nb-1").matches) == 3
    run = making.run(Account.objects.get())
    entries = [making.entry(f"id-{n}", name=f"NB-1{n}", identifiers=(known(IdKind.HOSTNAME, f"nb-1{n}"),)) for n in range(300)]
    save_page(run, entries, timezone.now())
    with CaptureQueriesContext(connection) as many:
        assert len(search("nb-1", limit=200).matches) == 200
    assert len(many) == len(few) <= 8


def test_prefixes_and_words_are_answered_from_indexes(annas: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    with CaptureQueriesContext(connection) as captured:
        candidates("nb-1", Q())
    words, identifiers, _devices = [_plan(query["sql"]) for query in captured]
    assert "device_haystack" in words
    assert "identifier_by_key" in identifiers
    assert "~>=~" in identifiers
    assert "Limit" in identifiers and "USING ~<~" not in identifiers  # read in the order of the index; only the groups of those are sorted


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
        return "\n".join(row[0] for row in cursor.fetchall())


def test_candidates_stay_inside_the_filter(annas: None) -> None:
    Device.objects.filter(name="NB-10").update(life=Life.GONE)
    found = Device.objects.filter(pk__in=candidates("nb-1", ~Q(life=Life.GONE)))
    assert sorted(found.values_list("name", flat=True)) == ["NB-1", "NB-11"]


@pytest.mark.parametrize(
    "term",
    [
        "",
        " ",
        "\0",
        "a\0b",
        "%",
        "_",
        "\\",
        "'",
        '"',
        "--",
        "x" * 10_000,
        "(a+)+$",
        "w " * 500,
        "👩‍💻",
        "\u202e",
        "\u200b",
        "00:1",
        "ab:cd:e",
        ".",
        "..",
        "....",
        ":",
        "user:",
        "ip::",
        "1.2.3.4.5",
        "\ud800",
        "ß",
        "İ",
        "%s",
        "{0}",
        "@",
        "\\\\",
    ],
)
def test_no_text_is_an_error(annas: None, term: str) -> None:
    assert search(term).matches == []
    assert candidates(term, Q()) == []


@given(st.text(max_size=300))
def test_reading_a_clue_never_fails(term: str) -> None:
    clue = parse(term)
    assert clue.kinds
    assert all(form.key and "\0" not in form.key for form in clue.forms)


@pytest.mark.parametrize(
    ("term", "kinds"),
    [
        ("00:1b:21:aa:bb:01", [IdKind.MAC]),
        ("00:1b", [IdKind.MAC]),
        ("10.0.50.", [IdKind.IP]),
        ("fe80::1", [IdKind.IP]),
        ("CORP\\anna", [IdKind.USER]),
        ("4c4c4544-0042-3510-8051-b7c04f4e3332", [IdKind.BIOS_UUID, IdKind.VENDOR_ID, IdKind.SERIAL]),  # firmware writes serials there
        ("nb-1", [IdKind.HOSTNAME, IdKind.SERIAL, IdKind.USER]),
    ],
)
def test_what_a_person_means(term: str, kinds: list[IdKind]) -> None:
    assert list(parse(term).kinds) == kinds


def test_a_vendor_that_lists_a_device_no_more_is_not_present(annas: None) -> None:
    Sighting.objects.filter(external_id="4711").update(life=Life.MISSING)
    [seen] = search("4711").matches[0].device["sightings"]
    assert (seen["account"], seen["present"]) == ("five", False)


def test_less_than_three_letters_find_what_the_documentation_says() -> None:
    clues = ((IdKind.HOSTNAME, "an-1"), (IdKind.TAG, "an"), (IdKind.NICKNAME, "annex"))
    entries = [making.entry(kind.value, name=kind.value, identifiers=(known(kind, value),)) for kind, value in clues]
    save_page(making.run(making.account()), [*entries, making.entry("os", name="phone", os_name="Android 13")], timezone.now())

    def names(term: str) -> set[str]:
        return {match.device["name"] for match in search(term).matches}

    assert names("an") == {"hostname", "tag"}
    assert names("an 13") == set()
    assert names("and") == {"phone"} == names("android 13")
