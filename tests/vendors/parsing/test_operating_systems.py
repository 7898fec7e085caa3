"""Operating systems by words and numbers: family, release, and the name that is shown."""

from __future__ import annotations

from typing import Any

import pytest

from vendors.parsing.operating_systems import family_of, marked, release_of, short_of, system
from vendors.states import Family
from vendors.texts import Message


@pytest.mark.parametrize(("family", "names"), [
    (Family.LINUX, [
        "CentOS x86_64", "CentOS Linux 7 x86_64", "Photon OS x86_64", "Bottlerocket OS x86_64", "Pop!_OS x64", "Pop!_OS 22.04 LTS", "Zorin OS xfce",
        "Oracle Linux", "Ubuntu22.04", "Mint", "Raspbian", "Raspberry Pi OS x64", "AlmaLinux 9.4", "Rocky Linux 9", "Debian GNU/Linux 13 (trixie)",
        "Red Hat Enterprise Linux 9.4 (Plow)", "RHEL8 x86_64", "openSUSE Leap 15.6", "SUSE Linux Enterprise Server 15", "NixOS xfce", "Linux 6.8.0-45-generic",
        "elementary OS x86_64", "Amazon Linux 2023", "Container-Optimized OS x86_64",
    ]),
    (Family.MACOS, [
        "macOS Tahoe 26.1", "macOS", "Mac OS X 10.8 Mountain Lion", "Mac OSX", "MacOSX", "OS X 10.11", "Apple OS X", "mac", "osx", "Darwin", "Darwin 25.1.0",
        "macOS15.1",
    ]),
    (Family.IOS, ["iOS 18", "iPadOS 26.1", "iPadOS", "ios", "Apple iOS 17.2", "iPhone OS 3.1"]),
    (Family.WINDOWS, [
        "Windows", "Microsoft Windows 11 Enterprise", "Windows Server 2025", "Win10 Pro", "Windows11 Home", "Windows 11 Linux edition", "Windows OS x64",
    ]),
    (Family.ANDROID, ["Android", "Android 16", "Google Android x86_64"]),
    (Family.UNIX, ["FreeBSD", "OpenBSD 7.6", "NetBSD 10", "AIX 7.2", "HP-UX B.11.31", "Oracle Solaris 11.4", "UNIX"]),
    (Family.UNKNOWN, [
        "", "Chrome OS x86_64", "ChromeOS x64", "CrOS x86_64 16093.68.0", "Cisco IOS XE", "Cisco IOS Software", "IOS-XE 17.9", "IOS XR", "BeOS x86", "OS/2 Warp",
        "watchOS 11", "visionOS 2", "ThinOS x86_64", "VMware ESXi", "Biosphere", "Machintosh",
    ]),
])  # fmt: skip
def test_a_family_is_recognized_by_whole_words(family: Family, names: list[str]) -> None:
    assert {name: family_of(name) for name in names} == dict.fromkeys(names, family)


