"""User keys: whether two of them can be one person. Pure functions on keys of normalise.user_key.

A login (`jroe`), a name with separators (`jane.roe`) and a display name (`janesampleroe@azuread`) are three notations of a person. Keys of
one notation are equal or different people; of two notations they agree when their letters do, else they cannot be compared.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Windows joined to Entra ID reports `AzureAD\\JaneSampleRoe`: the display name without blanks.
DISPLAY_DOMAIN = "azuread"
DISPLAY_END = f"@{DISPLAY_DOMAIN}"
_SEPARATORS = re.compile(r"[\s._,\-]+")
# An umlaut in a login is written with e or left out.
_WITH_E = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "ß": "ss"})
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "ł": "l", "đ": "d", "ı": "i"})
MOST_NAMES = 7  # of one person; every order of them is tried
_SHORTEST_LOGIN = 4  # characters of an initial and a last name
_TITLES = frozenset(("dr", "prof", "ing", "dipl", "mr", "mrs", "ms", "herr", "frau"))


def agree(a: str, b: str) -> bool:
    """Whether both are one person: the same key, or the same names in any order."""
    if not (a and b) or a == b:
        return bool(a and b)
    (mine, mine_plain), (theirs, theirs_plain) = _spellings(a), _spellings(b)
    return _same_names(mine, theirs) or ((mine, theirs) != (mine_plain, theirs_plain) and _same_names(mine_plain, theirs_plain))


def differ(a: str, b: str) -> bool:
    """Whether they are two people: keys of one notation that do not agree."""
    if not (a and b) or agree(a, b) or _is_display(a) or _is_display(b):
        return False
    one_notation = _has_separator(a) == _has_separator(b) and _is_number(a) == _is_number(b)
    return one_notation and not _may_be_short_for(a, b) and not _may_be_short_for(b, a)


def bare(user_key: str) -> str:
    """The name without the sign of a display name."""
    return user_key.removesuffix(DISPLAY_END)


def _is_display(user_key: str) -> bool:
    return user_key.endswith(DISPLAY_END)


def _has_separator(user_key: str) -> bool:
    return len(_SEPARATORS.split(user_key.strip("._- "))) > 1


def _may_be_short_for(short: str, long: str) -> bool:
    """A name without its middle name, or an initial and the last name."""
    fewer, more = set(_spellings(short)[1]), set(_spellings(long)[1])
    if len(fewer) > 1:
        return fewer < more
    return len(short) >= _SHORTEST_LOGIN and len(short) < len(long) and short[0] == long[0] and long.endswith(short[1:])


def _is_number(user_key: str) -> bool:
    """A personnel number, perhaps behind one or two letters."""
    return user_key.lstrip("0123456789") == "" or bool(re.fullmatch(r"[^\W\d]{1,2}\d{3,}", user_key))


@lru_cache(maxsize=65_536)
def _spellings(user_key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Its names with umlauts written with e, and without."""
    name = bare(user_key)
    if name.isascii():
        return (_names(name),) * 2
    composed = unicodedata.normalize("NFC", name)
    with_e, plain = (unicodedata.normalize("NFKD", composed.translate(umlauts)) for umlauts in (_WITH_E, _PLAIN))
    return _names(_without_marks(with_e)), _names(_without_marks(plain))


def _without_marks(text: str) -> str:
    return "".join(sign for sign in text if not unicodedata.combining(sign))


def _names(text: str) -> tuple[str, ...]:
    found = tuple(filter(None, _SEPARATORS.split(text)))
    return tuple(part for part in found if part not in _TITLES) or found


def _same_names(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    if sorted(mine) == sorted(theirs):
        return bool(mine)
    if 1 not in (len(mine), len(theirs)):
        return False
    parts, joined = (mine, theirs[0]) if len(theirs) == 1 else (theirs, mine[0])
    return len(parts) <= MOST_NAMES and len(joined) == sum(map(len, parts)) and _is_made_of(joined, parts)


def _is_made_of(joined: str, parts: tuple[str, ...]) -> bool:
    """Whether the parts, each once and in any order, make up the text."""
    if not parts:
        return not joined
    return any(joined.startswith(part) and _is_made_of(joined[len(part) :], parts[:at] + parts[at + 1 :]) for at, part in enumerate(parts))
