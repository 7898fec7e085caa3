"""Dates and times as Django formats them, for every language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from devices.web.dates import date_words, moment_words

TIMES = [datetime(2026, month, 29 - month, 24 - 2 * month, 5 * month - 1, tzinfo=UTC) for month in range(1, 12)]
TIMES += [datetime(7, 12, 31, 23, 59, tzinfo=UTC), datetime(9999, 2, 1, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)]


# French has formats of Django, with a letter that is left to Django.
@pytest.mark.parametrize("language", [*(code for code, _ in settings.LANGUAGES), "fr"])
def test_every_time_is_as_django_formats_it(language: str) -> None:
    with translation.override(language):
        for at in TIMES:
            assert date_words(at) == date_format(at)
            assert date_words(at.date()) == date_format(at.date())
            assert moment_words(at) == date_format(at, "DATETIME_FORMAT")


def test_a_format_follows_the_language() -> None:
    at = datetime(2026, 12, 7, 4, 5, tzinfo=UTC) + timedelta(seconds=9)
    for language, day, moment in (("en", "7 Dec 2026", "7 Dec 2026, 04:05"), ("de", "07.12.2026", "07.12.2026, 04:05")):
        with translation.override(language):
            assert (date_words(date(2026, 12, 7)), moment_words(at)) == (day, moment)
