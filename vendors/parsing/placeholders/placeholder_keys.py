"""Placeholder keys: those that must not match devices, because they are default, shared or made up.

Pure rules on keys of normalise.py and the text that they were made of.
The rules of each kind: placeholder_texts.py, fillers.py (counted and repeated), mac_addresses.py, no_users.py.
"""

from __future__ import annotations

import ipaddress
import re
from uuid import UUID

from vendors.parsing import hardware_uuid, mac_addresses, user_names
from vendors.parsing.placeholders.fillers import is_counted, is_filler
from vendors.parsing.placeholders.no_users import nobody
from vendors.parsing.placeholders.placeholder_texts import is_no_value, no_serial, placeholder_text

SHORTEST_SERIAL = 3  # letters and digits
LEAST_DIGITS = 3  # in the hash of a UUID
SERIAL_LABEL = re.compile(r"(?:s/n|sn|serial[.\-]?(?:no|nr|num|number)?|seriennr|seriennummer|servicetag)[.:#=\-/]+")
_HASH = re.compile(r"(?:[a-z0-9]{2,10}[:$-])?[0-9a-z+/_=-]{24,}")
_HOST = re.compile(r"[\w.-]*\w[\w.-]*")
_SIGNS = re.compile(r"[\W_]+")
_NOWHERE = re.compile(r"localhost(?:\d|-live)?|unknown|undefined|none|null|default|hostname|computer(?:name)?|android|iphone|ipad|ipod")
# One firmware's constant, which looks like any other time-based UUID.
SHARED_UUIDS = frozenset(("6ab5b300-538d-1014-9fb5-b0684d007b53",))


def junk_serial(key: str, text: str) -> bool:
    """The serial of a virtual machine says as much as the UUID in it."""
    uuids = hardware_uuid.uuids_of_serial(key)
    if uuids:
        return junk_uuid(uuids[0], text)
    if len(_SIGNS.sub("", key)) < SHORTEST_SERIAL or is_counted(key):
        return True
    if label := SERIAL_LABEL.match(key):  # its words are those of a placeholder
        return junk_serial(key[label.end() :], key[label.end() :])
    return placeholder_text(text) or placeholder_text(key) or no_serial(text.casefold())


def junk_uuid(key: str, _text: str) -> bool:
    """Text that is no UUID may be the hash of one."""
    orders = hardware_uuid.both_orders(key)
    if not orders:
        return not _is_hash(key)
    if any(hardware_uuid.is_dell(raw) for raw in orders):
        return not any(map(hardware_uuid.dell_tag, orders))
    return bool(SHARED_UUIDS & {str(UUID(bytes=raw)) for raw in orders}) or any(map(is_filler, orders))


def _is_hash(key: str) -> bool:
    return (
        bool(_HASH.fullmatch(key))
        and sum(sign.isdigit() for sign in key) >= LEAST_DIGITS
        and not is_counted(key)
        and not placeholder_text(key)
    )


def junk_mac(key: str, _text: str) -> bool:
    return mac_addresses.junk(key)


def junk_ip(key: str, _text: str) -> bool:
    if ":" not in key:
        return key == "0.0.0.0" or key.startswith(("127.", "169.254.")) or 224 <= int(key.partition(".")[0]) < 240  # noqa: S104  # nosec B104 # compared, not bound
    address = ipaddress.ip_address(key)
    return address.is_link_local or address.is_loopback or address.is_unspecified or address.is_multicast


def junk_hostname(key: str, _text: str) -> bool:
    """A phrase such as "not available" has signs that no host name has."""
    return bool(_NOWHERE.fullmatch(key)) or (not _HOST.fullmatch(key) and is_no_value(key))


def junk_user(key: str, text: str) -> bool:
    domain, backslash, _ = text.casefold().partition("\\")
    return nobody(user_names.bare(key), domain.strip() if backslash else "")


def never_junk(_key: str, _text: str) -> bool:
    return False
