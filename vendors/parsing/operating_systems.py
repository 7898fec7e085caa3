"""Operating systems: family, release and shown name, from the text and the numbers of a record. Pure.

Families are recognized by whole words: `OS x86_64` holds no "OS X". The name and the number of a Windows both stop at an older release (the
registry calls Windows 11 "Windows 10", a program without a manifest is told 6.2.9200), and neither runs ahead: the newer one is right.
https://learn.microsoft.com/en-us/windows/release-health/windows11-release-information
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from vendors.parsing.windows_versions import edition_of, feature_update, full_build
from vendors.states import Family
from vendors.texts import Message, gettext_noop

LONGEST_RELEASE = 60  # characters, also of a short name

_WORD = re.compile("[0-9a-z]+")
_WINDOWS = frozenset(("windows", "win", "winnt"))
_MACOS = frozenset(("mac", "macos", "macosx", "macintosh", "osx", "darwin"))
_IOS = frozenset(("ipados", "iphoneos", "iphone", "ipad"))
# Distributions whose name does not end in "linux".
_LINUX = frozenset((
    "ubuntu", "kubuntu", "xubuntu", "lubuntu", "debian", "raspbian", "centos", "rocky", "alma", "rhel", "fedora", "suse",
    "opensuse", "sles", "sled", "mint", "zorin", "elementary", "photon", "bottlerocket", "flatcar", "coreos", "rancheros",
    "nixos", "manjaro", "gentoo", "kali", "alpine", "slackware", "deepin", "kylin", "openeuler", "steamos", "endeavouros", "igel",
    "univention", "proxmox", "garuda",
))  # fmt: skip
_LINUX_PAIRS = frozenset((("red", "hat"), ("pop", "os"), ("raspberry", "pi"), ("container", "optimized"), ("endless", "os")))
_UNIX = frozenset(("unix", "aix", "hpux", "solaris", "sunos", "illumos", "irix"))
_NETWORK_SYSTEM = frozenset(("xe", "xr", "xrv", "software"))  # behind Cisco's IOS
# What a family on its own is more precisely, where the name says so.
_NARROWER = frozenset(((Family.MACOS, Family.IOS), (Family.LINUX, Family.ANDROID)))

_CLIENTS = ("Windows XP", "Windows Vista", "Windows 7", "Windows 8", "Windows 8.1", "Windows 10", "Windows 11")
_CLIENT_BUILDS = ((22000, "Windows 11"), (10240, "Windows 10"), (9600, "Windows 8.1"), (9200, "Windows 8"), (7600, "Windows 7"))
_SERVER = "Windows Server "
_SERVERS = tuple(_SERVER + year for year in ("2003", "2003 R2", "2008", "2008 R2", "2012", "2012 R2", "2016", "2019", "2022", "2025"))
# Exactly these: the semi-annual releases between them have no year.
_YEARS = {7601: "2008 R2", 9200: "2012", 9600: "2012 R2", 14393: "2016", 17763: "2019", 20348: "2022", 26100: "2025"}
_SERVER_BUILDS = {build: _SERVER + year for build, year in _YEARS.items()}
_SERVER_IDS = {"1607": _SERVER + "2016", "1809": _SERVER + "2019", "21H2": _SERVER + "2022", "24H2": _SERVER + "2025"}
_CLIENT_PRODUCT = re.compile(r"\b(win(?:dows)?(?:\s|®|™|\(r\)|\(tm\))*)(11|10|8\.1|8|7|vista|xp)(?![.]?\w)", re.IGNORECASE)
_SERVER_PRODUCT = re.compile(r"\b((?:server|win(?:dows)?)(?:\s|®|™|\(r\)|\(tm\))*)(20[0-9][0-9](?:\s*r2)?)\b", re.IGNORECASE)
_BUILD = re.compile(r"(?<![\d.])(?:6\.[0-3]|10\.0)\.([0-9]{4,5})(?!\d)|\bbuild\s*:?\s*([0-9]{5})\b", re.IGNORECASE)
_RELEASE_ID = re.compile(r"\b([12][0-9]H[12]|[12][0-9]{3})\b", re.IGNORECASE)
_HALF_YEAR = re.compile(r"\b([2-9][0-9]H[12])\b", re.IGNORECASE)
_FIRST_ONLY_11 = "23H2"  # Windows 10 ended with 22H2
_LAST_ONLY_10 = "21H1"
_FROZEN_ID = "2009"  # in the registry of every Windows since 20H2

_NUMBER = re.compile(r"(?<![\w.-])([0-9]{1,4})(?:\.([0-9]{1,4}))?(?![0-9])")
_KERNEL = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+[-.]\w")
_MACOS_NAMES = {"big sur": 11, "monterey": 12, "ventura": 13, "sonoma": 14, "sequoia": 15, "tahoe": 26}
# Apple numbers by years since 2025; programs made before are told the number that would have followed.
_APPLE_YEARS = {Family.MACOS: {16: 26}, Family.IOS: {19: 26}}
_GNU = re.compile(r"\bGNU/Linux\b|\bGNU\b", re.IGNORECASE)

# How a name says that a number decides; stored in English.
_MARKS = {
    ("build", False): gettext_noop("%(name)s (by build)"),
    ("release", False): gettext_noop("%(name)s (by release)"),
    ("build", True): gettext_noop("%(name)s (%(release)s by build)"),
    ("release", True): gettext_noop("%(name)s (%(release)s by release)"),
    ("version", True): gettext_noop("%(name)s (%(release)s by version)"),
}
_MARKED = re.compile(r"(?P<name>.+) \((?:(?P<release>[^()]+) )?by (?P<reason>build|release|version)\)")


class OperatingSystem(NamedTuple):
    """`name`: the vendor's text, corrected and marked ("… (by build)") where a number contradicts it. `release`: without edition and
    update, such as "Windows 11", "Windows Server 2022", "macOS 26" or "Ubuntu 24.04"; "" where it is not known.

    `edition` ("Pro"), `update` ("23H2", of Windows 10 and 11) and `build` ("22631.3880") are those of Windows; "" where they are not known.
    `short`: what fits into a column, such as "Windows 11 Pro 23H2" or "macOS 15.1".
    """

    name: str
    family: Family
    release: str
    edition: str = ""
    update: str = ""
    build: str = ""
    short: str = ""


def system(
    name: str, *, family: Family = Family.UNKNOWN, version: str = "", release_id: str = "", build: int = 0, server: bool = False
) -> OperatingSystem:
    """`family`: what the vendor says beside the name. `version`: of the system, "" where it stands in the name. `release_id`: Windows'
    (24H2, 1809). `server`: the vendor calls it a server; used where the name tells no product.
    """
    named = family_of(name)
    family = named if family == Family.UNKNOWN or (family, named) in _NARROWER else family
    if family == Family.WINDOWS:
        return _detailed(_windows(name, f"{name} {version}", release_id, build, server), f"{name} {version}", release_id, build)
    number = _number(name) or _number(version)
    if family == Family.MACOS:
        release = _macos(name, version)
    elif family == Family.IOS:
        release = _apple("iPadOS" if "ipad" in name.casefold() else "iOS", family, number)
    elif family == Family.ANDROID:
        release = f"Android {number[0]}" if number else ""
    else:
        release = _by_name(name, version) if family in (Family.LINUX, Family.UNIX) else ""
    derived = family in _APPLE_YEARS and release != "" and not _says(f"{name} {version}", release)
    # An update of Apple's systems is a release of its own for a user: macOS 15.1.
    pointed = family in _APPLE_YEARS and number is not None and number[1] != "" and release.endswith(f" {number[0]}")
    short = f"{release}.{number[1]}" if pointed and number else release
    shown = _mark(name, "version", release) if derived and name else name
    return OperatingSystem(shown, family, release[:LONGEST_RELEASE], short=_short(short or name))


def marked(name: str) -> str:
    """A stored name as a Message where it has a mark, so that a page shows it in the user's language."""
    found = _MARKED.fullmatch(name)
    template = _MARKS.get((found["reason"], found["release"] is not None)) if found else None
    return Message(template, name=found["name"], release=found["release"] or "") if found and template else name


