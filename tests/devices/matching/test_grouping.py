"""Which keys join and which keep apart."""

from __future__ import annotations

import pytest
from django.utils import timezone

from devices.matching.rules import conflicting_key
from devices.models import Identifier, Sighting
from devices.sync.page_writer import WriteResult, save_page
from tests.devices import records as making
from vendors import records
from vendors.records import Entry
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
SERIAL, UUID, MAC, HOST, USER = IdKind.SERIAL, IdKind.BIOS_UUID, IdKind.MAC, IdKind.HOSTNAME, IdKind.USER


def devices_of(*keys: dict[IdKind, str], junk: IdKind | None = None) -> int:
    """How many devices sightings with these keys become, each from an account of its own."""
    for number, own in enumerate(keys):
        identifiers: tuple[records.Identifier, ...] = tuple(making.identifier(kind, key, junk=kind == junk) for kind, key in own.items())
        run = making.run(making.account(f"account-{number}"))
        save_page(run, [making.entry(f"id-{number}", identifiers=identifiers)], timezone.now())
    return Sighting.objects.values("device").distinct().count()


@pytest.mark.parametrize("kind", [SERIAL, UUID])
def test_a_strong_key_joins(kind: IdKind) -> None:
    assert devices_of({kind: "a", HOST: "one"}, {kind: "a"}, {kind: "a", HOST: "one"}) == 1


@pytest.mark.parametrize("kind", [SERIAL, UUID])
def test_a_renamed_machine_is_joined_when_its_mac_agrees(kind: IdKind) -> None:
    assert devices_of({kind: "a", HOST: "one", MAC: "m"}, {kind: "a", HOST: "two", MAC: "m"}) == 1


@pytest.mark.parametrize("kind", [SERIAL, UUID])
def test_a_clone_with_another_name_stays_apart(kind: IdKind) -> None:
    assert devices_of({kind: "a", HOST: "one", MAC: "m"}, {kind: "a", HOST: "two", MAC: "n"}, {kind: "a", HOST: "three"}) == 3


def test_a_junk_key_joins_nothing() -> None:
    assert devices_of({SERIAL: "a"}, {SERIAL: "a"}, junk=SERIAL) == 2


def test_a_mac_joins_only_with_the_hostname() -> None:
    assert devices_of({MAC: "a", HOST: "one"}, {MAC: "a", HOST: "two"}, {MAC: "a", HOST: "one"}) == 2


def test_a_hostname_joins_only_with_the_user() -> None:
    assert devices_of({HOST: "one", USER: "u"}, {HOST: "one", USER: "v"}, {HOST: "one"}, {HOST: "one", USER: "u"}) == 3


@pytest.mark.parametrize("kind", [SERIAL, UUID, MAC])
def test_a_differing_stronger_key_blocks_a_weaker_one(kind: IdKind) -> None:
    assert devices_of({kind: "a", HOST: "one", USER: "u"}, {kind: "b", HOST: "one", USER: "u"}) == 2


def test_cloned_machines_with_one_serial_stay_two() -> None:
    assert devices_of({SERIAL: "a", UUID: "1"}, {SERIAL: "a", UUID: "2"}) == 2


def test_a_key_on_many_devices_joins_nothing() -> None:
    many = [{SERIAL: f"s{n}", MAC: "dock", HOST: "one"} for n in range(4)]
    assert devices_of(*many, {MAC: "dock", HOST: "one"}) == 5


@pytest.mark.parametrize("others", [3, 4, 5, 40])
@pytest.mark.parametrize("kind", [SERIAL, UUID, MAC, HOST, USER, IdKind.IP, IdKind.TAG])
def test_a_record_may_lose_a_key_that_many_others_keep(kind: IdKind, others: int) -> None:
    """Whatever the kind and however many others: a user above all, who signs in on many machines and leaves one of them."""
    run = making.run(making.account())
    names = [f"pc-{number}" for number in range(others + 1)]

    def told(name: str, key: str) -> Entry:
        keys = {SERIAL: f"serial {name}", HOST: name, kind: key}
        return making.entry(name, identifiers=tuple(making.identifier(each, value) for each, value in keys.items() if value))

    for first in ("kiosk", "anna", "kiosk", ""):
        outcome = save_page(run, [told(names[0], first), *(told(name, "kiosk") for name in names[1:])], timezone.now())
        assert outcome in (WriteResult(created=others + 1), WriteResult(changed=1, unchanged=others))
        held = Identifier.objects.filter(sighting__external_id="pc-0", kind=kind).values_list("key", flat=True)
        assert list(held) == ([first] if first else [])


@pytest.mark.parametrize("kind", IdKind)
def test_every_kind_of_key_has_something_that_speaks_against_it(kind: IdKind) -> None:
    own, other = {SERIAL.value: ["a"]}, {SERIAL.value: ["b"]}
    assert conflicting_key(own, other, kind) == ("" if kind == SERIAL else SERIAL)
    assert conflicting_key(own, own, kind) == ""
