"""Dates and times as text, in the formats of the active language (config/formats/). A list shows hundreds, and Django takes such a format
apart for each of them.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from django.utils.dates import MONTHS_3
from django.utils.formats import get_format
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
    pattern, months = _pattern("DATE_FORMAT", get_language())
    return pattern % {"day": at.day, "month": at.month, "name": months[at.month - 1], "year": at.year}


def moment_words(at: datetime) -> str:
    """`7 Dec 2026, 04:05`, in the time zone that the time has."""
    pattern, months = _pattern("DATETIME_FORMAT", get_language())
    numbers = {"day": at.day, "month": at.month, "name": months[at.month - 1], "year": at.year, "hour": at.hour, "minute": at.minute}
    return pattern % numbers


@cache
def _pattern(name: str, _language: str | None) -> tuple[str, tuple[str, ...]]:
    """As a `%` format, and the short names of the months. Raises KeyError for a letter that is not in _LETTERS."""
    written: str = get_format(name)
    pattern = "".join(_LETTERS[letter] if letter.isalpha() else letter.replace("%", "%%") for letter in written)
    return pattern, tuple(MONTHS_3[month].title() for month in range(1, 13))
