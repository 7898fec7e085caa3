"""Machines with the ids of one template, each listed as a record of its own, are as many devices as there are machines."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Device, PossibleDuplicate, User
from tests.identity.reported.records import M1, M2, MACOS, Record, become, device_of, eset, five9s, listed, opswat

pytestmark = pytest.mark.django_db
UUID = "564D78DB-E023-67D9-8B85-07B3BAD94A1F"
UBUNTU = "Ubuntu 24.04.1 LTS"

# name → (host name, fields of every clone, first five bytes of its MAC address)
TEMPLATES: dict[str, tuple[str, dict[str, str], str]] = {
    "one BIOS UUID and the name ubuntu": ("ubuntu", {"uuid": UUID, "system": UBUNTU}, "00:50:56:AA:BB"),
    "one serial and the template's name": ("WIN-TEMPLATE", {"serial": "VMTEMPLATE1"}, "00:50:56:AA:BB"),
    "export of Hyper-V": ("SRV-APP", {"uuid": UUID, "serial": "9876-1234-5566-0019-3344-7788-55", "maker": "Microsoft Corporation"}, "00:15:5D:01:02"),
    "containers with the UUID of their host": ("web", {"uuid": UUID, "system": UBUNTU, "serial": "CZJ0000001"}, "BC:24:11:01:02"),
    "pool of virtual desktops": ("VDI-POOL", {"serial": "VMware-56 4d 78 db e0 23 67 d9-8b 85 07 b3 ba d9 4a 1f", "uuid": UUID}, "00:50:56:8A:01"),
    "kiosks of one image": ("kiosk-1", {"serial": "PF3XK2AB", "maker": "LENOVO"}, "54:EE:75:01:02"),
    "a name of the company's scheme": ("NB-0042", {"uuid": UUID, "serial": "PF3XK2AB"}, "8C:8C:AA:01:02"),
    "local MAC addresses of a cloud": ("ip-10-0-0-1", {"uuid": UUID, "system": UBUNTU}, "02:1A:2B:3C:4D"),
    "Raspberry Pis of one card": ("raspberrypi", {"serial": "10000000A1B2C3D4", "system": "Raspbian GNU/Linux 12"}, "DC:A6:32:01:02"),
}  # fmt: skip


def clones(template: str, count: int, *, account: str = "eset") -> list[Record]:
    host, fields, start = TEMPLATES[template]
    return [eset(host, macs=f"{start}:{place:02X}", label=f"c{place:02}", account=account, **fields) for place in range(count)]  # type: ignore[arg-type]


MOST_REPORTED = list(TEMPLATES)[:2]
SIZES = [
    *((template, count) for template in MOST_REPORTED for count in (2, 3, 4, 5, 10, 15, 16, 20)),
    *((template, count) for template in list(TEMPLATES)[2:] for count in (2, 4, 16)),
]


@pytest.mark.parametrize(("template", "count"), SIZES)
def test_clones_that_one_account_lists_at_the_same_time_are_as_many_devices(template: str, count: int) -> None:
    records = clones(template, count)
    assert become(*records) == [each.label for each in records]


def test_the_dashboard_counts_every_clone(client: Client, bob: User) -> None:
    listed(*clones("one BIOS UUID and the name ubuntu", 3))
    client.force_login(bob)
    page = " ".join(client.get("/").content.decode().split())
    assert Device.objects.count() == 3
    assert ">3<" in page and "3 devices" in page


def test_a_search_for_a_mac_address_opens_the_clone_that_has_it(client: Client, bob: User) -> None:
    records = clones("one serial and the template's name", 4)
    listed(*records)
    client.force_login(bob)
    for place, record in enumerate(records):
        assert client.get("/d/", {"q": f"00:50:56:aa:bb:{place:02x}"})["Location"] == f"/devices/{device_of(record).pk}/"


@pytest.mark.parametrize(("template", "count"), [(template, 15 if template in MOST_REPORTED else 3) for template in TEMPLATES])
def test_one_more_clone_leaves_the_others_as_they_are(template: str, count: int) -> None:
    records = clones(template, count + 1)
    listed(*records[:-1])
    before = [device_of(each).pk for each in records[:-1]]
    listed(*records)
    assert [device_of(each).pk for each in records[:-1]] == before


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_clone_is_joined_with_its_own_record_of_another_vendor(template: str) -> None:
    host, _, start = TEMPLATES[template]
    pairs = [(each, opswat(host, macs=f"{start}:{place:02X}", label=f"o{place:02}")) for place, each in enumerate(clones(template, 3))]
    assert become(*(each for pair in pairs for each in pair)) == [f"c{place:02} o{place:02}" for place in range(3)]


def test_a_record_without_a_mac_address_does_not_choose_between_clones() -> None:
    records = [*clones("one serial and the template's name", 2), five9s("WIN-TEMPLATE", serial="VMTEMPLATE1", label="f")]
    assert become(*records) == ["c00", "c01", "f"]
    assert PossibleDuplicate.objects.count() == 2


APART: dict[str, tuple[Record, ...]] = {
    "one serial and BIOS UUIDs of their own": (
        eset("SRV-A", serial="VMTEMPLATE1", uuid=UUID, macs="00:15:5D:01:02:01", label="a"),
        eset("SRV-B", serial="VMTEMPLATE1", uuid="7C5A1C3E-8A7F-4C4B-9D1A-2B7F1A0C9E12", macs="00:15:5D:01:02:02", label="b"),
    ),
    "one serial of a maker for two products": (
        eset("TILL-A", serial="10203040X", macs=M1, maker="Shuttle Inc.", model="Mini PC 5", label="a"),
        eset("NAS-B", serial="10203040X", macs=M2, maker="Shuttle Inc.", model="Storage Server 2", label="b"),
    ),
    "one serial of two makers": (
        eset("PC-A", serial="10203040X", macs=M1, maker="Dell Inc.", label="a"),
        five9s("PC-A", serial="10203040X", maker="LENOVO", label="b"),
    ),
    "one serial of a phone and a computer": (
        eset("NB-0042", serial="R58N12ABCDE", macs=M1, system="Microsoft Windows 11 Pro", label="a"),
        five9s("NB-0042", serial="R58N12ABCDE", system="Android 15", label="b"),
    ),
    "two Macs, one BIOS UUID": (
        eset("MacBook-Pro", uuid=UUID, macs="F8:FF:C2:17:00:06", system=MACOS, label="a"),
        eset("MacBook-Pro", uuid=UUID, macs="F8:FF:C2:17:00:07", system=MACOS, label="b"),
    ),
    "a clone that is switched off for a month": (
        eset("SRV-1", uuid=UUID, macs="00:50:56:AA:BB:01", maker="VMware, Inc.", label="a", hours=720),
        eset("SRV-1", uuid=UUID, macs="00:50:56:AA:BB:02", maker="VMware, Inc.", label="b"),
    ),
    "clones in contact at one time under two names, without MAC addresses": (
        five9s("SRV-A", serial="VMTEMPLATE1", label="a"),
        five9s("SRV-B", serial="VMTEMPLATE1", label="b"),
    ),
}


@pytest.mark.parametrize("records", APART.values(), ids=APART)
def test_a_common_id_of_two_machines_joins_nothing(records: tuple[Record, ...]) -> None:
    assert become(*records) == ["a", "b"]


ONE: dict[str, tuple[Record, ...]] = {
    "enrolled again with the same MAC address": (
        eset("ubuntu", uuid=UUID, macs="00:50:56:AA:BB:01", label="a", hours=40),
        eset("ubuntu", uuid=UUID, macs="00:50:56:AA:BB:01", label="b"),
    ),
    "enrolled again within a day": (
        eset("NB-0042", serial="PF3XK2AB", macs=M1, label="a", hours=3),
        eset("NB-0042", serial="PF3XK2AB", macs=M1, label="b"),
    ),
    "enrolled again with one of two MAC addresses": (
        eset("NB-0042", serial="PF3XK2AB", macs=f"{M1} {M2}", label="a", hours=3),
        eset("NB-0042", serial="PF3XK2AB", macs=M2, label="b"),
    ),
    "one agent in two accounts": (
        eset("ubuntu", uuid=UUID, macs="00:50:56:AA:BB:01", label="a"),
        eset("ubuntu", uuid=UUID, macs="00:50:56:AA:BB:01", label="b", account="eset-two"),
    ),
}


@pytest.mark.parametrize("records", ONE.values(), ids=ONE)
def test_two_records_of_one_machine_are_no_clones(records: tuple[Record, ...]) -> None:
    assert become(*records) == ["a b"]
