"""BIOS UUIDs: their two byte orders, and the serials and MACs that makers put into them. Pure functions on keys of normalise.uuid_key.

SMBIOS stores sixteen bytes. Since version 2.6, and always on Windows, the text has the first three groups in reversed byte order; older
tools write the bytes as they are. A key does not say in which order its text was, so each function reads both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from vendors.parsing import mac_addresses

DELL = b"DELL"
_DELL_TAG = (10, 4, 7, 9, 13, 14, 15)  # the bytes of a service tag, in its order
_TAG = re.compile("[0-9A-Z]{7}")
_CAPITALS = re.compile("[0-9A-Z]+")
_HP_PRODUCT = 6  # characters of HP's product number, before the serial
_HP_SERIAL = 10
# Gigabyte: the bytes of the board's MAC in the text, and those between them, which are always the same.
_GIGABYTE_MAC = (3, 1, 5, 7, 8, 10)
_GIGABYTE_FIXED = {0: 3, 2: 2, 4: 4, 6: 5, 9: 6, 11: 7, 12: 0, 13: 8, 14: 0, 15: 9}
_VMWARE = b"VM"  # the first bytes of a UUID made by VMware without vCenter
_VIRTUAL_SERIAL = re.compile("(?:vmware|parallels)([0-9a-f]{32})")
_UUID_SERIAL = re.compile("(?:[a-z]+-)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def turned(uuid_key: str) -> str:
    """The key of the same UUID in the other byte order; "" for text that is no UUID."""
    found = _uuid(uuid_key)
    return str(UUID(bytes=found.bytes_le)) if found else ""


def both_orders(uuid_key: str) -> tuple[bytes, ...]:
    """The sixteen bytes as the text has them, and turned; () for text that is no UUID."""
    found = _uuid(uuid_key)
    return tuple(dict.fromkeys((found.bytes, found.bytes_le))) if found else ()


def serials(uuid_key: str) -> tuple[str, ...]:
    """Serial keys of the machine with this UUID: the one that is in it, else those that a virtual machine would have."""
    return embedded_serials(uuid_key) or tuple(_serials_of_virtual_machine(uuid_key))


def embedded_serials(uuid_key: str) -> tuple[str, ...]:
    """Serial keys that a maker put into the UUID: Dell's service tag, the serial of HP's servers and notebooks."""
    # The order of Windows first: of HP's text both are readable.
    found = (dell_tag(raw) or _hp_serial(raw) for raw in reversed(both_orders(uuid_key)))
    return tuple(dict.fromkeys(serial.lower() for serial in found if serial))


def dell_tag(raw: bytes) -> str:
    """The service tag in the bytes of a Dell UUID; "" where they hold none."""
    if not raw.startswith(DELL):
        return ""
    letters = bytes(raw[place] & 0x7F if place == _DELL_TAG[0] else raw[place] for place in _DELL_TAG)
    tag = letters.decode("latin-1")
    return tag if _TAG.fullmatch(tag) else ""


def is_dell(raw: bytes) -> bool:
    return raw.startswith(DELL)


def macs(uuid_key: str) -> tuple[str, ...]:
    """MAC keys of the mainboard that the UUID holds.

    The last six bytes are one only where neither order can be a UUID of RFC 9562: a time-based one has the address of the machine that made
    it, a random one has none.
    """
    orders = both_orders(uuid_key)
    for raw in filter(_is_gigabyte, orders):
        return _hardware(bytes(raw[place] for place in _GIGABYTE_MAC))
    if not orders or any(_has_version(raw) or raw.startswith((DELL, _VMWARE)) for raw in orders):
        return ()
    if any(_CAPITALS.fullmatch(raw.decode("latin-1")) for raw in orders):  # text of an HP server
        return ()
    return _hardware(orders[0][-6:])


def uuids_of_serial(serial_key: str) -> tuple[str, ...]:
    """UUID keys, in both orders, of a virtual machine whose serial is its UUID: VMware, Parallels, VirtualBox, EC2, Nutanix."""
    found = _VIRTUAL_SERIAL.fullmatch(serial_key) or _UUID_SERIAL.fullmatch(serial_key)
    if not found:
        return ()
    key = str(UUID(found[1]))
    return tuple(dict.fromkeys((key, turned(key))))


def _uuid(uuid_key: str) -> UUID | None:
    try:
        return UUID(uuid_key)
    except ValueError:
        return None


def _serials_of_virtual_machine(uuid_key: str) -> Iterator[str]:
    keys = [str(UUID(bytes=raw)) for raw in both_orders(uuid_key)]
    yield from keys[:1]
    for maker in ("vmware", "parallels"):
        for key in keys:
            yield maker + key.replace("-", "")


def _hp_serial(raw: bytes) -> str:
    """Sixteen characters are product number and serial; ten characters before six other bytes are serial and MAC."""
    text = raw.decode("latin-1")
    if _CAPITALS.fullmatch(text):
        return text[_HP_PRODUCT:]
    return text[:_HP_SERIAL] if _hardware(raw[_HP_SERIAL:]) and _CAPITALS.fullmatch(text[:_HP_SERIAL]) else ""


def _is_gigabyte(raw: bytes) -> bool:
    return all(raw[place] == value for place, value in _GIGABYTE_FIXED.items())


def _hardware(mac: bytes) -> tuple[str, ...]:
    return (mac.hex(),) if mac_addresses.is_of_hardware(mac.hex()) else ()


def _has_version(raw: bytes) -> bool:
    """Whether variant and version are those of RFC 9562."""
    return raw[8] & 0xC0 == 0x80 and 1 <= raw[6] >> 4 <= 8
