"""MAC addresses of many machines, of docks, of software, and addresses that look so and belong to one machine."""

from __future__ import annotations

import pytest

from devices.models import Identifier
from tests.identity.reported.records import LINUX, M1, M2, MACOS, Record, become, eset, five9s, opswat
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
DOCK = "00:E0:4C:68:01:02"

EVERYWHERE = {
    "internal adapter of Macs with a T2 chip": "ac:de:48:00:11:22",
    "host adapter of Parallels": "00:1c:42:00:00:08",
    "LTE stick of Huawei": "0c:5b:8f:27:9a:64",
    "another LTE stick of Huawei": "58:2c:80:13:92:63",
    "LTE stick of Shanghai": "00:1e:10:1f:00:00",
    "Qualcomm modem": "00:a0:c6:00:00:00",
    "beginning and zeros": "00:0b:ca:fe:00:00",
    "letters": "24:b6:20:52:41:53",
    "WAN miniport": "50:50:54:50:30:30",
    "RAS async adapter": "20:41:53:59:4e:ff",
    "Cisco AnyConnect": "00:05:9a:3c:7a:00",
    "Fortinet": "00:09:0f:fe:00:01",
    "VMware host adapter": "00:50:56:c0:00:08",
    "VirtualBox host adapter": "0a:00:27:00:00:00",
    "Docker bridge": "02:42:ac:11:00:02",
    "loopback adapter of Microsoft": "02:00:4c:4f:4f:50",
    "counting digits": "00:11:22:33:44:55",
    "QEMU's example": "52:54:00:12:34:56",
}


@pytest.mark.parametrize("mac", EVERYWHERE.values(), ids=EVERYWHERE)
@pytest.mark.parametrize("count", [1, 3, 4])
def test_an_address_of_a_whole_series_is_no_evidence(mac: str, count: int) -> None:
    series = [
        eset("MacBook-Pro", serial=f"C02AAAAAJG{n}H", macs=f"f8:ff:c2:17:00:0{n} {mac}", system=MACOS, label=f"e{n}") for n in range(count)
    ]
    berta = opswat("MacBook-Pro", user="berta", macs=f"f8:ff:c2:99:00:09 {mac}", family="Mac OSX", label="o")
    assert become(*series, berta) == [*(each.label for each in series), "o"]


@pytest.mark.parametrize("mac", EVERYWHERE.values(), ids=EVERYWHERE)
def test_it_joins_no_two_machines_of_a_chosen_name_either(mac: str) -> None:
    assert become(eset("reception", serial="PF3XK2AB", macs=mac), opswat("reception", macs=mac, user="anna")) == ["E", "O"]


OWN = {
    "network controller of Realtek on board": "00:E0:4C:00:12:34",
    "another one": "00:E0:4C:A1:B2:C3",
    "ASIX on a board": "00:0E:C6:A1:B2:C3",
    "newer prefix of ASIX": "F8:E4:3B:01:02:03",
    "Good Way": "00:50:B6:11:22:33",
    "BizLink": "9C:EB:E8:01:02:03",
    "Luxshare": "60:7D:09:01:02:03",
    "Amazon EC2": "0A:00:00:00:00:11",
    "Amazon WorkSpaces": "02:1A:2B:3C:4D:5E",
    "Amazon, third beginning": "0E:12:34:AB:CD:EF",
    "OpenStack": "FA:16:3E:00:00:11",
    "Proxmox before 8.1, at random": "7A:14:3E:00:00:11",
    "XenServer, at random": "BE:55:0A:12:34:56",
    "Google Cloud": "42:01:0A:80:00:02",
    "oVirt": "56:6F:1C:2B:00:11",
    "Kubernetes pod": "0A:58:0A:F4:00:05",
    "QEMU": "52:54:00:AB:CD:EF",
    "local address of DEC": "AA:00:04:00:12:34",
    "local address of 3Com": "02:60:8C:12:34:56",
}


