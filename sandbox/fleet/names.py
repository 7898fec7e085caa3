"""Names of the simulated company: places, people, hardware, operating systems."""

from __future__ import annotations

from typing import NamedTuple


class Site(NamedTuple):
    code: str
    city: str
    subnet: int


class Model(NamedTuple):
    kind: str  # laptop, desktop, server, vm, phone, tablet
    manufacturer: str
    name: str
    serial: str  # dell, lenovo, hp, apple, vmware, samsung, google
    family: str  # windows, linux, macos, android, ios
    ouis: tuple[str, ...]


class System(NamedTuple):
    name: str
    version: str
    vendor: str
    edition: int  # ESET editionId: 1 server, 2 client, 3 mobile
    release: str  # EPM ReleaseID


SITES = (
    Site("BER", "Berlin", 10), Site("MUC", "München", 20), Site("HAM", "Hamburg", 30), Site("CGN", "Köln", 40),
    Site("LEJ", "Leipzig", 50), Site("VIE", "Wien", 60), Site("ZRH", "Zürich", 70),
)  # fmt: skip
DEPARTMENTS = ("Vertrieb", "Entwicklung", "Buchhaltung", "Einkauf", "Personal", "Fertigung", "IT")
COMPANY_DOMAIN = "nordwind.example"
WINDOWS_DOMAIN = "NORDWIND"

FIRST = (
    "Anna", "Ben", "Clara", "David", "Elif", "Felix", "Greta", "Hannes", "Ines", "Jonas", "Katrin", "Lukas", "Mia",
    "Noah", "Olga", "Paul", "Rosa", "Stefan", "Tariq", "Ute", "Viktor", "Wanda", "Yusuf", "Zoe", "Jürgen", "Käthe",
)  # fmt: skip
LAST = (
    "Albers", "Bauer", "Conrad", "Dietrich", "Engel", "Fischer", "Graf", "Hofmann", "Ivanova", "Jansen", "Kaya", "Lang",
    "Meier", "Nowak", "Otto", "Peters", "Richter", "Schulz", "Thomas", "Ullrich", "Vogel", "Weber", "Yilmaz", "Ziegler",
    "Müller", "Schröder", "Groß", "Öztürk", "Jäger",
)  # fmt: skip

_DELL = ("D4:BE:D9", "F8:BC:12", "54:BF:64", "00:14:22")
_LENOVO = ("54:EE:75", "8C:16:45", "98:FA:9B")
_HP = ("3C:D9:2B", "70:5A:0F", "A0:8C:FD")
_APPLE = ("A4:83:E7", "F0:18:98", "3C:22:FB")
_VMWARE = ("00:0C:29", "00:50:56")
WIFI_OUIS = ("34:41:5D", "A4:C3:F0", "8C:8D:28", "DC:21:5C")
DOCK_OUI = "3C:18:A0"
# Constants which VPN drivers put on every machine in the world.
VPN_ADAPTERS = (
    ("Cisco AnyConnect Virtual Miniport Adapter for Windows x64", "00:05:9A:3C:7A:00"),
    ("Fortinet SSL VPN Virtual Ethernet Adapter", "00:09:0F:AA:00:01"),
)

LAPTOPS = (
    Model("laptop", "Dell Inc.", "Latitude 5440", "dell", "windows", _DELL),
    Model("laptop", "Dell Inc.", "Latitude 7430", "dell", "windows", _DELL),
    Model("laptop", "Dell Inc.", "XPS 13 9315", "dell", "windows", _DELL),
    Model("laptop", "LENOVO", "20XW00A8GE", "lenovo", "windows", _LENOVO),
    Model("laptop", "LENOVO", "21HM003DGE", "lenovo", "windows", _LENOVO),
    Model("laptop", "HP", "HP EliteBook 840 G9 Notebook PC", "hp", "windows", _HP),
)
DESKTOPS = (
    Model("desktop", "Dell Inc.", "OptiPlex 7010", "dell", "windows", _DELL),
    Model("desktop", "HP", "HP ProDesk 400 G7 Small Form Factor PC", "hp", "windows", _HP),
    Model("desktop", "LENOVO", "11JN000JGE", "lenovo", "windows", _LENOVO),
)
SERVERS = (
    Model("server", "Dell Inc.", "PowerEdge R750", "dell", "winserver", _DELL),
    Model("server", "HPE", "ProLiant DL380 Gen10", "hp", "winserver", _HP),
)
LINUX_SERVERS = (Model("server", "Dell Inc.", "PowerEdge R650", "dell", "linux", _DELL),)
LINUX_LAPTOPS = (Model("laptop", "LENOVO", "21CB000LGE", "lenovo", "linux", _LENOVO),)
VMS = (Model("vm", "VMware, Inc.", "VMware Virtual Platform", "vmware", "windows", _VMWARE),)
SERVER_VMS = (Model("vm", "VMware, Inc.", "VMware7,1", "vmware", "winserver", _VMWARE),)
MACS = (
    Model("laptop", "Apple Inc.", "MacBookPro18,3", "apple", "macos", _APPLE),
    Model("laptop", "Apple Inc.", "MacBookAir10,1", "apple", "macos", _APPLE),
)
PHONES = (
    Model("phone", "samsung", "SM-G991B", "samsung", "android", ("8C:F5:A3",)),
    Model("phone", "Google", "Pixel 8", "google", "android", ("3C:28:6D",)),
)
IPHONES = (Model("phone", "Apple Inc.", "iPhone15,2", "apple", "ios", _APPLE),)
TABLETS = (Model("tablet", "Apple Inc.", "iPad13,18", "apple", "ios", _APPLE),)

SYSTEMS: dict[str, tuple[System, ...]] = {
    "windows": (
        System("Microsoft Windows 11 Enterprise", "10.0.22631", "Microsoft Corp.", 2, "23H2"),
        System("Microsoft Windows 11 Enterprise", "10.0.26100", "Microsoft Corp.", 2, "24H2"),
        System("Microsoft Windows 10 Enterprise", "10.0.19045", "Microsoft Corp.", 2, "22H2"),
        System("Microsoft Windows 11 Pro", "10.0.22631", "Microsoft Corp.", 2, "23H2"),
    ),
    "winserver": (
        System("Microsoft Windows Server 2022 Standard", "10.0.20348", "Microsoft Corp.", 1, "21H2"),
        System("Microsoft Windows Server 2019 Standard", "10.0.17763", "Microsoft Corp.", 1, "1809"),
    ),
    "linux": (
        System("Ubuntu 24.04.1 LTS", "24.4.1", "Canonical Ltd.", 1, ""),
        System("openSUSE Tumbleweed", "2026.10.7", "SUSE", 1, ""),
        System("Debian GNU/Linux 12 (bookworm)", "12.7.0", "Debian", 1, ""),
    ),
    "macos": (
        System("macOS 14.6 Sonoma", "14.6.1", "Apple Inc.", 2, ""),
        System("macOS 15.1 Sequoia", "15.1.0", "Apple Inc.", 2, ""),
    ),
    "android": (System("Android 14", "14.0.0", "Google Inc.", 3, ""), System("Android 13", "13.0.0", "Google Inc.", 3, "")),
    "ios": (System("iOS 17.6", "17.6.1", "Apple Inc.", 3, ""), System("iOS 18.1", "18.1.0", "Apple Inc.", 3, "")),
}
