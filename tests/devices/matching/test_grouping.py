"""Which keys join and which keep apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from devices.matching import naming_schemes
from devices.matching.apply import rematch, rematch_everything
from devices.models import Account, Identifier, Join, PossibleDuplicate, Sighting
from devices.sync.page_writer import WriteResult, save_page
from tests.devices import records as making
from vendors import records
from vendors.parsing.notations import with_notations
from vendors.records import Entry
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
SERIAL, UUID, MAC, HOST, USER = IdKind.SERIAL, IdKind.BIOS_UUID, IdKind.MAC, IdKind.HOSTNAME, IdKind.USER
M1, M2, M3, DOCK = "8c8caa000001", "8c8caa000002", "8c8caa000003", "00e04c000001"
U1, U2 = "4c4c4544-0041-4210-8043-b1c04f443233", "5d9a1d3e-8a7f-4c4b-9d1a-2b7f1a0c9e11"
Keys = dict[IdKind, str]


def told(external_id: str, keys: Keys, *, days_ago: float = 0, junk: IdKind | None = None, **fields: Any) -> Entry:
    own: tuple[records.Identifier, ...] = tuple(
        making.identifier(kind, key, junk=kind == junk) for kind, text in keys.items() for key in text.split()
    )
    return making.entry(external_id, seen_at=timezone.now() - timedelta(days=days_ago), identifiers=with_notations(own), **fields)


def save(of: Account, *entries: Entry) -> None:
    save_page(making.run(of), list(entries), timezone.now())


def partition() -> list[list[str]]:
    found: dict[int, list[str]] = {}
    for device, name in Sighting.objects.order_by("external_id").values_list("device", "external_id"):
        found.setdefault(device, []).append(name)
    return sorted(found.values())


def devices_of(*keys: Keys, junk: IdKind | None = None) -> int:
    """How many devices records with these keys become, each from an account of its own."""
    for number, own in enumerate(keys):
        save(making.account(f"account-{number}"), told(f"id-{number}", own, junk=junk))
    return Sighting.objects.values("device").distinct().count()


@pytest.mark.parametrize("kind", [SERIAL, UUID])
def test_a_strong_key_joins(kind: IdKind) -> None:
    assert devices_of({kind: U1, HOST: "one"}, {kind: U1}, {kind: U1, HOST: "one"}) == 1


@pytest.mark.parametrize("kind", [SERIAL, UUID])
def test_a_renamed_machine_is_joined_when_its_mac_agrees(kind: IdKind) -> None:
    assert devices_of({kind: U1, HOST: "one", MAC: M1}, {kind: U1, HOST: "two", MAC: M1}) == 1


@pytest.mark.parametrize("kind", [SERIAL, UUID])
def test_a_clone_with_another_name_stays_apart(kind: IdKind) -> None:
    assert devices_of({kind: U1, HOST: "one", MAC: M1}, {kind: U1, HOST: "two", MAC: M2}, {kind: U1, HOST: "three"}) == 3


def test_a_unique_serial_joins_whatever_the_names() -> None:
    """A vendor without MAC addresses contradicts nothing by their absence."""
    assert devices_of({SERIAL: "pf3xk2ab", HOST: "nb-0042", MAC: M1}, {SERIAL: "pf3xk2ab", HOST: "nb-0042-hr"}) == 1


def test_a_junk_key_joins_nothing() -> None:
    assert devices_of({SERIAL: "a"}, {SERIAL: "a"}, junk=SERIAL) == 2


def test_a_mac_joins_only_with_the_hostname() -> None:
    assert devices_of({MAC: M1, HOST: "one"}, {MAC: M1, HOST: "two"}, {MAC: M1, HOST: "one"}) == 2


WEAK_MACS = [DOCK, "0a0000000011", "fa163e000011", "7a143e000011"]


@pytest.mark.parametrize("mac", WEAK_MACS)
def test_a_weak_mac_joins_with_the_hostname(mac: str) -> None:
    assert devices_of({MAC: mac, HOST: "one"}, {MAC: mac, HOST: "one", SERIAL: "x1y2z3"}, {MAC: mac, HOST: "three"}) == 2


@pytest.mark.parametrize("mac", WEAK_MACS)
def test_a_weak_mac_does_not_join_what_has_better_ones(mac: str) -> None:
    assert devices_of({MAC: f"{mac} {M1}", HOST: "two"}, {MAC: f"{mac} {M2}", HOST: "two"}) == 2


def test_a_hostname_joins_only_with_the_user() -> None:
    assert devices_of({HOST: "one", USER: "anna"}, {HOST: "one", USER: "berta"}, {HOST: "one"}, {HOST: "one", USER: "anna"}) == 3


@pytest.mark.parametrize(("kind", "first", "second"), [(SERIAL, "a1b2c3", "d4e5f6"), (UUID, U1, U2), (MAC, M1, M2)])
def test_a_differing_stronger_key_blocks_a_weaker_one(kind: IdKind, first: str, second: str) -> None:
    assert devices_of({kind: first, HOST: "one", USER: "anna"}, {kind: second, HOST: "one", USER: "anna"}) == 2


def test_cloned_machines_with_one_serial_stay_two() -> None:
    assert devices_of({SERIAL: "a1b2c3", UUID: U1}, {SERIAL: "a1b2c3", UUID: U2}) == 2


def test_a_key_on_many_devices_joins_nothing() -> None:
    many = [{SERIAL: f"s{n}x0z", MAC: DOCK, HOST: "one"} for n in range(4)]
    assert devices_of(*many, {MAC: DOCK, HOST: "one"}) == 5


@pytest.mark.parametrize("count", [2, 3, 5, 15, 16, 20])
@pytest.mark.parametrize("key", [{UUID: U1, HOST: "ubuntu"}, {SERIAL: "vmtemplate1", HOST: "win-template"}, {UUID: U1, HOST: "nb-0042"}])
def test_clones_that_one_account_sees_at_the_same_time_stay_apart(key: Keys, count: int) -> None:
    clones = [told(f"c{n:02}", {**key, MAC: f"005056aabb{n:02x}"}) for n in range(count)]
    save(making.account(), *clones)
    assert len(partition()) == count
    assert not Join.objects.exclude(kind="").exists()


def test_a_record_of_another_vendor_does_not_choose_between_clones() -> None:
    save(making.account(), *(told(f"c{n}", {SERIAL: "vmtemplate1", HOST: "win-template", MAC: f"005056aabb{n:02x}"}) for n in range(2)))
    save(making.account("epm", "five9s"), told("f1", {SERIAL: "vmtemplate1", HOST: "win-template"}))
    assert partition() == [["c0"], ["c1"], ["f1"]]
    assert PossibleDuplicate.objects.count() == 2


def test_long_names_of_which_one_vendor_has_the_first_fifteen_characters() -> None:
    eset, epm = making.account(), making.account("epm", "five9s")
    numbers = ("0041", "0042", "0043")
    save(eset, *(told(f"e{n}", {SERIAL: f"pf3xk{n}", HOST: f"berlin-notebook-{n}", MAC: f"8c8caa00{n}"}) for n in numbers))
    save(epm, *(told(f"f{n}", {SERIAL: f"pf3xk{n}", HOST: "berlin-notebook", USER: "anna"}) for n in numbers))
    assert partition() == [[f"e{n}", f"f{n}"] for n in numbers]
    assert ["hostname_cut", "berlin-notebook", "berlin-notebook-0041"] in Join.objects.get(sighting__external_id="f0041").evidence


def test_a_long_name_and_its_beginning_with_one_user() -> None:
    save(making.account("o", "opswat"), told("o", {HOST: "berlin-notebook-0042", USER: "anna"}))
    save(making.account("f", "five9s"), told("f", {HOST: "berlin-notebook", USER: "anna", SERIAL: "pf3xk2ab"}))
    assert partition() == [["f", "o"]]
    assert Join.objects.filter(weak=True).count() == 2


class TestContradictions:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"os_family": "windows"}, {"os_family": "android"}),
            ({"os_family": "macos"}, {"os_family": "linux"}),
            ({"manufacturer": "LENOVO"}, {"manufacturer": "Dell Inc."}),
        ],
    )
    def test_another_kind_of_device(self, one: dict[str, Any], other: dict[str, Any]) -> None:
        keys = {SERIAL: "pf3xk2ab", HOST: "nb-1", MAC: M1}
        save(making.account(), told("e", keys, **one))
        save(making.account("epm", "five9s"), told("f", keys, **other))
        assert len(partition()) == 2

    def test_one_serial_on_two_products_of_a_maker(self) -> None:
        dell: dict[str, Any] = {"manufacturer": "Dell Inc."}
        save(making.account(), told("e", {SERIAL: "10203040x", HOST: "till-a", MAC: M1}, model="OptiPlex 7010", **dell))
        save(making.account("epm", "five9s"), told("f", {SERIAL: "10203040x", HOST: "till-b"}, model="Latitude 5420", **dell))
        assert len(partition()) == 2

    @pytest.mark.parametrize(
        ("one", "other", "devices"), [("nb-1.corp.example", "nb-1.other.example", 2), ("nb-1.corp.example", "nb-1", 1)]
    )
    def test_another_domain(self, one: str, other: str, devices: int) -> None:
        for number, name in enumerate((one, other)):
            known = making.normalised(HOST, name)
            assert known is not None
            identifiers = with_notations((known, making.identifier(USER, "anna")))
            save(making.account(f"o{number}", "opswat"), making.entry(f"o{number}", identifiers=identifiers))
        assert len(partition()) == devices

    def test_an_internal_adapter_that_every_machine_of_a_series_has(self) -> None:
        save(making.account(), told("e", {HOST: "macbook-pro", SERIAL: "c02aaaaajg5h", MAC: f"f8ffc2170006 {M3}"}))
        save(making.account("o", "opswat"), told("o", {HOST: "macbook-pro", USER: "berta", MAC: f"f8ffc2990009 {M3}"}))
        assert len(partition()) == 2

    def test_two_records_in_contact_at_the_same_time_under_two_names(self) -> None:
        epm = making.account("epm", "five9s")
        save(epm, told("f1", {SERIAL: "vmtemplate1", HOST: "srv-a"}), told("f2", {SERIAL: "vmtemplate1", HOST: "srv-b"}))
        assert len(partition()) == 2


class TestNamesAlone:
    def names(self, count: int) -> Sequence[Entry]:
        return [told(f"x{n}", {HOST: f"nb-{n:04}", SERIAL: f"pf3xk{n:03}"}) for n in range(100, 100 + count)]

    def test_a_name_of_a_scheme_that_each_vendor_has_once_joins(self) -> None:
        save(making.account(), *self.names(12), told("e", {HOST: "nb-0042", MAC: M1, SERIAL: "pf3xk2ab"}))
        save(making.account("epm", "five9s"), told("f", {HOST: "nb-0042"}))
        renew_schemes()
        assert ["e", "f"] in partition()
        assert Join.objects.get(sighting__external_id="f").weak

    @pytest.mark.parametrize("name", ["reception", "till-1", "macbook-pro", "ubuntu"])
    def test_a_name_outside_of_all_schemes_does_not(self, name: str) -> None:
        save(making.account(), *self.names(12), told("e", {HOST: name, MAC: M1, SERIAL: "pf3xk2ab"}))
        save(making.account("epm", "five9s"), told("f", {HOST: name}))
        renew_schemes()
        assert ["e", "f"] not in partition()

    def test_a_name_that_a_vendor_has_twice_does_not(self) -> None:
        save(making.account(), *self.names(12), told("e1", {HOST: "nb-0042", MAC: M1}), told("e2", {HOST: "nb-0042", MAC: M2}))
        save(making.account("epm", "five9s"), told("f", {HOST: "nb-0042"}))
        renew_schemes()
        assert [group for group in partition() if not group[0].startswith("x")] == [["e1"], ["e2"], ["f"]]

    def test_two_records_with_keys_of_their_own_do_not(self) -> None:
        save(making.account("o", "opswat"), *self.names(12), told("o", {HOST: "nb-0042", MAC: M1}))
        save(making.account("epm", "five9s"), told("f", {HOST: "nb-0042", SERIAL: "brd1234567"}))
        renew_schemes()
        assert ["f"] in partition()
        assert PossibleDuplicate.objects.count() == 1


@pytest.mark.parametrize("others", [3, 4, 5, 40])
@pytest.mark.parametrize("kind", [SERIAL, UUID, MAC, HOST, USER, IdKind.IP, IdKind.TAG])
def test_a_record_may_lose_a_key_that_many_others_keep(kind: IdKind, others: int) -> None:
    """Whatever the kind and however many others: a user above all, who signs in on many machines and leaves one of them."""
    run = making.run(making.account())
    names = [f"pc-{number}" for number in range(others + 1)]

    def record(name: str, key: str) -> Entry:
        keys = {SERIAL: f"serial {name}", HOST: name, kind: key}
        return making.entry(name, identifiers=tuple(making.identifier(each, value) for each, value in keys.items() if value))

    for first in ("kiosk", "anna", "kiosk", ""):
        outcome = save_page(run, [record(names[0], first), *(record(name, "kiosk") for name in names[1:])], timezone.now())
        assert outcome in (WriteResult(created=others + 1), WriteResult(changed=1, unchanged=others))
        held = Identifier.objects.filter(sighting__external_id="pc-0", kind=kind).values_list("key", flat=True)
        assert list(held) == ([first] if first else [])


def rematch_all() -> None:
    rematch_everything(timezone.now())


def renew_schemes() -> None:
    rematch(naming_schemes.renew(), timezone.now())
