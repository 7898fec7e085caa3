"""Normalization of vendor text: comparable key, stored text.

Every `*_key` is pure, never raises, is idempotent, and gives "" when the text is not of its kind. Placeholders:
placeholder_keys.py.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable

from vendors.field_repairs import REPLACED
from vendors.parsing import host_names, user_names
from vendors.parsing.placeholders import placeholder_keys
from vendors.records import Identifier
from vendors.states import IdKind

LONGEST_KEY = 255
LONGEST_VALUE = 512

# PostgreSQL stores neither.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
CONTROLS = re.compile("[\x01-\x1f\x7f-\x9f\u2028\u2029]")

# What phones and word processors write for ' and -.
TYPED = str.maketrans("\u2018\u2019\u02bc\u2032\u2010\u2011\u2012\u2013\u2014\u2212", "''''------")
DOTTED = "i\u0307"  # what folding makes of the Turkish capital I with a dot
MAC_SIGNS = str.maketrans("", "", ":.- \t")
HEX12 = re.compile("[0-9a-f]{12}")
HEX32 = re.compile("[0-9a-f]{32}")
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
V4 = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}")
PADDED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")  # some inventories write every number with three digits
ETHERNET = "01"  # the hardware type before the MAC in a DHCP client id


def clean_text(text: str, *, limit: int = LONGEST_VALUE) -> str:
    """One line of text as it can be stored: trimmed, and cut at `limit` characters.

    Controls become blanks; a NUL and a lone surrogate become U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text.strip()[:limit].rstrip()
    return CONTROLS.sub(" ", UNSTORABLE.sub(REPLACED, text)).strip()[:limit].rstrip()


def text_key(text: str) -> str:
    """Case, width, composition, invisible characters, the number of blanks, the kind of apostrophe or dash do not matter; umlauts do.

    The two letters i of Turkish are one.
    """
    if text.isascii():
        printable = text if text.isprintable() else CONTROLS.sub(" ", text)
        return " ".join(printable.lower().split())
    for _ in range(4):  # NFKC and casefold undo each other for a few characters; two rounds settle all known ones
        before = text
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(TYPED)
        text = text.replace(DOTTED, "i").replace("\u0131", "i")
        text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text if unicodedata.category(c) != "Cf")
        if text == before:
            break
    return " ".join(text.split())


def serial_key(text: str) -> str:
    """Without blanks; serials of virtual machines (`VMware-56 4d …-8b 85 …`) also without dashes."""
    key = _without(" ", text_key(text))
    return _without("-", key) if key.startswith(("vmware", "parallels")) else key


def _without(sign: str, key: str) -> str:
    """Compared again where the sign was: a mark behind it may now compose with the letter before it."""
    return text_key(key.replace(sign, "")) if sign in key else key


def mac_key(text: str) -> str:
    """Twelve lower-case hex digits, from any notation of six bytes; also behind `0x` and the hardware type of a DHCP client id."""
    written = text.strip().lower().removeprefix("0x")
    digits = written.translate(MAC_SIGNS)
    if len(digits) not in (12, 14):  # leading zeros may have been left out
        parts = re.split(r"[:.\- ]", written)
        digits = "".join(part.zfill(2) for part in parts) if len(parts) in (6, 7) else ""
    if len(digits) == 14 and digits.startswith(ETHERNET):
        digits = digits.removeprefix(ETHERNET)
    return digits if HEX12.fullmatch(digits) else ""


def fqdn_key(text: str) -> str:
    """The full name when it has a domain, else ""."""
    name = host_names.full_name(text_key(text))
    return "" if ip_key(name) else name


def hostname_key(text: str) -> str:
    """The short name: up to the first dot of a host name, else the whole text. An IP address is not a hostname."""
    name = text_key(text).strip(". ")
    number = (name[:1].isdigit() or ":" in name or "[" in name) and ip_key(name)  # parsing every name as an address is slow
    return "" if number else host_names.short_name(name)


def user_parts(text: str) -> tuple[str, str]:
    """(login, domain) of `DOMAIN\\user`, `user@domain` or `user`, both comparable; the domain may be ""."""
    domain, _, login = text_key(text).rpartition("\\")
    login, _, suffix = login.partition("@")
    return login.strip(), (domain or suffix).strip()


def user_key(text: str) -> str:
    """The bare login. A display name that Entra ID reports instead of one ends in `@azuread` (user_names.py)."""
    login, domain = user_parts(text)
    is_display = domain == user_names.DISPLAY_DOMAIN and login and "." not in login and text_key(text).count("@") <= ("\\" not in text)
    return f"{login}{user_names.DISPLAY_END}" if is_display else login


def ip_key(text: str) -> str:
    """Canonical IPv4 or IPv6 text, without zone, brackets, prefix length and leading zeros; IPv4 mapped into IPv6 becomes IPv4."""
    if V4.fullmatch(text):
        return text
    bare = text.strip().strip("[]").partition("/")[0].partition("%")[0]
    if PADDED.fullmatch(bare):
        bare = ".".join(number.lstrip("0") or "0" for number in bare.split("."))
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def uuid_key(text: str) -> str:
    """Lower case with dashes, without braces or `urn:uuid:`."""
    digits = text.strip().lower().removeprefix("urn:uuid:").strip("{}").replace("-", "")
    if not HEX32.fullmatch(digits):
        return ""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def exact_key(text: str) -> str:
    """Vendor ids are opaque: case and every character count."""
    return text.strip()


def opaque_uuid_key(text: str) -> str:
    """ESET may hash hardware ids: such text is compared as it is."""
    key = text_key(text)
    return uuid_key(text) or uuid_key(key) or key


RULES: dict[IdKind, tuple[Callable[[str], str], Callable[[str, str], bool]]] = {
    IdKind.SERIAL: (serial_key, placeholder_keys.junk_serial),
    IdKind.BIOS_UUID: (opaque_uuid_key, placeholder_keys.junk_uuid),
    IdKind.MAC: (mac_key, placeholder_keys.junk_mac),
    IdKind.HOSTNAME: (hostname_key, placeholder_keys.junk_hostname),
    IdKind.USER: (user_key, placeholder_keys.junk_user),
    IdKind.IP: (ip_key, placeholder_keys.junk_ip),
    IdKind.VENDOR_ID: (exact_key, placeholder_keys.never_junk),
    IdKind.NICKNAME: (text_key, placeholder_keys.never_junk),
    IdKind.TAG: (text_key, placeholder_keys.never_junk),
    IdKind.CUSTOM: (text_key, placeholder_keys.never_junk),
}


def identifier(kind: IdKind, value: str | None) -> Identifier | None:
    """The identifier of a vendor's text; None when it says nothing. Text that is not of its kind, or lost characters, is kept as junk."""
    if not value:
        return None
    plain = value.isascii() and value.isprintable() and len(value) <= LONGEST_KEY
    shown = value.strip() if plain else clean_text(value)
    if not shown:
        return None
    to_key, is_junk = RULES[kind]
    key = to_key(shown) if len(shown) <= LONGEST_KEY else ""
    if not key or len(key) > LONGEST_KEY or (not plain and REPLACED in shown):  # folding can lengthen
        return Identifier(kind, shown, text_key(shown)[:LONGEST_KEY], junk=True)
    return Identifier(kind, shown, key, junk=is_junk(key, shown))
