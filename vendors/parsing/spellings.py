"""Spellings of a name, for vendors that compare whole texts: each one is sent. Pure.

Rollcall's own search ignores notation (normalise.py); vendors compare the text as it is, except for case.
"""

from __future__ import annotations

import re
import unicodedata

from vendors.parsing.normalise import TYPED, ip_key

NETBIOS = 15  # characters of a host name that Windows reports
_SEPARATORS = re.compile(r"[\s\-._/]+")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}\.?")  # ends like a domain: in letters
_VIRTUAL = re.compile(r"(vmware|parallels)?([0-9a-f]{32})")


def plain(text: str) -> str:
    """As a keyboard types it, with its case: no wide letters, printed dashes or invisible characters."""
    folded = unicodedata.normalize("NFKC", text).translate(TYPED)
    return " ".join("".join(sign for sign in folded if unicodedata.category(sign) != "Cf").split())


def host_names(text: str) -> tuple[str, ...]:
    """The name whole, up to its first dot, and as NetBIOS cuts it; () for what is no host name."""
    name = plain(text).rstrip(".")
    if not _HOST.fullmatch(name) or ip_key(name):
        return ()
    short = name.partition(".")[0]
    return _once(name, short, short[:NETBIOS])


def serials(text: str) -> tuple[str, ...]:
    """The serial as it is typed, without blanks, without separators, and as its maker writes those of virtual machines."""
    serial = plain(text)
    bare = _SEPARATORS.sub("", serial)
    return _once(serial, serial.replace(" ", ""), bare, _of_virtual_machine(bare)) if bare else ()


def canonical(serial: str) -> str:
    """The serial of a virtual machine as its maker writes it; other serials as they are."""
    return _of_virtual_machine(_SEPARATORS.sub("", serial)) or serial


def full_name(text: str) -> bool:
    """Whether it is a host name with a domain, and so no serial."""
    return bool(_DOMAIN.fullmatch(plain(text)))


def _of_virtual_machine(bare: str) -> str:
    found = _VIRTUAL.fullmatch(bare.casefold())
    if not found:
        return ""
    pairs = re.findall("..", found[2])
    if found[1] == "parallels":
        return f"Parallels-{' '.join(pairs).upper()}"
    return f"VMware-{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"


def _once(*texts: str) -> tuple[str, ...]:
    """Each in its first spelling; case makes no difference."""
    found: dict[str, str] = {}
    for text in filter(None, texts):
        found.setdefault(text.casefold(), text)
    return tuple(found.values())