def short_of(name: str, release: str) -> str:
    """Of a stored name and release: as `OperatingSystem.short`, without an update that only the record knows."""
    found = system(_plain(name))
    return found.short if found.release == release or not release else _short(f"{release} {found.edition}")


def _detailed(found: OperatingSystem, text: str, release_id: str, build: int) -> OperatingSystem:
    """With edition, feature update and build of a Windows."""
    number = _BUILD.search(text)
    build = build or (int(number[1] or number[2]) if number else 0)
    ids = [release_id.strip().upper(), *(half.upper() for half in _HALF_YEAR.findall(text))]
    named = [each for each in ids if _RELEASE_ID.fullmatch(each) and each != _FROZEN_ID and _by_id(each, _CLIENTS) in ("", found.release)]
    edition, update = edition_of(found.name), feature_update(found.release, build=build, named=max(named, default=""))
    parts = found.release, edition, "" if " LTS" in edition else update
    short = " ".join(part for part in parts if part) if found.release else _plain(found.name)
    return found._replace(edition=edition, update=update, build=full_build(build, text), short=_short(short))


def _short(text: str) -> str:
    return text.removeprefix("Microsoft ")[:LONGEST_RELEASE].rstrip()


def _plain(name: str) -> str:
    """A stored name without its mark."""
    found = _MARKED.fullmatch(name)
    return found["name"] if found else name


