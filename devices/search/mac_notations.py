"""MAC addresses inside other notations: DHCP client ids, DUIDs, EUI-64, IPv6 addresses, hexadecimal numbers. Pure.

RFC 2132 9.14 (client id), RFC 8415 11 (DUID), RFC 4361 6.1 (client id with a DUID), RFC 4291 appendix A (modified EUI-64).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from devices.search.interpretations import How, Interpretation
from vendors.states import IdKind

ETHERNET = "01"
CLIENT_ID = 14  # hex digits: the hardware type and a MAC
DUID_TIME, DUID_ADDRESS = re.compile("00010001[0-9a-f]{8}([0-9a-f]{12})"), re.compile("00030001([0-9a-f]{12})")
IDENTITY = re.compile("ff[0-9a-f]{8}(?=000[13]0001)")  # before the DUID of a client id
EUI64 = re.compile("([0-9a-f]{6})fffe([0-9a-f]{6})")
PREFIX = re.compile(r"(?<![0-9a-z])(?:0x|\\x)")
SIGNS = re.compile(r"[\s:.\-]+")
HEX = re.compile("[0-9a-f]+")
# In a sentence: six groups of two digits, or three of four.
INSIDE = re.compile(
    r"(?<![0-9a-f:.\-])(?:[0-9a-f]{2}(?P<sign>[:\- ])(?:[0-9a-f]{2}(?P=sign)){4}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})"
    r"(?![0-9a-f:\-])"
)


def mac_notations(text: str) -> list[Interpretation]:
    """MACs that the text is or contains; none for a MAC in one of the usual notations."""
    found = list(_of_address(text))
    bare, hexadecimal = text.strip().lower(), False
    if PREFIX.search(bare):
        bare, hexadecimal = PREFIX.sub("", bare.replace(",", " ")), True
    digits = _digits(bare)
    if hexadecimal and len(digits) == 12:
        found.append(_mac(digits, How.HEX))
    found += [_mac(key, How.CLIENT_ID) for key in _of_client_id(digits)]
    eui = EUI64.fullmatch(digits)
    if eui:
        key = eui[1] + eui[2]
        universal = not int(key[:2], 16) & 2
        found += [_mac(key, How.EUI64, exact=universal), _mac(_flipped(key), How.EUI64, exact=not universal)]
    return found


def macs_inside(text: str) -> list[str]:
    """MACs that stand in a sentence or in the output of a tool."""
    return [SIGNS.sub("", found[0]) for found in INSIDE.finditer(text.lower())]


def shown(key: str) -> str:
    """`00:1b:21:aa:bb:01`"""
    return ":".join(re.findall("..", key))


def _digits(text: str) -> str:
    """Hex digits without signs, leading zeros of each pair filled in: `1:0:1b:21:aa:bb:1`."""
    groups = SIGNS.split(text)
    if len(groups) > 2 and all(1 <= len(group) <= 2 for group in groups):
        groups = [group.zfill(2) for group in groups]
    digits = "".join(groups)
    return digits if HEX.fullmatch(digits) else ""


def _of_client_id(digits: str) -> Iterator[str]:
    if len(digits) == CLIENT_ID and digits.startswith(ETHERNET):
        yield digits[len(ETHERNET) :]
    bare = IDENTITY.sub("", digits, count=1)
    duid = DUID_TIME.fullmatch(bare) or DUID_ADDRESS.fullmatch(bare)
    if duid:
        yield duid[1]


def _of_address(text: str) -> Iterator[Interpretation]:
    bare = text.strip().strip("[]").partition("/")[0].partition("%")[0]
    try:
        interface = ipaddress.IPv6Address(bare).packed[8:].hex()
    except ValueError:
        return
    found = EUI64.fullmatch(interface)
    if found:
        yield _mac(_flipped(found[1] + found[2]), How.EUI64)


def _flipped(key: str) -> str:
    """The bit of locally administered addresses is inverted in IPv6."""
    return f"{int(key[:2], 16) ^ 2:02x}{key[2:]}"


def _mac(key: str, how: How, *, exact: bool = True) -> Interpretation:
    return Interpretation(IdKind.MAC, key, exact=exact, how=how, text=shown(key))
