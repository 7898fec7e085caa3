"""MAC addresses: which say nothing about a machine, and which are only weak evidence. Pure functions on keys of normalise.mac_key.

An address is junk only if it is the same on many machines. Addresses that software chose, and those of docks and USB adapters, belong to
one machine for some time: they are weak, and count beside an equal host name.
"""

from __future__ import annotations

import ipaddress
import re
from itertools import pairwise

_MULTICAST, _LOCAL = 1, 2  # bits of the first byte
_KEY = re.compile("[0-9a-f]{12}")
_COUNTED = ("0123456789ab", "123456789abc", "ba9876543210", "cba987654321")

# Adapters with one address on every machine that has them, where no rule below covers it.
FIXED = (
    "005056c0",  # VMware's host-only and NAT adapters on the host
    "001c420000",  # Parallels' adapters on the host
    "0a00270000",  # VirtualBox's host-only adapters
    "0242ac",  # Docker's bridges and containers: the address follows from the IP
    "00059a3c",  # Cisco AnyConnect
    "00090ffe",  # Fortinet SSL VPN
    "00090faa",  # Fortinet virtual adapter
    "0250410000",  # Palo Alto GlobalProtect
    "0205857feb80",  # Pulse Secure, Juniper
    "02004c4f4f50",  # Microsoft's loopback adapter
    "acde48001122",  # the internal adapter of Macs with a T2 chip
    "0c5b8f279a64",  # Huawei's LTE sticks
    "582c80139263",  # Huawei's LTE sticks
    "204153594e",  # dial-up adapters of Windows, named in ASCII
    "24b620524153",
    "505054503030",
    "50506f453030",
    "525400123456",  # QEMU without a configured address
)
# Registered by IEEE before the second bit of the first byte meant "chosen locally".
REGISTERED_LOCAL = (
    *("020701", "021c7c", "026086", "02608c", "027001", "0270b0", "0270b3", "029d8e", "02aa3c", "02bb01", "02c08c", "02cf1c", "02e6d3"),
    *("aa0000", "aa0001", "aa0002", "aa0003", "aa0004"),
)
# Addresses of virtual machines that hypervisors give once and keep, as those of registered prefixes.
ASSIGNED_LOCAL = ("525400",)  # QEMU, KVM
# Makers of docks, USB adapters and their chips. The list cannot be complete, and mini-PCs have some of the chips on board.
WANDERING = frozenset(
    (
        "00e04c",  # Realtek
        "000ec6",
        "207bd2",
        "cc4792",
        "f8e43b",  # ASIX
        "00249b",  # Action Star
        "108286",
        "3c18a0",
        "606d3c",
        "607d09",
        "e89526",  # Luxshare
        "8cae4c",  # Plugable
        "a0cec8",  # CE Link
        "803f5d",  # Winstars
        "0050b6",  # Good Way: Targus, Lenovo
        "0c3796",
        "9cebe8",  # BizLink
        "00133b",  # Speed Dragon
        "00051b",  # Magic Control
        "000f9d",
        "6ca936",  # DisplayLink
        "e8ea6a",  # StarTech.com
        "4c56df",  # Targus
        "00228b",  # Kensington
        "644bf0",  # CalDigit
        "00ff",  # virtual adapters of OpenVPN and others, made by their driver
    )
)
_WANDERING_STARTS = tuple(WANDERING)


def junk(mac_key: str) -> bool:
    """Whether the address says nothing about any machine: multicast, a filler, or the same on all machines that have the adapter."""
    if not _KEY.fullmatch(mac_key):
        return True
    raw = bytes.fromhex(mac_key)
    return bool(raw[0] & _MULTICAST) or mac_key.startswith(FIXED) or _is_filler(raw)


def weak(mac_key: str) -> bool:
    """Whether the address may be random, given by software, or move to another machine with a dock."""
    return is_local(mac_key) or mac_key.startswith(_WANDERING_STARTS)


def is_local(mac_key: str) -> bool:
    """Whether software chose the address: the local bit, except in prefixes that are registered or that hypervisors keep."""
    if not _KEY.fullmatch(mac_key) or mac_key.startswith(ASSIGNED_LOCAL):
        return False
    return bool(int(mac_key[:2], 16) & _LOCAL) and mac_key[:6] not in REGISTERED_LOCAL


def is_of_hardware(mac_key: str) -> bool:
    """Whether it can be the address of a mainboard: assigned by a maker, and programmed."""
    return not junk(mac_key) and not is_local(mac_key) and not mac_key.startswith("000000")


def in_ipv6(ip_key: str) -> str:
    """The MAC in the interface part of an IPv6 address (RFC 4291, appendix A); "" where it has none."""
    try:
        raw = ipaddress.IPv6Address(ip_key).packed[8:]
    except ValueError:
        return ""
    if raw[3:5] != b"\xff\xfe":
        return ""
    mac = bytes((raw[0] ^ _LOCAL, *raw[1:3], *raw[5:])).hex()
    return "" if junk(mac) else mac


def _is_filler(raw: bytes) -> bool:
    """One byte or one half repeated, bytes or digits that count, or a number part that was never programmed."""
    steps = {(after - before) % 256 for before, after in pairwise(raw)}
    return len(steps) == 1 or raw[:3] == raw[3:] or raw.endswith(b"\x00\x00") or raw.hex() in _COUNTED