@pytest.mark.parametrize(("told", "name", "release"), [
    ({"name": "Windows 10 Pro 10.0.22631"}, "Windows 11 Pro 10.0.22631 (by build)", "Windows 11"),
    ({"name": "Windows 10 Pro", "version": "10.0.22000"}, "Windows 11 Pro (by build)", "Windows 11"),
    ({"name": "Windows 10 Pro", "version": "10.0.21996"}, "Windows 10 Pro", "Windows 10"),
    ({"name": "Microsoft Windows 10 Enterprise", "build": 26200}, "Microsoft Windows 11 Enterprise (by build)", "Windows 11"),
    ({"name": "Windows 10 IoT Enterprise LTSC 2024", "build": 26100}, "Windows 11 IoT Enterprise LTSC 2024 (by build)", "Windows 11"),
    ({"name": "Windows 10 Enterprise LTSC 2021", "build": 19044}, "Windows 10 Enterprise LTSC 2021", "Windows 10"),
    ({"name": "Windows 10.0.26100"}, "Windows 10.0.26100 (Windows 11 by build)", "Windows 11"),
    ({"name": "", "family": Family.WINDOWS, "build": 22631}, "Windows 11 (by build)", "Windows 11"),
    # What a program without a manifest is told, and a record whose name is newer than its number.
    ({"name": "Windows 10 Pro", "version": "6.2.9200"}, "Windows 10 Pro", "Windows 10"),
    ({"name": "Windows 11 Pro", "version": "10.0.19045"}, "Windows 11 Pro", "Windows 11"),
    ({"name": "Microsoft Windows 10 Enterprise Edition, 64-bit", "release_id": "24H2"},
     "Microsoft Windows 11 Enterprise Edition, 64-bit (by release)", "Windows 11"),
    ({"name": "Microsoft Windows 10 Enterprise Edition, 64-bit", "release_id": "23h2"},
     "Microsoft Windows 11 Enterprise Edition, 64-bit (by release)", "Windows 11"),
    ({"name": "Windows 10 Pro", "release_id": "2009"}, "Windows 10 Pro", "Windows 10"),
    ({"name": "Windows 11 Pro", "release_id": "2009"}, "Windows 11 Pro", "Windows 11"),
    ({"name": "Windows 10 Pro", "release_id": "22H2"}, "Windows 10 Pro", "Windows 10"),
    ({"name": "Windows 10 Pro", "release_id": "1909"}, "Windows 10 Pro", "Windows 10"),
    ({"name": "Windows 8.1", "version": "6.3.9600"}, "Windows 8.1", "Windows 8.1"),
    ({"name": "Windows 7 Professional"}, "Windows 7 Professional", "Windows 7"),
    ({"name": "Windows Server 2016 Standard", "version": "10.0.17763"}, "Windows Server 2019 Standard (by build)", "Windows Server 2019"),
    ({"name": "Windows Server 2019 Datacenter", "build": 20348}, "Windows Server 2022 Datacenter (by build)", "Windows Server 2022"),
    ({"name": "Windows Server 2022 Standard", "build": 26100}, "Windows Server 2025 Standard (by build)", "Windows Server 2025"),
    ({"name": "Windows Server 2016", "version": "10.0.14393.7070"}, "Windows Server 2016", "Windows Server 2016"),
    ({"name": "Windows Server", "build": 26100}, "Windows Server (Windows Server 2025 by build)", "Windows Server 2025"),
    ({"name": "Microsoft Windows", "build": 17763, "server": True}, "Microsoft Windows (Windows Server 2019 by build)", "Windows Server 2019"),
    ({"name": "Windows Server 2016", "release_id": "1809"}, "Windows Server 2019 (by release)", "Windows Server 2019"),
    ({"name": "Windows Server, version 20H2", "version": "10.0.19042"}, "Windows Server, version 20H2", ""),
    ({"name": "Windows Server 2012 R2 Standard", "version": "6.3.9600"}, "Windows Server 2012 R2 Standard", "Windows Server 2012 R2"),
    ({"name": "Windows Small Business Server 2011", "version": "6.1.7601"}, "Windows Small Business Server 2011", ""),
    ({"name": "windows server 2012r2", "build": 9600}, "windows server 2012r2", "Windows Server 2012 R2"),
    ({"name": "macOS Tahoe 26.1"}, "macOS Tahoe 26.1", "macOS 26"),
    ({"name": "macOS 16.1"}, "macOS 16.1 (macOS 26 by version)", "macOS 26"),
    ({"name": "macOS", "version": "15.1"}, "macOS", "macOS 15"),
    ({"name": "macOS 10.15.7"}, "macOS 10.15.7", "macOS 10.15"),
    ({"name": "macOS 10.16"}, "macOS 10.16 (macOS 11 by version)", "macOS 11"),
    ({"name": "Darwin 24.6.0"}, "Darwin 24.6.0 (macOS 15 by version)", "macOS 15"),
    ({"name": "Mac OS X 10.8 Mountain Lion"}, "Mac OS X 10.8 Mountain Lion", "macOS 10.8"),
    ({"name": "iOS 19.1"}, "iOS 19.1 (iOS 26 by version)", "iOS 26"),
    ({"name": "iPadOS 18.2"}, "iPadOS 18.2", "iPadOS 18"),
    ({"name": "Android 16"}, "Android 16", "Android 16"),
    ({"name": "Ubuntu 24.04.1 LTS"}, "Ubuntu 24.04.1 LTS", "Ubuntu 24.04"),
    ({"name": "Debian GNU/Linux 13 (trixie)"}, "Debian GNU/Linux 13 (trixie)", "Debian 13"),
    ({"name": "Ubuntu 5.15.0-91-generic"}, "Ubuntu 5.15.0-91-generic", ""),
    ({"name": "CentOS x86_64"}, "CentOS x86_64", ""),
    ({"name": "Chrome OS 130 x86_64"}, "Chrome OS 130 x86_64", ""),
])  # fmt: skip
def test_the_newer_of_name_and_number_is_the_release(told: dict[str, Any], name: str, release: str) -> None:
    found = system(**told)
    assert (found.name, found.release) == (name, release)


def test_a_vendors_family_is_believed_unless_the_name_is_more_precise() -> None:
    assert system("CrOS x86_64", family=Family.LINUX).family is Family.LINUX
    assert system("Windows 11", family=Family.LINUX).family is Family.LINUX
    assert system("iPadOS 18", family=Family.MACOS)[:3] == ("iPadOS 18", Family.IOS, "iPadOS 18")
    assert system("Android 15", family=Family.LINUX).family is Family.ANDROID


@pytest.mark.parametrize("name", [
    "Windows 11 Pro 10.0.22631 (by build)", "Windows 11 Pro (OS Build 22631) (by build)", "Windows Server 2019 (by release)",
    "Windows (Windows 11 by build)", "macOS 16.1 (macOS 26 by version)",
])  # fmt: skip
def test_the_mark_of_a_stored_name_can_be_translated(name: str) -> None:
    assert isinstance(marked(name), Message)
    assert marked(name) == name


