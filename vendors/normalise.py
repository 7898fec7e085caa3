"""Vendor text → comparable key, stored text, time.

Every `*_key` is pure, never raises, is idempotent, and gives "" when the text is not of its kind. Junk is decided in junk.py.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from vendors import junk
from vendors.errors import BadRecord
from vendors.records import Identifier
from vendors.states import IdKind

LONGEST_KEY = 255
LONGEST_VALUE = 512

# PostgreSQL stores neither; a record that holds one of them is quarantined, not mended, because we cannot know what was meant.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
CONTROLS = re.compile("[\x01-\x1f\x7f-\x9f\u2028\u2029]")

MAC_SIGNS = str.maketrans("", "", ":.- \t")
HEX12 = re.compile("[0-9a-f]{12}")
HEX32 = re.compile("[0-9a-f]{32}")
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
V4 = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}")

ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"\s?(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2})?)?"
)
DOTNET = re.compile(r"\\?/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)\\?/")

# Clocks that were never set say year 1, 1601, 1900, 1970 or 1980. No device of these vendors reported before 1990.
FIRST_YEAR = 1990


def clean_text(text: str, *, field: str, limit: int = LONGEST_VALUE) -> str:
    """One line of text as it can be stored: controls become blanks, ends are trimmed, the rest is cut at `limit` characters.

    Raises BadRecord naming `field` for a NUL or a lone surrogate.
    """
    if text.isascii() and text.isprintable():
        return text.strip()[:limit].rstrip()
    if UNSTORABLE.search(text):
        raise BadRecord(f"{field} contains a character that cannot be stored.")
    return CONTROLS.sub(" ", text).strip()[:limit].rstrip()


def text_key(text: str) -> str:
    """Case, width, composition, invisible characters and the number of blanks do not matter; umlauts do."""
    if text.isascii():
        printable = text if text.isprintable() else CONTROLS.sub(" ", text)
        return " ".join(printable.lower().split())
    for _ in range(4):  # NFKC and casefold undo each other for a few characters; two rounds settle all known ones
        before = text
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text if unicodedata.category(c) != "Cf")
        if text == before:
            break
    return " ".join(text.split())


def serial_key(text: str) -> str:
    """Without blanks; serials of virtual machines (`VMware-56 4d …-8b 85 …`) also without dashes."""
    key = text_key(text)
    if " " in key:
        key = text_key(key.replace(" ", ""))  # again: a mark may now compose with the letter before the blank
    return key.replace("-", "") if key.startswith(("vmware", "parallels")) else key


def mac_key(text: str) -> str:
    """Twelve lower-case hex digits, from any notation of six bytes."""
    digits = text.translate(MAC_SIGNS).lower()
    if len(digits) != 12:  # leading zeros may have been left out
        parts = re.split(r"[:.\- ]", text.strip().lower())
        digits = "".join(part.zfill(2) for part in parts) if len(parts) == 6 else ""
    return digits if HEX12.fullmatch(digits) else ""


def fqdn_key(text: str) -> str:
    """The full name when it has a domain, else ""."""
    name = text_key(text).strip(". ")
    return name if "." in name and not ip_key(name) else ""


def hostname_key(text: str) -> str:
    """The short name: up to the first dot. An IP address is not a hostname."""
    name = text_key(text).strip(". ")
    number = (name[:1].isdigit() or ":" in name or "[" in name) and ip_key(name)  # parsing every name as an address is slow
    return "" if number else name.partition(".")[0].strip()


def user_parts(text: str) -> tuple[str, str]:
    """(login, domain) of `DOMAIN\\user`, `user@domain` or `user`, both comparable; the domain may be ""."""
    domain, _, login = text_key(text).rpartition("\\")
    login, _, suffix = login.partition("@")
    return login.strip(), (domain or suffix).strip()


def user_key(text: str) -> str:
    """The bare login."""
    return user_parts(text)[0]


def ip_key(text: str) -> str:
    """Canonical IPv4 or IPv6 text, without zone, brackets and prefix length; IPv4 mapped into IPv6 becomes IPv4."""
    if V4.fullmatch(text):
        return text
    bare = text.strip().strip("[]").partition("/")[0].partition("%")[0]
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
    return uuid_key(text) or text_key(text)


RULES: dict[IdKind, tuple[Callable[[str], str], Callable[[str], bool]]] = {
    IdKind.SERIAL: (serial_key, junk.junk_serial),
    IdKind.BIOS_UUID: (opaque_uuid_key, junk.junk_uuid),
    IdKind.MAC: (mac_key, junk.junk_mac),
    IdKind.HOSTNAME: (hostname_key, junk.junk_hostname),
    IdKind.USER: (user_key, junk.junk_user),
    IdKind.IP: (ip_key, junk.junk_ip),
    IdKind.VENDOR_ID: (exact_key, junk.never_junk),
    IdKind.NICKNAME: (text_key, junk.never_junk),
    IdKind.TAG: (text_key, junk.never_junk),
    IdKind.CUSTOM: (text_key, junk.never_junk),
}


def identifier(kind: IdKind, value: str | None) -> Identifier | None:
    """The identifier of a vendor's text; None when it says nothing. Text that is not of its kind is kept as junk.

    Raises BadRecord only (see clean_text).
    """
    if not value:
        return None
    plain = value.isascii() and value.isprintable() and len(value) <= LONGEST_KEY
    shown = value.strip() if plain else clean_text(value, field=kind.label)
    if not shown:
        return None
    to_key, is_junk = RULES[kind]
    key = to_key(shown) if len(shown) <= LONGEST_KEY else ""
    if not key or len(key) > LONGEST_KEY:  # folding can lengthen
        return Identifier(kind, shown, text_key(shown)[:LONGEST_KEY], junk=True)
    return Identifier(kind, shown, key, junk=is_junk(key))


def parse_time(text: str | None, *, zone: tzinfo | None = None) -> datetime | None:
    """ISO-8601 with 0 to 9 fractional digits or `/Date(ms)/`, as aware UTC.

    A time without offset is read in `zone`; without `zone` it is None, because guessing would make frozen data look live. In the hour that
    a change of clocks repeats, the first one is meant; in the hour that it leaves out, the clock is read as if it had not been changed.
    """
    if not isinstance(text, str) or len(text) > 100:
        return None
    at = _dotnet(text.strip()) or _iso(text.strip(), zone)
    return at if at is not None and at.year >= FIRST_YEAR else None


def plausible(at: datetime | None, *, now: datetime) -> datetime | None:
    """None for a time more than a day ahead of `now`: the device's clock is wrong, and the time says nothing."""
    return at if at is not None and at <= now + timedelta(hours=24) else None


def _dotnet(text: str) -> datetime | None:
    found = DOTNET.fullmatch(text)
    if not found:
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(found[1]))
    except OverflowError:
        return None


def _iso(text: str, zone: tzinfo | None) -> datetime | None:
    found = ISO.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zulu, sign, hours, minutes = found.groups()
    try:
        if zulu:
            zone = UTC
        elif sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
            zone = timezone(-offset if sign == "-" else offset)
        micro = int((fraction or "0").ljust(6, "0")[:6])
        at = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro, tzinfo=zone)
        return at.astimezone(UTC) if zone else None
    except (ValueError, OverflowError):
        return None
