"""Operating systems as the vendors name them: Windows 11 that is called Windows 10, and words that contain the name of another system."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Device, Sighting, User
from tests.identity.reported.records import M1, Record, become, device_of, eset, five9s, listed, opswat
from vendors.states import Family

pytestmark = pytest.mark.django_db


def id_of(*parts: int) -> str:
    """ESET's number of a version: 16 bits for each part."""
    return str(sum(part << shift for part, shift in zip(parts, (48, 32, 16, 0), strict=False)))


def eset_system(name: str, version: str = "", number: str = "", family: int = 1) -> Record:
    return eset("nb-1", operatingSystem={"displayName": name, "familyId": family, "version": {"name": version, "id": number}})


# record → name that is shown, release
RELEASES: dict[str, tuple[Record, str, str]] = {
    "OPSWAT, build 22631": (
        opswat("nb-1", system="Windows 10 Pro", version="10.0.22631", family="Windows"), "Windows 11 Pro 10.0.22631 (by build)", "Windows 11",
    ),
    "OPSWAT, build 26100": (
        opswat("nb-1", system="Windows 10 Enterprise", version="10.0.26100.1", family="Windows"),
        "Windows 11 Enterprise 10.0.26100.1 (by build)", "Windows 11",
    ),
    "OPSWAT, build 22000, the first one": (
        opswat("nb-1", system="Windows 10 Home", version="10.0.22000", family="Windows"), "Windows 11 Home 10.0.22000 (by build)", "Windows 11",
    ),
    "OPSWAT, build 21999": (opswat("nb-1", system="Windows 10 Home", version="10.0.21999", family="Windows"), "Windows 10 Home 10.0.21999", "Windows 10"),
    "OPSWAT, build 19045": (opswat("nb-1", system="Windows 10 Pro", version="10.0.19045", family="Windows"), "Windows 10 Pro 10.0.19045", "Windows 10"),
    "five(9)s, 24H2": (
        five9s("nb-1", system="Microsoft Windows 10 Enterprise Edition, 64-bit", release="24H2"),
        "Microsoft Windows 11 Enterprise Edition, 64-bit (by release)", "Windows 11",
    ),
    "five(9)s, 25H2": (
        five9s("nb-1", system="Microsoft Windows 10 Professional Edition, 64-bit", release="25H2"),
        "Microsoft Windows 11 Professional Edition, 64-bit (by release)", "Windows 11",
    ),
    "five(9)s, 22H2, which both have": (
        five9s("nb-1", system="Microsoft Windows 10 Enterprise Edition, 64-bit", release="22H2"),
        "Microsoft Windows 10 Enterprise Edition, 64-bit", "Windows 10",
    ),
    "five(9)s, 2009, which stands for all later ones": (
        five9s("nb-1", system="Microsoft Windows 11 Pro", release="2009"), "Microsoft Windows 11 Pro", "Windows 11",
    ),
    "ESET, build in the number of the version": (
        eset_system("Microsoft Windows 10 Pro", "10.0.22631", id_of(10, 0, 22631, 0)), "Microsoft Windows 11 Pro (by build)", "Windows 11",
    ),
    "ESET, build in the version": (eset_system("Microsoft Windows 10 Pro", "10.0.26100"), "Microsoft Windows 11 Pro (by build)", "Windows 11"),
    "Server 2016 with the build of 2019": (
        opswat("srv-1", system="Windows Server 2016 Standard", version="10.0.17763", family="Windows"),
        "Windows Server 2019 Standard 10.0.17763 (by build)", "Windows Server 2019",
    ),
    "Server 2019 with the build of 2022": (
        opswat("srv-1", system="Windows Server 2019 Datacenter", version="10.0.20348", family="Windows"),
        "Windows Server 2022 Datacenter 10.0.20348 (by build)", "Windows Server 2022",
    ),
    "Server 2025 has the build of Windows 11": (
        eset_system("Microsoft Windows Server 2025 Standard", "10.0.26100"), "Microsoft Windows Server 2025 Standard", "Windows Server 2025",
    ),
    "LTSC of Windows 10": (
        opswat("nb-1", system="Windows 10 Enterprise LTSC 2021", version="10.0.19044", family="Windows"),
        "Windows 10 Enterprise LTSC 2021 10.0.19044", "Windows 10",
    ),
    "LTSC of Windows 11": (
        eset_system("Windows 10 IoT Enterprise LTSC 2024", "10.0.26100"), "Windows 11 IoT Enterprise LTSC 2024 (by build)", "Windows 11",
    ),
    "macOS 16 is 26": (opswat("mb-1", system="macOS", version="16.1", family="Mac OSX"), "macOS 16.1 (macOS 26 by version)", "macOS 26"),
    "macOS 15 stays 15": (opswat("mb-1", system="macOS Sequoia", version="15.1", family="Mac OSX"), "macOS Sequoia 15.1", "macOS 15"),
}  # fmt: skip


@pytest.mark.parametrize(("record", "name", "release"), RELEASES.values(), ids=RELEASES)
def test_the_build_names_the_release(record: Record, name: str, release: str) -> None:
    listed(record)
    device = device_of(record)
    assert (device.os_name, device.os_release) == (name, release)


