"""Placeholder keys: those that must not match devices, because they are default, shared or random. Pure tables on keys of normalise.py."""

from __future__ import annotations

import ipaddress
import re

from vendors.parsing import mac_addresses, user_names

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


def junk_serial(key: str) -> bool:
    core = key if key.isalnum() and key.isascii() else SIGNS.sub("", key)
    return len(core) < 3 or len(set(core)) == 1 or core in PLACEHOLDERS or (len(core) >= 5 and core in COUNTING)


def junk_uuid(key: str) -> bool:
    return key in SHARED_UUIDS or junk_serial(key)


def junk_mac(key: str) -> bool:
    return mac_addresses.junk(key)


def junk_ip(key: str) -> bool:
    if ":" not in key:
        return key == "0.0.0.0" or key.startswith(("127.", "169.254.")) or 224 <= int(key.partition(".")[0]) < 240  # noqa: S104
    address = ipaddress.ip_address(key)
    return address.is_link_local or address.is_loopback or address.is_unspecified or address.is_multicast


def junk_hostname(key: str) -> bool:
    return key in NOWHERE


def junk_user(key: str) -> bool:
    return user_names.bare(key).replace(" ", "") in NOBODY


def never_junk(key: str) -> bool:
    return False