@pytest.mark.parametrize("mac", OWN.values(), ids=OWN)
@pytest.mark.parametrize("host", ["kiosk-1", "ws-1", "NB-0042"])
def test_the_only_address_of_a_machine_joins_with_its_name(host: str, mac: str) -> None:
    assert become(eset(host, serial="Default string", macs=mac), opswat(host, macs=mac.lower().replace(":", "-"), user="kiosk")) == ["E O"]


@pytest.mark.parametrize("mac", OWN.values(), ids=OWN)
def test_it_joins_nothing_under_another_name(mac: str) -> None:
    assert become(eset("kiosk-1", serial="Default string", macs=mac), opswat("kiosk-2", macs=mac, user="anna")) == ["E", "O"]


APART: dict[str, tuple[Record, ...]] = {
    "two MacBooks at one dock, one vendor lists only the dock": (
        eset("MB-1", serial="C02AAAAAJG5H", macs=f"f8:ff:c2:17:00:06 {DOCK}", system=MACOS),
        opswat("MB-2", macs=DOCK, user="berta", family="Mac OSX"),
    ),
    "two MacBooks of the proposed name at one dock": (
        eset("MacBook-Pro", serial="C02AAAAAJG5H", macs=f"f8:ff:c2:17:00:06 {DOCK}"),
        opswat("MacBook-Pro", macs=f"f8:ff:c2:17:00:07 {DOCK}", user="berta"),
    ),
    "two laptops at one dock": (eset("NB-1", serial="PF3XK2AB", macs=f"{M1} {DOCK}"), opswat("NB-2", macs=f"{DOCK} {M2}", user="anna")),
    "private WLAN addresses": (eset("iPhone", macs="DA:A1:19:00:00:11"), opswat("iPhone von Anna", macs="DA:A1:19:00:00:99")),
    "another machine with each an address of its own": (eset("reception", macs=M1), opswat("reception", macs=M2)),
    "containers' bridge under other names": (
        eset("SRV-1", macs=f"{M1} 02:42:AC:11:00:02", system=LINUX),
        opswat("SRV-2", macs=f"{M2} 02:42:AC:11:00:02", family="Linux"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("records", APART.values(), ids=APART)
def test_what_moves_between_machines_joins_none(records: tuple[Record, ...]) -> None:
    assert become(*records) == ["E", "O"]


ONE: dict[str, tuple[Record, ...]] = {
    "private WLAN addresses beside a common one": (
        eset("nb-2", macs=f"DA:A1:19:00:00:11 {M1}"),
        opswat("nb-2", macs=f"DA:A1:19:00:00:99 {M1}"),
    ),
    "dock at one vendor only": (eset("NB-1", serial="PF3XK2AB", macs=f"{M1} {DOCK}"), opswat("NB-1", macs=M1)),
    "LAN and WLAN under two names": (
        eset("DESKTOP-A1B2C3D", macs=f"{M1} {M2}"),
        opswat("NB-0042", macs=f"{M2} {M1}", user="anna"),
    ),
    "common address beside that of a T2 chip": (
        eset("MacBook-Pro", serial="C02AAAAAJG5H", macs="f8:ff:c2:17:00:06 ac:de:48:00:11:22"),
        opswat("MacBook-Pro", macs="f8:ff:c2:17:00:06 ac:de:48:00:11:22", user="anna"),
    ),
}


@pytest.mark.parametrize("records", ONE.values(), ids=ONE)
def test_a_burned_in_address_joins(records: tuple[Record, ...]) -> None:
    assert become(*records) == ["E O"]


def test_a_serial_of_the_board_and_a_placeholder_do_not_split_a_machine() -> None:
    records = (
        opswat("till-1", macs=M1, user="till"),
        eset("till-1", serial="Not Defined", macs=M1),
        five9s("TILL-1", serial="BRD1234567", login="till"),
    )
    assert become(*records) == ["E F O"]


@pytest.mark.parametrize("mac", [*OWN.values(), *EVERYWHERE.values()])
def test_only_an_address_of_many_machines_is_stored_as_worthless(mac: str) -> None:
    become(eset("nb-1", macs=mac))
    assert Identifier.objects.get(kind=IdKind.MAC).junk is (mac in EVERYWHERE.values())
