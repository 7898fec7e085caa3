"""What a BIOS UUID says about serial and MAC address, and MAC addresses as DHCP, IPv6 and network tools write them."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from devices.models import User
from tests.devices.lookup.machines import names, opened, pasted
from tests.identity.reported.records import M1, Record, become, device_of, eset, five9s, listed

pytestmark = pytest.mark.django_db

# UUID, serial as five(9)s has it
DELL = ("4c4c4544-0041-4210-8043-b1c04f443233", "1ABCD23")
DELL_TURNED = ("44454c4c-4100-1042-8043-b1c04f443233", "1ABCD23")
DELL_SECOND = ("4c4c4544-0058-3710-8036-b4c04f4d4e32", "4X76MN2")
DELL_THIRD = ("4c4c4544-004a-4810-8031-c3c04f585032", "CJH1XP2")
PROLIANT = ("34333231-3635-5a43-4a30-303030303031", "CZJ0000001")
PROLIANT_TURNED = ("31323334-3536-435a-4a30-303030303031", "CZJ0000001")
NOTEBOOK = ("31474335-3332-4134-4243-3c5282ab01c7", "5CG1234ABC")
VMWARE = ("421f245c-7fa8-60fa-6af6-001122334455", "VMware-42 1f 24 5c 7f a8 60 fa-6a f6 00 11 22 33 44 55")
VMWARE_TURNED = ("5c241f42-a87f-fa60-6af6-001122334455", "VMware-42 1f 24 5c 7f a8 60 fa-6a f6 00 11 22 33 44 55")
VMWARE_PLAIN = ("564d78db-e023-67d9-8b85-07b3bad94a1f", "VMware-564d78dbe02367d98b8507b3bad94a1f")
PARALLELS = ("481a27c8-4e64-4f5c-a25e-5d8b2a1b6b7d", "Parallels-48 1A 27 C8 4E 64 4F 5C A2 5E 5D 8B 2A 1B 6B 7D")
EC2 = ("ec2e1916-9099-7caf-fd21-012345abcdef", "ec2e1916-9099-7caf-fd21-012345abcdef")
VIRTUALBOX = ("9b2c7e15-4d0a-4f6b-a1c3-7de05f2b8841", "VirtualBox-9b2c7e15-4d0a-4f6b-a1c3-7de05f2b8841")
SERIALS = {
    "Dell": DELL, "Dell, other byte order": DELL_TURNED, "another Dell": DELL_SECOND, "a third Dell": DELL_THIRD, "HP ProLiant": PROLIANT,
    "HP ProLiant, other byte order": PROLIANT_TURNED, "HP notebook": NOTEBOOK, "VMware": VMWARE, "VMware, other byte order": VMWARE_TURNED,
    "VMware without blanks": VMWARE_PLAIN, "Parallels": PARALLELS, "Amazon EC2": EC2, "VirtualBox": VIRTUALBOX,
}  # fmt: skip


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.mark.parametrize(("uuid", "serial"), SERIALS.values(), ids=SERIALS)
def test_a_uuid_finds_the_machine_that_is_known_by_its_serial_alone(
    desk: Client, capsys: pytest.CaptureFixture[str], uuid: str, serial: str
) -> None:
    listed(five9s("WS-1", serial=serial), five9s("WS-2", serial="PF3XK2AB", label="other"))
    for text in (uuid, f"{{{uuid.upper()}}}", f"UUID: {uuid}", uuid.replace("-", "")):
        assert names(desk, text) == ["WS-1"], text
        assert opened(desk, text) == "" or serial.replace("-", "").endswith(uuid.replace("-", "")), text
    assert [(answer, name) for _, answer, name in pasted(uuid)] == [("found", "WS-1")]
    call_command("lookup", uuid)
    assert "WS-1" in capsys.readouterr().out


@pytest.mark.parametrize(("uuid", "serial"), SERIALS.values(), ids=SERIALS)
def test_a_record_with_the_uuid_and_one_with_the_serial_are_one_device(uuid: str, serial: str) -> None:
    assert become(eset("ws-1", uuid=uuid, macs=M1), five9s("WS-1", serial=serial)) == ["E F"]


OTHERS = [
    "4c4c4544-0041-4210-8043-b1c04f443234",
    "34333231-3635-5a43-4a30-303030303032",
    "421f245c-7fa8-60fa-6af6-001122334456",
    "5d9a1d3e-8a7f-4c4b-9d1a-2b7f1a0c9e11",
]


@pytest.mark.parametrize("uuid", OTHERS)
def test_another_uuid_finds_nothing(desk: Client, uuid: str) -> None:
    listed(*(five9s(f"WS-{place}", serial=serial, label=str(place)) for place, (_, serial) in enumerate(SERIALS.values()) if serial))
    assert names(desk, uuid) == []


BOARDS = {
    "Gigabyte": ("03D502E0-045E-0500-0006-010700080009", "E0:D5:5E:00:00:01"),
    "Gigabyte, another board": ("03CB02D8-048A-0512-3406-560700080009", "D8:CB:8A:12:34:56"),
    "ASUS": ("20cf3018-1b9c-d511-0a2b-bcaec5a1b2c3", "BC:AE:C5:A1:B2:C3"),
    "Supermicro": ("00000000-0000-0000-0000-0cc47aa1b2c3", "0C:C4:7A:A1:B2:C3"),
    "Oracle": ("080020ff-ffff-ffff-ffff-00144fa1b2c3", "00:14:4F:A1:B2:C3"),
}


@pytest.mark.parametrize(("uuid", "mac"), BOARDS.values(), ids=BOARDS)
def test_the_mac_address_in_a_uuid_finds_the_board(desk: Client, uuid: str, mac: str) -> None:
    listed(eset("gb-1", uuid=uuid), eset("gb-2", uuid="2B5A1C3E-8A7F-4C4B-9D1A-2B7F1A0C9E11", label="other"))
    assert names(desk, mac) == ["gb-1"]


@pytest.mark.parametrize("kind", BOARDS)
def test_the_mac_address_in_a_uuid_joins_with_the_name(kind: str) -> None:
    uuid, mac = BOARDS[kind]
    assert become(eset("gb-1", uuid=uuid), eset("gb-1", macs=mac, label="other", account="eset-two")) == ["E other"]


MACS = {
    "Cisco's client id": "0100.1b21.aabb.01",
    "client id with colons": "01:00:1b:21:aa:bb:01",
    "client id with dashes": "01-00-1B-21-AA-BB-01",
    "client id without separators": "01001b21aabb01",
    "link-local address": "fe80::21b:21ff:feaa:bb01",
    "link-local address with a zone": "fe80::21b:21ff:feaa:bb01%eth0",
    "link-local address with a prefix": "fe80::21b:21ff:feaa:bb01/64",
    "global address": "2001:db8:0:1:21b:21ff:feaa:bb01",
    "whole link-local address": "fe80:0000:0000:0000:021b:21ff:feaa:bb01",
    "unique local address": "fd00::21b:21ff:feaa:bb01",
    "SNMP": "0x001b21aabb01",
    "SNMP in capitals": "0x001B21AABB01",
    "Hex-STRING of SNMP": "00 1B 21 AA BB 01",
    "decimal dots of a Cisco": "001b.21aa.bb01",
    "zeros left out": "0:1b:21:aa:bb:1",
    "DUID of a link layer": "00:03:00:01:00:1b:21:aa:bb:01",
    "EUI-64": "00-1B-21-FF-FE-AA-BB-01",
    "label": "MAC: 00:1B:21:AA:BB:01",
    "bars of a switch": "001b21-aabb01",
}


@pytest.mark.parametrize("text", MACS.values(), ids=MACS)
def test_a_mac_address_in_a_notation_of_network_tools_opens_its_machine(desk: Client, text: str) -> None:
    record, other = eset("nb-7", macs="00:1B:21:AA:BB:01"), eset("nb-8", macs="00:1B:21:AA:BB:02", label="other")
    listed(record, other)
    assert opened(desk, text) == "nb-7"
    assert [(answer, name) for _, answer, name in pasted(text)] == [("found", "nb-7")]


NO_MACS = [
    "0100.1b21.aabb.02",
    "02:00:1b:21:aa:bb:01",
    "fe80::21b:21ff:feaa:bb02",
    "fe80::3c64:7e44:4e78:677",
    "0x001b21aabb02",
    "001b21aabb0",
    "ff:ff:ff:ff:ff:ff",
]


@pytest.mark.parametrize("text", NO_MACS)
def test_another_address_opens_nothing(desk: Client, text: str) -> None:
    listed(eset("nb-7", macs="00:1B:21:AA:BB:01"))
    assert opened(desk, text) == ""


def serial_record(serial: str) -> Record:
    return five9s("WS-1", serial=serial)


@pytest.mark.parametrize(("serial", "code"), [("1ABCD23", "2800496667"), ("4X76MN2", "10714579742"), ("CJH1XP2", "27298889174")])
def test_dells_express_service_code_finds_the_tag(desk: Client, serial: str, code: str) -> None:
    assert str(int(serial, 36)) == code
    record = serial_record(serial)
    listed(record)
    grouped = "-".join(code[place : place + 3] for place in range(0, len(code), 3))
    for text in (code, grouped, grouped.replace("-", " ")):
        assert (names(desk, text), opened(desk, text)) == (["WS-1"], ""), text
    assert device_of(record).serial == serial
    assert names(desk, str(int(code) + 1)) == []
