"""Serials in bar codes and on labels. Pure.

A code has more than the serial: Lenovo's is `1S`, the machine type and the serial, HP and Apple have a leading S (the data identifier of
ANSI MH10.8.2), Dell's second one is the service tag as a decimal number (Express Service Code).
"""

from __future__ import annotations

import re

SHORTEST_SERIAL = 7  # a shorter one stands at the end of too many texts
LENOVO_TYPES = (7, 10)  # characters of a machine type
LENOVO_SERIALS = (7, 8)
TAG = 7  # characters of a Dell service tag
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
EXPRESS_CODE = re.compile(r"\d{3,11}(?:[- ]\d{1,4}){0,4}")
EXPRESS_LENGTHS = range(9, 12)
SIGNS = re.compile(r"[\s\-._/*]+")
MOST_ENDINGS = 64


def express_tag(text: str) -> str:
    """The service tag of an Express Service Code such as `280-049-666-7`; "" for what is none."""
    digits = re.sub("[- ]", "", text) if text.isascii() and EXPRESS_CODE.fullmatch(text) else ""
    number = int(digits) if len(digits) in EXPRESS_LENGTHS else 0
    tag = ""
    while number:
        number, place = divmod(number, 36)
        tag = DIGITS[place] + tag
    return tag.zfill(TAG).upper() if 0 < len(tag) <= TAG else ""


def bare(code: str) -> str:
    """Without blanks and separators."""
    return SIGNS.sub("", code)


def serials_in(code: str) -> list[str]:
    """The serials that makers' rules find in one code, the likeliest first."""
    plain = bare(code)
    found = []
    if plain[:2].upper() == "1S":
        rest = plain[2:]
        lengths = [len(rest) - length for length in LENOVO_TYPES]
        found += [rest[-length:] for length in lengths if length in LENOVO_SERIALS]
        found += [rest[-8:]] if not found else []
        found.append(rest)
    elif plain[:1].upper() == "S":
        found.append(plain[1:])
    if "/" in code:
        found.append(bare(code.rpartition("/")[2]))
    return [each for each in dict.fromkeys(found) if len(each) >= SHORTEST_SERIAL]


def endings(code: str) -> list[str]:
    """What the code may end with, the longest first; the code itself is none."""
    plain = bare(code)
    first = max(1, len(plain) - MOST_ENDINGS)
    found = [plain[place:] for place in range(first, len(plain) - SHORTEST_SERIAL + 1)]
    return [each for each in found if each[0].isalnum() and any(letter.isdigit() for letter in each)]