def _mark(name: str, reason: str, release: str = "") -> str:
    return _MARKS[reason, release != ""] % {"name": name, "release": release}


def release_of(text: str) -> str:
    """The release that a person means: "Windows 11" for `windows 11 pro`; other text as it is."""
    return system(text).release or text


def family_of(text: str) -> Family:
    """By the first word that says it."""
    words = _WORD.findall(text.casefold())
    found = (_family_at(words, place) for place in range(len(words)))
    return next((family for family in found if family != Family.UNKNOWN), Family.UNKNOWN)


def _family_at(words: Sequence[str], place: int) -> Family:
    word, stem = words[place], words[place].rstrip("0123456789")
    before, after = words[place - 1] if place else "", words[place + 1] if place + 1 < len(words) else ""
    if stem in _WINDOWS:
        return Family.WINDOWS
    if stem in _LINUX or stem.endswith("linux") or (word, after) in _LINUX_PAIRS:
        return Family.LINUX
    if stem in _MACOS or (word == "os" and after == "x" and before in ("", "apple")):
        return Family.MACOS
    if stem in _IOS or (stem == "ios" and before in ("", "apple") and after not in _NETWORK_SYSTEM):
        return Family.IOS
    if stem == "android":
        return Family.ANDROID
    return Family.UNIX if stem in _UNIX or stem.endswith("bsd") or (word, after) == ("hp", "ux") else Family.UNKNOWN


def _windows(name: str, text: str, release_id: str, build: int, server: bool) -> OperatingSystem:
    client, year = _CLIENT_PRODUCT.search(name), _SERVER_PRODUCT.search(name)
    order = _CLIENTS if client or not (year or server or "server" in name.casefold()) else _SERVERS
    place = client or year
    product = _product(place[2], order) if place else ""
    number = _BUILD.search(text)
    told, reason = _by_build(build or (int(number[1] or number[2]) if number else 0), order), "build"
    if not told:
        told, reason = _by_id(release_id or (half[1] if (half := _HALF_YEAR.search(text)) else ""), order), "release"
    if place and not product:  # one with a name of its own, such as Small Business Server 2011
        return OperatingSystem(name, Family.WINDOWS, "")
    if not told or (product and order.index(product) >= order.index(told)):
        return OperatingSystem(name, Family.WINDOWS, product)
    if place:
        corrected = told.removeprefix(_SERVER).removeprefix("Windows ")
        shown = _mark(f"{name[: place.start(2)]}{corrected}{name[place.end(2) :]}", reason)
    else:
        shown = _mark(name, reason, told) if name else _mark(told, reason)
    return OperatingSystem(shown, Family.WINDOWS, told)


