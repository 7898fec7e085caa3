"""Text is found anywhere in what vendors tell of a device, with a prefix as without one, folded the same on both sides."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from devices.lookup.batch import answers
from devices.models import Account, Device, DeviceGroup, Identifier, Sighting, User
from devices.search.labels import SCOPES
from devices.search.queries import candidates, search
from devices.sync.page_writer import save_page
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices import records as making
from tests.devices import rows as shown
from tests.devices.runs import account_at, sync
from vendors.parsing.normalise import text_key
from vendors.states import IdKind

pytestmark = pytest.mark.django_db


def found(term: str) -> set[str]:
    return {match.device["name"] for match in search(term).matches}


def listed(text: str) -> set[str]:
    return set(Device.objects.filter(pk__in=candidates(text, Q())).values_list("name", flat=True))


def record(external_id: str, *, identifiers: dict[IdKind, str] | None = None, **fields: str) -> None:
    told = tuple(known for kind, value in (identifiers or {}).items() if (known := making.normalised(kind, value)))
    account = Account.objects.filter(name="main").first() or making.account("main", "five9s")
    entry = making.entry(external_id, identifiers=told, **fields)  # type: ignore[arg-type]
    save_page(making.run(account), [entry], timezone.now())


@pytest.fixture
def elitebook() -> None:
    record(
        "8801f2c3-77aa-4bd0-9e1c-5d1f00aa42ee",
        name="BER-NB-01014",
        model="EliteBook 840 G9",
        manufacturer="HP",
        os_name="Microsoft Windows 10 Enterprise",
        group_name="Buchhaltung",
        user="NORDWIND\\g.ziegler",
        identifiers={IdKind.HOSTNAME: "ber-nb-01014.nordwind.example", IdKind.USER: "NORDWIND\\g.ziegler"},
    )
    record("other", name="HAM-NB-2", model="ThinkPad", manufacturer="Lenovo", os_name="Windows 11 Pro", group_name="Vertrieb")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("EliteBook", "model"),
        ("hp elitebook", "model"),
        ("Windows 10", "os"),
        ("enterprise", "os"),
        ("Buchhaltung", "group"),
        ("chhalt", "group"),
        ("77aa-4bd0", "vendor_id"),
        ("f2c3", "vendor_id"),
        ("nordwind.example", "hostname"),
        ("ziegler elitebook buchh", "model"),
    ],
)
def test_model_system_group_and_a_part_of_a_vendor_id_are_found_and_named(elitebook: None, text: str, kind: str) -> None:
    assert listed(text) == found(text) == {"BER-NB-01014"}
    assert kind in [reason["kind"] for reason in search(text).matches[0].matched]


@pytest.mark.parametrize("text", ["elitebook vertrieb", "windows 12", "77aa-4bd1"])
def test_all_words_must_be_there(elitebook: None, text: str) -> None:
    assert listed(text) == found(text) == set()


# -- with a prefix as without ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Simulation]:
    with running(devices=40, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def fleet(sandbox: Simulation) -> None:
    for vendor in ("eset", "opswat", "five9s"):
        sync(account_at(sandbox.url, vendor))


def pieces(value: str) -> list[str]:
    """The whole, the beginning, the middle, the end, and single letters."""
    return [value, value[:1], value[:2], value[:5], value[2:7], value[3:], value[-4:]]


def some(kinds: set[str]) -> list[str]:
    """Six values of these kinds, spread over all that there are."""
    values = list(Identifier.objects.filter(kind__in=kinds).order_by("key").values_list("value", flat=True).distinct())
    return values[:: len(values) // 6 + 1]


def test_a_prefix_finds_what_the_text_alone_finds_by_that_kind(fleet: None) -> None:
    for prefix, scope in SCOPES.items():
        kinds = {kind.value for kind in scope}
        terms = {piece.strip() for value in some(kinds) for piece in pieces(value)} - {""}
        assert terms
        for term in terms:
            alone = search(term, limit=1000).matches
            by_kind = {match.device["id"] for match in alone if kinds & {reason["kind"] for reason in match.matched}}
            scoped = {match.device["id"] for match in search(f"{prefix}:{term}", limit=1000).matches}
            assert by_kind <= scoped, f"{prefix}:{term}"
            group = prefix == "ip" and not {".", ":"} & {*term}  # of an address only where nothing else is asked for
            assert group or scoped <= {match.device["id"] for match in alone}, f"{prefix}:{term}"


@pytest.mark.parametrize(
    ("scoped", "plain"),
    [("user:ziegler", "ziegler"), ("user:g", "g"), ("host:01014", "01014"), ("host:nordwind", "ber-nb"), ("user: G.Zieg", "g.zieg")],
)
def test_parts_and_single_letters_are_found_behind_a_prefix(elitebook: None, scoped: str, plain: str) -> None:
    assert found(scoped) == found(plain) == listed(scoped) == {"BER-NB-01014"}


@pytest.mark.parametrize("term", ["user:elitebook", "host:ziegler", "sn:01014", "host:windows", "user:ber-nb", "tag:nordwind", "mac:01014"])
def test_a_prefix_does_not_look_into_other_values(elitebook: None, term: str) -> None:
    assert found(term) == listed(term) == set()


# -- the same folding on both sides ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("MU\u0308NCHEN-NB-17", "\u00fcnchen-nb-17"),
        ("MU\u0308NCHEN-NB-17", "U\u0308NCHEN"),
        ("M\u00dcNCHEN-NB-17", "u\u0308nchen-nb"),
        ("STRASSE-19", "tra\u00dfe"),
        ("GRO\u00dfE-TASTE", "grosse"),
        ("\u0391\u0398\u0397\u039d\u0391\u03a3-21", "\u03b8\u03b7\u03bd\u03b1\u03c2-21"),
        ("\uff2e\uff22-17-WIDE", "nb-17"),
        ("NB-17-WIDE", "\uff4e\uff42-17"),
        ("Thang\u2019s b\u2011phone", "thang's B-ph"),
    ],
)
def test_letters_that_are_equal_are_found_inside_a_name(stored: str, typed: str) -> None:
    record("1", name=stored, model=stored)
    assert listed(typed) == found(typed) == {stored}


# -- names with a dot in them ---------------------------------------------------------------------------------------------


@pytest.fixture
def dotted() -> None:
    for number, name in enumerate(("Dr. Meier's iPad", "nb-0042.corp.example", "WIN-1.2.3", "plain-7")):
        record(str(number), name=name, identifiers={IdKind.HOSTNAME: name})


@pytest.mark.parametrize(
    "name", ["Dr. Meier's iPad", "dr. meier’s ipad", "nb-0042.corp.example", "NB-0042", "WIN-1.2.3", "plain-7.any.example"]
)
def test_a_name_that_was_typed_whole_opens_its_device(dotted: None, client: Client, bob: User, name: str) -> None:
    client.force_login(bob)
    assert client.get(f"/d/host/{name}").status_code == client.get("/d/", {"q": name}).status_code == 302
    assert [line.answer for line in answers([name])] == ["found"]


@pytest.mark.parametrize("name", ["Dr. Huber's iPad", "iPhone von Dr. Schulz", "dr. no", "nb-0042.other.example", "WIN-1.9.9"])
def test_a_name_that_nobody_has_opens_nothing(dotted: None, client: Client, bob: User, name: str) -> None:
    client.force_login(bob)
    assert client.get(f"/d/host/{name}").status_code == client.get("/d/", {"q": name}).status_code == 200
    assert [line.answer for line in answers([name])] == ["not found"]
    assert "Dr. Meier's iPad" not in found(name)


def test_a_host_in_another_domain_is_shown_and_not_opened(dotted: None) -> None:
    answer = search("nb-0042.other.example")
    assert [match.device["name"] for match in answer.matches] == ["nb-0042.corp.example"]
    assert answer.opens is None


# -- the latest contact first ---------------------------------------------------------------------------------------------


def test_of_machines_that_had_an_address_the_latest_contact_stands_first() -> None:
    now, eset = timezone.now(), shown.account("eset-main", "eset")
    for name, days in (("old-pc", 40), ("zz-new-pc", 0), ("mid-pc", 3), ("a-clock-gone-wrong", -400)):
        shown.sighting(eset, name, seen_at=now - timedelta(days=days), ids=[(IdKind.IP, "10.0.50.17"), (IdKind.USER, "anna")])
    for term in ("10.0.50.17", "10.0.50.", "user:anna", "ann"):
        names = [match.device["name"] for match in search(term).matches]
        assert names == ["zz-new-pc", "mid-pc", "old-pc", "a-clock-gone-wrong"]


# -- rows of an earlier version -------------------------------------------------------------------------------------------


def test_rows_that_are_stored_get_the_text_that_a_sync_writes(fleet: None, monkeypatch: pytest.MonkeyPatch) -> None:
    migration = importlib.import_module("devices.migrations.0018_search_text_of_rows")
    monkeypatch.setattr(migration, "AT_ONCE", 7)
    before = dict(Sighting.objects.values_list("pk", "search_text")), dict(Device.objects.values_list("pk", "haystack"))
    assert all(before[0].values()) and all(before[1].values())
    Sighting.objects.update(search_text="")
    Device.objects.update(haystack="nb-1 as it was")
    DeviceGroup.objects.update(search_text="")
    migration.fill()
    # The release is a later column, filled when a record is read again; its line is written with it.
    releases = {f"o {text_key(release)}" for release in Sighting.objects.exclude(os_release="").values_list("os_release", flat=True)}
    systems = {f"o {text_key(name)}" for name in Sighting.objects.values_list("os_name", flat=True)}
    later = releases - systems
    assert later
    for was, rows in zip(
        before, (Sighting.objects.values_list("pk", "search_text"), Device.objects.values_list("pk", "haystack")), strict=True
    ):
        assert {pk: set(text.split("\n")) for pk, text in rows} == {pk: set(text.split("\n")) - later for pk, text in was.items()}


# -- what an empty list says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page", ["/devices/", "/devices/?life=retired&", "/devices/?life=gone&", "/issues/", "/patching/patches/", "/patching/devices/"]
)
def test_an_empty_list_says_what_was_searched_and_concludes_nothing(client: Client, bob: User, page: str) -> None:
    shown.small_fleet()
    client.force_login(bob)
    text = client.get(f"{page}{'' if page.endswith('&') else '?'}q=nosuchthing").content.decode()
    assert "Searched: any part of name, hostname, nickname, user, serial number, model, operating system, group and vendor ID" in text
    for conclusion in ("no vendor lists", "list is complete", "Nobody has", "No such", "No vendor"):
        assert conclusion not in text.split('id="results"')[1]


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("user:nosuch", "Searched only: user."),
        ("host:nosuch", "Searched only: name, hostname."),
        ("sn:zz", "Searched only: start of serial number, because “zz” has fewer than three characters."),
        ("mac:00ff", "Searched only: start of MAC address."),
        ("zz", "Searched: hostnames, users and serial numbers starting with this text; exact nicknames, tags and custom fields."),
        ("zz", "Enter at least three characters to search all fields."),
        ("nosuch", "Searched: any part of name,"),
    ],
)
def test_a_miss_says_what_was_searched(client: Client, bob: User, term: str, words: str) -> None:
    shown.small_fleet()
    client.force_login(bob)
    for address in ("/d/", "/devices/"):
        assert words in client.get(address, {"q": term}).content.decode()


def test_the_help_tells_of_prefixes(client: Client, bob: User) -> None:
    client.force_login(bob)
    page = client.get("/d/").content.decode()
    assert all(f"{prefix}:" in page for prefix in SCOPES)