def test_windows_10_and_11_of_one_device_are_a_data_conflict_and_the_newer_is_shown(client: Client, bob: User) -> None:
    e = eset("nb-1", serial="PF3XK2AB", system="Microsoft Windows 11 Enterprise")
    f = five9s("nb-1", serial="PF3XK2AB", system="Microsoft Windows 10 Enterprise Edition, 64-bit", release="22H2")
    assert become(e, f) == ["E F"]
    assert (device_of(e).os_release, device_of(e).disagrees) == ("Windows 11", ["os"])
    client.force_login(bob)
    assert "Windows 11 Enterprise" in client.get(f"/devices/{device_of(e).pk}/").content.decode()


def test_windows_11_is_no_data_conflict_where_the_release_says_so() -> None:
    e = eset("nb-1", serial="PF3XK2AB", system="Microsoft Windows 11 Enterprise")
    f = five9s("nb-1", serial="PF3XK2AB", system="Microsoft Windows 10 Enterprise Edition, 64-bit", release="24H2")
    assert become(e, f) == ["E F"]
    assert (device_of(e).os_release, device_of(e).disagrees) == ("Windows 11", [])


def names(client: Client, address: str, **query: str) -> list[str]:
    file = client.get(address, query).getvalue().decode("utf-8-sig").splitlines()
    return sorted(line.split(",")[0] for line in file[1:])


def test_the_search_and_the_filter_find_the_release(client: Client, alice: User) -> None:
    listed(
        opswat("nb-11", system="Windows 10 Pro", version="10.0.22631", family="Windows", label="o1"),
        opswat("nb-10", system="Windows 10 Pro", version="10.0.19045", family="Windows", label="o2"),
        opswat("srv-1", system="Windows Server 2016 Standard", version="10.0.17763", family="Windows", label="o3"),
    )
    client.force_login(alice)
    for release, expected in (("Windows 11", ["nb-11"]), ("Windows 10", ["nb-10"]), ("Windows Server 2019", ["srv-1"])):
        assert names(client, "/devices/export.csv", release=release) == expected
        found = client.get("/d/", {"q": release, "format": "json"}).json()["matches"]
        assert {each["name"] for each in found} >= set(expected)


FAMILIES: dict[Family, list[str]] = {
    Family.LINUX: [
        "CentOS x86_64", "Photon OS x86_64", "Bottlerocket OS x86_64", "Pop!_OS x64", "Zorin OS xfce", "CentOS Linux 7 x86_64", "Oracle Linux",
        "Pop!_OS 22.04 LTS", "Mint", "Raspbian", "Amazon Linux 2 x86_64", "Elementary OS x86_64", "Raspberry Pi OS x64", "Flatcar x86_64", "EndeavourOS x64",
        "Clear Linux OS x86_64", "openSUSE Leap 15.6", "SteamOS x86_64",
    ],
    Family.MACOS: [
        "macOS Tahoe 26.1", "Mac OS X 10.15.7", "OS X El Capitan", "Darwin 24.6.0", "macOS", "mac os x", "OSX 10.11", "Apple macOS 15",
    ],
    Family.IOS: ["iPadOS 26.1", "iOS 18.2", "iPhone OS 3.1"],
    Family.WINDOWS: ["Windows Server 2025", "Microsoft Windows 11 Pro x64", "Windows XP x64", "Win11"],
    Family.ANDROID: ["Android 15", "android 16"],
}  # fmt: skip


@pytest.mark.parametrize(("family", "name"), [(family, name) for family, names in FAMILIES.items() for name in names])
def test_a_family_is_recognized_by_whole_words(family: Family, name: str) -> None:
    listed(five9s("pc-1", system=name))
    assert Device.objects.get().os_family == family


def test_the_filter_by_system_counts_the_same(client: Client, alice: User) -> None:
    systems = ("CentOS x86_64", "Photon OS x86_64", "macOS Tahoe 26.1", "Microsoft Windows 11 Pro", "Chrome OS x86_64")
    listed(*(five9s(f"pc-{place}", system=name, label=name) for place, name in enumerate(systems)))
    client.force_login(alice)
    assert names(client, "/devices/export.csv", os="linux") == ["pc-0", "pc-1"]
    assert names(client, "/devices/export.csv", os="macos") == ["pc-2"]
    assert names(client, "/devices/export.csv", os="windows") == ["pc-3"]


NO_MACS = [
    "Chrome OS x86_64",
    "ChromeOS x64",
    "CrOS x86_64",
    "Cisco IOS XE",
    "FreeBSD",
    "Cosmos x64",
    "Junos x86",
    "IOS-XR 7.1",
    "VxWorks OS x",
]


@pytest.mark.parametrize("name", NO_MACS)
def test_os_x_inside_of_another_name_is_no_mac(name: str) -> None:
    listed(five9s("pc-1", system=name))
    assert Device.objects.get().os_family not in (Family.MACOS, Family.IOS, Family.WINDOWS)


@pytest.mark.parametrize("name", ["CentOS x86_64", "Photon OS x86_64", "Zorin OS xfce", "Bottlerocket OS x86_64"])
def test_linux_at_both_vendors_is_no_data_conflict(name: str) -> None:
    e = eset("srv-1", serial="CZJ0000001", system=name, family=2)
    assert become(e, five9s("SRV-1", serial="CZJ0000001", system=name)) == ["E F"]
    assert (device_of(e).os_family, device_of(e).disagrees) == (Family.LINUX, [])


@pytest.mark.parametrize("family", ["iPadOS", "ios", "iOS"])
def test_opswats_families_of_tablets(family: str) -> None:
    listed(opswat("iPad", family=family, macs=M1))
    assert Sighting.objects.get().os_family == Family.IOS
