"""Dates and times as text, in the formats of the active language (config/formats/). A list shows hundreds, and Django takes such a format
apart for each of them.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from django.utils.dates import MONTHS_3
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language

# Letters of Django's formats, as a `%` format has them.
_LETTERS = {
    "d": "%(day)02d",
    "j": "%(day)d",
    "m": "%(month)02d",
    "M": "%(name)s",
    "Y": "%(year)04d",
    "H": "%(hour)02d",
    "i": "%(minute)02d",
}


def date_words(at: date) -> str:
    """`7 Dec 2026`"""
    return _words("DATE_FORMAT", at, 0, 0)


def moment_words(at: datetime) -> str:
    """`7 Dec 2026, 04:05`, in the time zone that the time has."""
    return _words("DATETIME_FORMAT", at, at.hour, at.minute)


def _words(name: str, at: date, hour: int, minute: int) -> str:
    pattern, months = _pattern(name, get_language())
    if pattern is None:
        return date_format(at, name)
    numbers = {"day": at.day, "month": at.month, "year": at.year, "hour": hour, "minute": minute}
    return pattern % {**numbers, "name": months[at.month - 1]}


@cache
def _pattern(name: str, _language: str | None) -> tuple[str | None, tuple[str, ...]]:
    """As a `%` format, and the short names of the months. None for a format with other letters, which is left to Django."""
    written: str = get_format(name)
    if any((letter.isalpha() or letter == "\\") and letter not in _LETTERS for letter in written):
        return None, ()
    return "".join(_LETTERS.get(letter, letter.replace("%", "%%")) for letter in written), tuple(MONTHS_3[n].title() for n in range(1, 13))
