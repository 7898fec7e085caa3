"""Host names: short and full name, as Bonjour and NetBIOS write them, and names of many machines. Pure functions on folded text."""

from __future__ import annotations

import re
import unicodedata

NETBIOS = 15  # characters of a host name that Windows reports
LONGEST = 253  # characters of a DNS name
_LABEL = r"[\w-]+"
_FULL = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.[^\W\d_]{{2}}[\w-]*")  # the last label begins like a domain: with letters
_TITLES = ("dr", "prof", "mr", "mrs", "ms", "st")
_BONJOUR = ("local", "localdomain")
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_RELEASE = re.compile(r"(?<!\d)[12]\d[.-]?(?:04|10)(?!\d)")  # of Ubuntu
_VERSION = re.compile(r"[1-9]\d?|20[0-3]\d")  # of a product, or the counter of a duplicate: not padded with zeros

# What a product or a system is called, and copies of one: with a version or a counter it is still no name of one machine.
PRODUCTS = frozenset(
    re.findall(
        r"\w+",
        """macbook macbookpro macbookair imac macmini macstudio mac pro air mini studio max iphone ipad ipod android galaxy pixel surface
        chromebook thinkpad latitude elitebook probook optiplex raspberry raspberrypi raspbian pi ubuntu debian fedora centos rocky almalinux
        alma rhel redhat suse opensuse archlinux manjaro kali mint linux freebsd windows win winpe minint macos osx xp vista virtualbox
        vmware parallels qemu kvm wsl docker template image golden clone""",
    )
)
# What a thing is, whose it is or who made it: with a number it is a name in a scheme, such as pc-17.
THINGS = frozenset(
    re.findall(
        r"\w+",
        """desktop laptop notebook computer pc workstation machine host hostname device client server vm virtual master base default new user
        admin owner my mein the test setup install installer live unknown none localhost localdomain home office tablet phone standard
        rechner ordinateur portable ordenador equipo dator komputer hp dell lenovo asus acer msi samsung toshiba fujitsu apple microsoft""",
    )
)


def full_name(folded: str) -> str:
    """The name with its domain; "" for a name without, and for text that is no host name."""
    name = folded.strip(". ")
    if len(name) > LONGEST or not _FULL.fullmatch(name):
        return ""
    first, _, rest = name.partition(".")
    return "" if first in _TITLES and "." not in rest else name


def short_name(folded: str) -> str:
    """The name up to its first dot; the whole text where that is no host name, such as "dr. meier's ipad" or "win-1.2.3"."""
    name = folded.strip(". ")
    return name.partition(".")[0] if full_name(name) else name


def dns_name(folded: str) -> str:
    """The full name in a domain of DNS; "" where there is none, or only that of Bonjour."""
    full = full_name(folded)
    return "" if full.partition(".")[2] in _BONJOUR else full


def cut(hostname_key: str) -> str:
    """The first characters, as NetBIOS keeps them; "" where that is the whole name."""
    return hostname_key[:NETBIOS].rstrip() if len(hostname_key) > NETBIOS else ""


def bonjour_name(hostname_key: str) -> str:
    """The host name that macOS and iOS make of a display name; "" for what is no display name."""
    if " " not in hostname_key and "'" not in hostname_key:
        return ""
    apart = unicodedata.normalize("NFKD", hostname_key.replace("'", ""))
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", "-", plain).strip("-")


def default_name(hostname_key: str) -> bool:
    """Whether a setup proposes the name, or it only says what the thing is: so that many machines have it."""
    words = _WORDS.findall(_RELEASE.sub("", hostname_key.removesuffix(".local")))
    letters = {word for word in words if not word.isdigit()}
    numbers = [word for word in words if word.isdigit()]
    if not letters <= PRODUCTS | THINGS:
        return False
    return not numbers or (bool(letters & PRODUCTS) and all(map(_VERSION.fullmatch, numbers)))
