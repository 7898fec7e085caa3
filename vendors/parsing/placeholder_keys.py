"""Placeholder keys: those that must not match devices, because they are default, shared or random. Pure tables on keys of normalise.py."""

from __future__ import annotations

import ipaddress
import re

# Compared with letters and digits only.
PLACEHOLDERS = frozenset(
    (
        "tobefilledbyoem",
        "tobefilledbyoemoem",
        "tobefilled",
        "filledbyoem",
        "defaultstring",
        "systemserialnumber",
        "chassisserialnumber",
        "baseboardserialnumber",
        "serialnumber",
        "systemmanufacturer",
        "systemproductname",
        "notspecified",
        "notavailable",
        "notapplicable",
        "na",
        "none",
        "null",
        "nil",
        "unknown",
        "invalid",
        "empty",
        "oem",
        "undefined",
        "notset",
        "noserial",
        "noserialnumber",
        "blank",
        "default",
        "test",
        "demo",
        "eval",
        "sernum0",
        "mb1234567890",
        "ssn12345678901234567",
        "serial",
        "private",
        "deleted",
        "error",
        "noasset",
        "noassettag",
        "noassetinformation",
        "noenclosure",
        "xxxxxxxxxxxx",
    )
)
SIGNS = re.compile("[^0-9a-z]")
COUNTING = "01234567890123456789012345678901234567890"
NOBODY = frozenset(
    (
        "system",
        "localsystem",
        "localservice",
        "networkservice",
        "administrator",
        "admin",
        "administrador",
        "administrateur",
        "root",
        "guest",
        "gast",
        "user",
        "defaultuser0",
        "defaultuser100000",
        "wdagutilityaccount",
        "none",
        "null",
        "unknown",
        "nobody",
    )
)
NOWHERE = frozenset(
    (
        "localhost",
        "localhost4",
        "localhost6",
        "unknown",
        "none",
        "null",
        "android",
        "iphone",
        "ipad",
        "default",
        "computer",
    )
)

# Firmware makers ship these on thousands of machines.
SHARED_UUIDS = frozenset(
    (
        "03000200-0400-0500-0006-000700080009",
        "00020003-0004-0005-0006-000700080009",
        "12345678-1234-5678-90ab-cddeefaabbcc",
        "4c4c4544-0000-2010-8020-80c04f202020",
        "44454c4c-0000-1020-8020-80c04f202020",
        "fefefefe-fefe-fefe-fefe-fefefefefefe",
        "00112233-4455-6677-8899-aabbccddeeff",
        "01234567-89ab-cdef-0123-456789abcdef",
        "ffffff00-ffff-ffff-ffff-ffffffffffff",
    )
)

# Adapters that say nothing about the machine: the same on every machine that has the software, or wandering with a dock.
WANDERING_MACS = (
    "005056c0",  # VMware host-only and NAT adapters on the host
    "00059a3c",  # Cisco AnyConnect
    "00090ffe",  # Fortinet SSL VPN
    "00090faa",  # Fortinet virtual adapter
    "00ff",  # TAP-Windows (OpenVPN and others)
    "204153594eff",  # Windows WAN miniport
    "505054503030",  # Windows PPTP miniport
    "00e04c",  # Realtek USB adapters and docks
    "000ec6",  # ASIX USB adapters and docks
    "00249b",  # Action Star docks
    "3c18a0",  # Luxshare docks
    "8cae4c",  # Plugable docks
    "a0cec8",  # CE Link hubs
    "803f5d",  # Winstars hubs
)
# The locally administered bit marks random addresses, except where it is the only address a virtual machine has.
TRUE_LOCAL_MACS = ("525400",)  # QEMU, KVM


def junk_serial(key: str) -> bool:
    core = key if key.isalnum() and key.isascii() else SIGNS.sub("", key)
    return len(core) < 3 or len(set(core)) == 1 or core in PLACEHOLDERS or (len(core) >= 5 and core in COUNTING)


def junk_uuid(key: str) -> bool:
    return key in SHARED_UUIDS or junk_serial(key)


def junk_mac(key: str) -> bool:
    if len(set(key)) == 1 or key.startswith(WANDERING_MACS):
        return True
    first = int(key[:2], 16)
    multicast, local = first & 1, first & 2
    return bool(multicast or (local and not key.startswith(TRUE_LOCAL_MACS)))


def junk_ip(key: str) -> bool:
    if ":" not in key:
        return key == "0.0.0.0" or key.startswith(("127.", "169.254.")) or 224 <= int(key.partition(".")[0]) < 240  # noqa: S104
    address = ipaddress.ip_address(key)
    return address.is_link_local or address.is_loopback or address.is_unspecified or address.is_multicast


def junk_hostname(key: str) -> bool:
    return key in NOWHERE


def junk_user(key: str) -> bool:
    return key.replace(" ", "") in NOBODY


def never_junk(key: str) -> bool:
    return False
