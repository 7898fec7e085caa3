"""Tidying of pasted settings: the value without what was copied along with it. Pure, idempotent, never raises.

What is not understood stays as it is, so that the check of its field can refuse it with a reason.
"""

from __future__ import annotations

import re
import unicodedata

QUOTES = "\"'`´<>«»‹›„“”‚‘’"
# A port is left out where the scheme means it anyway, so that both spellings are the same host.
USUAL_PORTS = {"http": ":80", "https": ":443"}
# Query and fragment go only where nothing in them could be taken for the host: `@` and `\` are read differently by different programs.
ADDRESS = re.compile(r"(https?)://([^\s/?#\\@]+)(/[^?#\\]*)?(?:[?#][^@\\]*)?", re.IGNORECASE)
LONGEST_NUMBER = 9  # digits
USER_INFO = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/?#]*@", re.IGNORECASE)


def trimmed(text: str) -> str:
    """Without blanks, line ends and invisible characters (no-break and zero-width space, byte order mark) at both ends."""
    return _strip(text, "")


def bare(text: str) -> str:
    """`trimmed`, and without quotes and angle brackets at both ends."""
    return _strip(text, QUOTES)


def address(text: str, *, endings: re.Pattern[str]) -> str:
    """A base address: scheme and host in lower case, without query, fragment and trailing slash.

    `endings` finds the part of the path, from its slash to the end, that belongs to a page or an endpoint; that goes too.
    """
    while (shorter := _shortened(text, endings)) != text:  # what goes may stand there twice
        text = shorter
    return text


def _shortened(text: str, endings: re.Pattern[str]) -> str:
    text = bare(text)
    found = ADDRESS.fullmatch(text)
    if found is None:
        return text
    scheme, place, path = found[1].lower(), found[2].lower(), found[3] or ""
    place = place.removesuffix(USUAL_PORTS[scheme])
    return f"{scheme}://{place}{endings.sub('', path).rstrip('/')}"


def whole_number(text: str, *, least: int, most: int) -> int | None:
    """None for other text, and for a number outside of these limits."""
    digits = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if digits and least <= int(text) <= most else None


def without_user(text: str) -> str:
    """An address as it may be shown again: without a user name and a password before its host."""
    return USER_INFO.sub(r"\1", text)


def _strip(text: str, more: str) -> str:
    start, end = 0, len(text)
    while start < end and _strippable(text[start], more):
        start += 1
    while start < end and _strippable(text[end - 1], more):
        end -= 1
    return text[start:end]


def _strippable(character: str, more: str) -> bool:
    return character in more or character.isspace() or unicodedata.category(character) == "Cf"
