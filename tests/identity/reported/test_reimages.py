"""One machine that is enrolled again: reinstalled under a new or the same name, renamed, with a new mainboard, at a second account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from devices.models import Device, Life, Sighting, User
from tests.identity.reported.records import M1, M2, M3, Record, become, device_of, eset, five9s, labels, listed, opswat

pytestmark = pytest.mark.django_db
U1, U2 = "2B5A1C3E-8A7F-4C4B-9D1A-2B7F1A0C9E11", "7C5A1C3E-8A7F-4C4B-9D1A-2B7F1A0C9E12"


def history(*lists: tuple[Record, ...]) -> list[list[str]]:
    """The devices after each round of syncs, a day and an hour apart. A round lists everything that its accounts have."""
    begin, found = timezone.now() - len(lists) * timedelta(hours=25), []
    for place, records in enumerate(lists):
        listed(*records, at=begin + place * timedelta(hours=25))
        found.append(labels(*(each for earlier in lists[: place + 1] for each in earlier)))
    return found


OLD, NEW = "DESKTOP-A1B2C3D", "NB-0042"
NAMES = {
    "new name": (OLD, NEW),
    "same name": (NEW, NEW),
    "name of an Entra computer": ("DESKTOP-9QZ8K2L", "CORP-5CG1234ABC"),
    "name of a Mac": ("MacBook-Pro", "MB-BERLIN-0042"),
    "name with more than 15 characters": ("WIN-7G2K9Q1L0PX", "BERLIN-NOTEBOOK-0042"),
    "name with a suffix": (NEW, f"{NEW}-W11"),
}


@pytest.mark.parametrize(("before", "after"), NAMES.values(), ids=NAMES)
def test_a_machine_that_is_reimaged_stays_one_device_at_two_vendors(before: str, after: str) -> None:
    serial, now = "PF3XK2AB", timezone.now()
    e1 = eset(before, serial=serial, macs=M1, label="e1", hours=72)
    f1 = five9s(before, serial=serial, label="f1", hours=72)
    e2 = eset(after, serial=serial, macs=M1, label="e2", hours=0.5)
    f2 = five9s(after, serial=serial, label="f2", hours=0.5)
    listed(e1, f1, at=now)
    assert labels(e1, f1) == ["e1 f1"]
    listed(e1, e2, at=now)
    assert labels(e1, f1, e2) == ["e1 e2 f1"]
    listed(f1, f2, at=now)
    assert labels(e1, f1, e2, f2) == ["e1 e2 f1 f2"]
    device = device_of(e1)
    for day in (1, 2, 3):
        listed(e2, f2, at=now + day * timedelta(hours=25))
    assert set(Sighting.objects.filter(life=Life.GONE).values_list("name", flat=True)) == {before}
    call_command("match")
    assert labels(e1, f1, e2, f2) == ["e1 e2 f1 f2"]
    assert device_of(e2).pk == device.pk
    assert (device_of(e2).name, device_of(e2).disagrees) == (after, [])


ROUNDS: dict[str, tuple[tuple[Record, ...], ...]] = {
    "both vendors list the new records at once": (
        (eset(OLD, serial="PF3XK2AB", macs=M1, label="e1"), five9s(OLD, serial="PF3XK2AB", label="f1")),
        (
            eset(OLD, serial="PF3XK2AB", macs=M1, label="e1", hours=26),
            eset(NEW, serial="PF3XK2AB", macs=M1, label="e2"),
            five9s(OLD, serial="PF3XK2AB", label="f1", hours=26),
            five9s(NEW, serial="PF3XK2AB", label="f2"),
        ),
    ),
    "an account of OPSWAT lists it again": (
        (opswat(OLD, macs=f"{M1} {M2}", label="o1"), eset(OLD, serial="PF3XK2AB", macs=f"{M1} {M2}", label="e1")),
        (
            opswat(OLD, macs=f"{M1} {M2}", label="o1", hours=26),
            opswat(NEW, macs=f"{M1} {M2}", label="o2"),
            eset(NEW, serial="PF3XK2AB", macs=f"{M1} {M2}", label="e1"),
        ),
    ),
    "a second core of five(9)s lists it": (
        (five9s(OLD, serial="PF3XK2AB", label="f1"), eset(OLD, serial="PF3XK2AB", macs=M1, label="e1")),
        (five9s(NEW, serial="PF3XK2AB", label="f2", account="epm-two"), eset(NEW, serial="PF3XK2AB", macs=M1, label="e1")),
    ),
    "reinstalled twice": (
        (eset("DESKTOP-1", serial="5CG1234ABC", macs=M1, label="e1"),),
        (eset("DESKTOP-1", serial="5CG1234ABC", macs=M1, label="e1", hours=26), eset("DESKTOP-2", serial="5CG1234ABC", macs=M1, label="e2")),
        (
            eset("DESKTOP-1", serial="5CG1234ABC", macs=M1, label="e1", hours=51),
            eset("DESKTOP-2", serial="5CG1234ABC", macs=M1, label="e2", hours=26),
            eset("DESKTOP-3", serial="5CG1234ABC", macs=M1, label="e3"),
        ),
    ),
    "new mainboard, which ESET reports first": (
        (eset(NEW, serial="PF3XK2AB", uuid=U1, macs=M1, label="e"), five9s(NEW, serial="PF3XK2AB", login="anna", label="f")),
        (eset(NEW, serial="PF9NEWAB", uuid=U2, macs=M2, label="e"), five9s(NEW, serial="PF3XK2AB", login="anna", label="f")),
        (eset(NEW, serial="PF9NEWAB", uuid=U2, macs=M2, label="e"), five9s(NEW, serial="PF9NEWAB", login="anna", label="f")),
    ),
    "new mainboard without a serial": (
        (eset(NEW, serial="PF3XK2AB", uuid=U1, macs=M1, label="e"), five9s(NEW, serial="PF3XK2AB", login="anna", label="f")),
        (eset(NEW, serial="INVALID", uuid=U2, macs=M2, label="e"), five9s(NEW, serial="PF3XK2AB", login="anna", label="f")),
        (eset(NEW, serial="INVALID", uuid=U2, macs=M2, label="e"), five9s(NEW, serial="INVALID", login="anna", label="f")),
    ),
    "renamed at one vendor after the other": (
        (eset(OLD, macs=M1, label="e"), opswat(OLD, macs=M1, label="o")),
        (eset(NEW, macs=M1, label="e"), opswat(OLD, macs=M1, label="o")),
        (eset(NEW, macs=M1, label="e"), opswat(NEW, macs=M1, label="o")),
    ),
    "another network card": (
        (eset(NEW, macs=M1, label="e"), opswat(NEW, macs=M1, user="anna", label="o")),
        (eset(NEW, macs=M3, label="e"), opswat(NEW, macs=M1, user="anna", label="o")),
        (eset(NEW, macs=M3, label="e"), opswat(NEW, macs=M3, user="anna", label="o")),
    ),
    "another user": (
        (opswat(NEW, user="anna", macs=M1, label="o"), eset(NEW, serial="1ABCD23", macs=M1, label="e"), five9s(NEW, serial="1ABCD23", login="anna", label="f")),
        (opswat(NEW, user="berta", macs=M1, label="o"), eset(NEW, serial="1ABCD23", macs=M1, label="e"), five9s(NEW, serial="1ABCD23", login="anna", label="f")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("lists", ROUNDS.values(), ids=ROUNDS)
def test_a_change_of_one_machine_never_splits_it(lists: tuple[tuple[Record, ...], ...]) -> None:
    assert [len(devices) for devices in history(*lists)] == [1] * len(lists)


SUCCESSORS: dict[str, tuple[tuple[Record, ...], ...]] = {
    "a new machine takes over the name": (
        (eset(NEW, serial="PF3XK2AB", macs=M1, label="e1"), five9s(NEW, serial="PF3XK2AB", label="f1", login="anna")),
        (
            eset(NEW, serial="PF3XK2AB", macs=M1, label="e1", hours=60),
            eset(NEW, serial="PF7QQ1ZZ", macs=M2, label="e2"),
            five9s(NEW, serial="PF3XK2AB", label="f1", login="anna", hours=60),
            five9s(NEW, serial="PF7QQ1ZZ", label="f2", login="anna"),
        ),
    ),
    "a new machine takes over name and user, the old one is removed": (
        (eset(NEW, serial="5CG1234ABC", macs=M1, label="e1"), five9s(NEW, serial="5CG1234ABC", label="f1", login="anna")),
        (eset(NEW, serial="5CG9876XYZ", macs=M2, label="e2"), five9s(NEW, serial="5CG9876XYZ", label="f2", login="anna")),
        (eset(NEW, serial="5CG9876XYZ", macs=M2, label="e2"), five9s(NEW, serial="5CG9876XYZ", label="f2", login="anna")),
    ),
    "a dock moves to another machine": (
        (eset("NB-0001", serial="1ABCD23", macs=f"{M1} 00:E0:4C:68:01:02", label="e1"), opswat("NB-0001", macs=M1, label="o1")),
        (
            eset("NB-0001", serial="1ABCD23", macs=M1, label="e1"),
            eset("NB-0002", serial="2ABCD23", macs=f"{M2} 00:E0:4C:68:01:02", label="e2"),
            opswat("NB-0001", macs=M1, label="o1"),
            opswat("NB-0002", macs=f"00:E0:4C:68:01:02 {M2}", label="o2"),
        ),
    ),
}


@pytest.mark.parametrize("lists", SUCCESSORS.values(), ids=SUCCESSORS)
def test_a_successor_is_another_device(lists: tuple[tuple[Record, ...], ...]) -> None:
    first, *_, last = history(*lists)
    assert (len(first), len(last)) == (1, 2)


def test_records_that_are_removed_never_block_the_live_ones() -> None:
    now = timezone.now()
    e1 = eset("NB-1", serial="PF3XK2AB", uuid=U1, macs=M1, label="e1")
    e2 = eset("NB-1", serial="PF3XK2AB", uuid=U2, macs=M2, label="e2")
    f = five9s("NB-1", serial="PF3XK2AB", label="f")
    listed(e1, e2, f, at=now)
    assert labels(e1, e2, f) == ["e1", "e2", "f"]
    for day in (1, 2, 3):
        listed(e2, f, at=now + day * timedelta(hours=25))
    assert labels(e1, e2, f) == ["e1", "e2 f"]


@pytest.fixture
def reimaged(client: Client, bob: User) -> Client:
    """The records of before and after; those of before are removed from the vendors' lists."""
    now = timezone.now()
    old = (eset(OLD, serial="PF3XK2AB", macs=M1, label="e1", hours=72), five9s(OLD, serial="PF3XK2AB", label="f1", hours=72))
    new = (eset(NEW, serial="PF3XK2AB", macs=M1, label="e2"), five9s(NEW, serial="PF3XK2AB", label="f2"))
    listed(*old, at=now - timedelta(hours=76))
    for day in (3, 2, 1):
        listed(*new, at=now - day * timedelta(hours=25))
    listed(*new, at=now)
    client.force_login(bob)
    return client


def test_a_search_for_the_serial_opens_the_one_device(reimaged: Client) -> None:
    [device] = Device.objects.filter(sightings__life=Life.SEEN).distinct()
    for text in ("PF3XK2AB", NEW, M1):
        assert reimaged.get("/d/", {"q": text})["Location"] == f"/devices/{device.pk}/", text


def test_a_pasted_list_finds_the_one_device(reimaged: Client, alice: User) -> None:
    reimaged.force_login(alice)
    file = reimaged.post("/d/list/", {"list": f"PF3XK2AB\n{NEW}", "format": "csv"}).content.decode("utf-8-sig")
    assert file.count("found") - file.count("not found") == 2
    assert "ambiguous" not in file


def test_the_record_with_the_latest_contact_supplies_name_and_status() -> None:
    old = eset(OLD, serial="PF3XK2AB", macs=M1, label="e1", hours=30, functionalityStatus="DEVICE_FUNCTIONALITY_STATUS_ATTENTION_REQUIRED")
    new = eset(NEW, serial="PF3XK2AB", macs=M1, label="e2")
    assert become(old, new) == ["e1 e2"]
    device = device_of(new)
    assert (device.name, device.state, device.disagrees) == (NEW, "ok", [])