def _product(written: str, order: Sequence[str]) -> str:
    """`11`, `8.1`, `2012 R2` or `xp` as it stands in `order`; "" for what does not."""
    plain = re.sub(r"\s*r2", " r2", written.casefold())
    return next((each for each in order if each.casefold().removeprefix(_SERVER.casefold()).removeprefix("windows ") == plain), "")


def _by_build(build: int, order: Sequence[str]) -> str:
    if order is _SERVERS:
        return _SERVER_BUILDS.get(build, "")
    return next((release for first, release in _CLIENT_BUILDS if build >= first), "")


def _by_id(text: str, order: Sequence[str]) -> str:
    """Of a `ReleaseID`, where only one release has it."""
    found = _RELEASE_ID.fullmatch(text.strip())
    number = found[1].upper() if found else ""
    if not number or number == _FROZEN_ID:
        return ""
    if order is _SERVERS:
        return _SERVER_IDS.get(number, "")
    if "H" in number and number >= _FIRST_ONLY_11:
        return "Windows 11"
    return "Windows 10" if "H" not in number or number <= _LAST_ONLY_10 else ""


def _macos(name: str, version: str) -> str:
    number = _number(name) or _number(version)
    if number and "darwin" in name.casefold():  # the number of the kernel
        kernel = int(number[0])
        return f"macOS {kernel + 1 if kernel >= 25 else kernel - 9 if kernel >= 20 else f'10.{kernel - 4}'}"
    named = next((number for called, number in _MACOS_NAMES.items() if called in name.casefold()), 0)
    if named:
        return f"macOS {named}"
    if number and number[0] == "10" and number[1]:
        return "macOS 11" if number[1] == "16" else f"macOS 10.{number[1]}"  # 10.16: what programs made before macOS 11 are told
    return _apple("macOS", Family.MACOS, number)


def _apple(label: str, family: Family, number: tuple[str, str] | None) -> str:
    return f"{label} {_APPLE_YEARS[family].get(int(number[0]), number[0])}" if number else ""


def _by_name(name: str, version: str) -> str:
    """The name up to its first number, of which the month of a year is a part: "Ubuntu 24.04", "Rocky Linux 9"."""
    plain = " ".join(_GNU.sub(" ", name).split())
    place = _NUMBER.search(plain)
    label = (plain[: place.start()] if place else plain).strip(" ,-(")
    number = _number(plain) or _number(version)
    if number is None or label.casefold() in ("", "linux", "unix"):
        return ""
    year = len(number[0]) == 2 and len(number[1]) == 2 and 1 <= int(number[1]) <= 12
    return f"{label} {number[0]}.{number[1]}" if year else f"{label} {number[0]}"


def _number(text: str) -> tuple[str, str] | None:
    """(24, 04) of `Ubuntu 24.04.1`; no number of `x86_64`, `64-bit` or a kernel `5.15.0-91-generic`."""
    for found in _NUMBER.finditer(text):
        if not _KERNEL.match(text, found.start()) and not text[found.end() :].casefold().startswith(("-bit", " bit")):
            return found[1], found[2] or ""
    return None


def _says(text: str, release: str) -> bool:
    """Whether the number of the release stands in the text."""
    return re.search(rf"(?<![\d.]){re.escape(release.rpartition(' ')[2])}(?!\d)", text) is not None