@pytest.mark.parametrize("name", ["", "Windows 11 Pro", "Windows (by design)", "Debian 13 (trixie)", "(by build)", "Linux (by version)"])
def test_other_names_are_left_alone(name: str) -> None:
    assert type(marked(name)) is str
    assert marked(name) == name


@pytest.mark.parametrize(("text", "release"), [
    ("windows 11", "Windows 11"), ("Win11", "Windows 11"), ("Windows 11 Pro", "Windows 11"), ("windows server 2019", "Windows Server 2019"),
    ("macos 26", "macOS 26"), ("Plan 9", "Plan 9"), ("", ""),
])  # fmt: skip
def test_what_a_person_types_is_a_release(text: str, release: str) -> None:
    assert release_of(text) == release


@pytest.mark.parametrize(("told", "short", "edition", "update", "build"), [
    ({"name": "Microsoft Windows 11 Enterprise", "build": 22631}, "Windows 11 Enterprise 23H2", "Enterprise", "23H2", "22631"),
    ({"name": "Microsoft Windows 11 Enterprise Edition, 64-bit", "release_id": "24H2"}, "Windows 11 Enterprise 24H2", "Enterprise", "24H2", ""),
    ({"name": "Windows 11 Pro 10.0.22631.3880"}, "Windows 11 Pro 23H2", "Pro", "23H2", "22631.3880"),
    ({"name": "Windows 11 Pro", "build": 22631, "release_id": "24H2"}, "Windows 11 Pro 24H2", "Pro", "24H2", "22631"),
    ({"name": "Windows 10 Pro", "build": 19045, "release_id": "2009"}, "Windows 10 Pro 22H2", "Pro", "22H2", "19045"),
    ({"name": "Windows 10 Professional", "release_id": "2009"}, "Windows 10 Pro", "Pro", "", ""),
    ({"name": "Windows 11 Pro", "version": "10.0.19045"}, "Windows 11 Pro", "Pro", "", "19045"),
    ({"name": "Windows 10 home single  language", "build": 19041}, "Windows 10 Home Single Language 2004", "Home Single Language", "2004", "19041"),
    ({"name": "Windows 10 Enterprise N LTSC 2021", "build": 19044}, "Windows 10 Enterprise N LTSC 2021", "Enterprise N LTSC 2021", "21H2", "19044"),
    ({"name": "Windows 10 Enterprise 2015 LTSB", "build": 10240}, "Windows 10 Enterprise LTSB 2015", "Enterprise LTSB 2015", "1507", "10240"),
    ({"name": "Windows 11 Pro", "build": 27000}, "Windows 11 Pro", "Pro", "", "27000"),
    ({"name": "Microsoft Windows Server 2022 Standard", "build": 20348}, "Windows Server 2022 Standard", "Standard", "", "20348"),
    ({"name": "Windows Server, version 20H2", "version": "10.0.19042"}, "Windows Server, version 20H2", "", "", "19042"),
    ({"name": "", "family": Family.WINDOWS, "build": 22631}, "Windows 11 23H2", "", "23H2", "22631"),
    ({"name": "macOS 15.1 Sequoia"}, "macOS 15.1", "", "", ""),
    ({"name": "macOS", "version": "15.1.2"}, "macOS 15.1", "", "", ""),
    ({"name": "macOS 16.1"}, "macOS 26", "", "", ""),
    ({"name": "Darwin 24.6.0"}, "macOS 15", "", "", ""),
    ({"name": "macOS 10.15.7"}, "macOS 10.15", "", "", ""),
    ({"name": "iOS 17.6 17.6.1"}, "iOS 17.6", "", "", ""),
    ({"name": "Android 14"}, "Android 14", "", "", ""),
    ({"name": "Debian GNU/Linux 12 (bookworm)"}, "Debian 12", "", "", ""),
    ({"name": "Chrome OS 130"}, "Chrome OS 130", "", "", ""),
    ({"name": ""}, "", "", "", ""),
])  # fmt: skip
def test_a_short_name_has_the_edition_and_the_update(told: dict[str, Any], short: str, edition: str, update: str, build: str) -> None:
    found = system(**told)
    assert (found.short, found.edition, found.update, found.build) == (short, edition, update, build)


@pytest.mark.parametrize(("name", "release", "short"), [
    ("Microsoft Windows 11 Enterprise", "Windows 11", "Windows 11 Enterprise"),
    ("Windows 11 Pro 10.0.22631 (by build)", "Windows 11", "Windows 11 Pro 23H2"),
    ("Windows Pro (Windows 11 by build)", "Windows 11", "Windows 11 Pro"),
    ("macOS 16.1 (macOS 26 by version)", "macOS 26", "macOS 26"),
    ("openSUSE Tumbleweed", "openSUSE Tumbleweed 2026", "openSUSE Tumbleweed 2026"),
    ("Plan 9", "", "Plan 9"),
    ("", "", ""),
])  # fmt: skip
def test_the_short_name_of_a_stored_system(name: str, release: str, short: str) -> None:
    assert short_of(name, release) == short
