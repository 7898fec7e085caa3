"""Time zones as people enter them: Windows' names and IANA's are taken, what can be meant in two ways is asked back."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from tzlocal.windows_tz import win_tz

from vendors.parsing import zones

WINTER = datetime(2026, 11, 29, 17, 42, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 17, 42, tzinfo=UTC)


@pytest.mark.parametrize(("text", "name"), [
    ("Europe/Berlin", "Europe/Berlin"), (" Europe/Berlin ", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"), ("\ufeff“Europe/Berlin”\u200b", "Europe/Berlin"),
    ("America/New York", "America/New_York"), ("W. Europe Standard Time", "Europe/Berlin"), ("w. europe  standard time\n", "Europe/Berlin"),
    ("W. Europe Daylight Time", "Europe/Berlin"), ("GMT Standard Time", "Europe/London"), ("Tokyo Standard Time", "Asia/Tokyo"),
    ("UTC", "UTC"), ("utc", "UTC"), ("GMT", "GMT"), ("Etc/GMT+0", "Etc/GMT+0"), ("UTC-11", "UTC-11:00"), ("UTC+13", "UTC+13:00"),
    ("utc+05:30", "UTC+05:30"), ("UTC-01:00", "UTC-01:00"), ("Japan", "Japan"),
])  # fmt: skip
def test_a_zone_is_stored_under_one_name(text: str, name: str) -> None:
    assert zones.tidy(text) == name
    assert zones.fault(name) == ""
    assert zones.tidy(name) == name
    assert zones.note(name, WINTER)


@pytest.mark.parametrize("name", sorted(win_tz))
def test_every_zone_of_windows_is_known(name: str) -> None:
    stored = zones.tidy(name)
    assert zones.fault(stored) == ""
    assert WINTER.astimezone(zones.zone(stored)).utcoffset() == WINTER.astimezone(zoneinfo.ZoneInfo(win_tz[name])).utcoffset()


@pytest.mark.parametrize("name", zones.names())
def test_every_suggestion_can_be_chosen(name: str) -> None:
    assert zones.tidy(name) == name
    assert zones.fault(name) == ""


@pytest.mark.parametrize(("name", "meant", "read"), [
    ("Etc/GMT+1", "UTC-01:00", "UTC+01:00"), ("Etc/GMT-14", "UTC+14:00", "UTC-14:00"), ("GMT+2", "UTC-02:00", "UTC+02:00"), ("etc/gmt-3", "UTC+03:00", "UTC-03:00"),
])  # fmt: skip
def test_a_name_with_an_inverted_sign_is_asked_back(name: str, meant: str, read: str) -> None:
    sentence = zones.fault(zones.tidy(name))
    assert f"means {meant}, because the sign is inverted: enter {meant} or {read}." in sentence
    assert zones.fault(meant) == ""
    if abs(int(name[-2:].lstrip("+-"))) <= 12:
        assert zones.zone(meant).utcoffset(WINTER) == zoneinfo.ZoneInfo(f"Etc/GMT{name.upper().partition('GMT')[2]}").utcoffset(WINTER)


@pytest.mark.parametrize(("name", "word"), [
    ("posixrules", "not a fixed time zone"), ("localtime", "not a fixed time zone"), ("Factory", "not a fixed time zone"),
    ("LOCALTIME", "not a fixed"), ("right/Europe/Berlin", "not a time zone"), ("posix/Europe/Berlin", "not a time zone"),
    ("CET", "abbreviation"), ("EST", "abbreviation"), ("EST5EDT", "abbreviation"), ("met", "abbreviation"), ("CEST", "not a time zone"),
    ("UTC+2", "UTC+02:00 without daylight saving time"), ("+0530", "UTC+05:30"), ("-3", "UTC-03:00"),
    ("W. Europe Standard Time_dstoff", "has no daylight saving time"), ("(UTC+01:00) Amsterdam, Berlin, Bern", "not a time zone"),
    ("Mitteleuropäische Zeit", "not a time zone"), ("UTC+15:00", "not a time zone"), ("Etc/GMT+99", "not a time zone"), ("", "not a time zone"),
    ("../etc/passwd", "not a time zone"), ("/etc/passwd", "not a time zone"), ("Europe", "not a time zone"), ("a\x00b", "not a time zone"),
    ("zone.tab", "not a time zone"), ("x" * 500, "x" * 60 + "”"),
])  # fmt: skip
def test_what_names_no_zone_is_refused_with_one_sentence(name: str, word: str) -> None:
    sentence = zones.fault(zones.tidy(name))
    assert word in sentence
    assert sentence.count(". ") == 0 or name.startswith("W. ")
    assert zones.note(zones.tidy(name), WINTER) == ""


def test_the_time_there_is_told_with_its_offset() -> None:
    assert zones.note("Europe/Berlin", WINTER) == "Local time in Europe/Berlin: 18:42 (UTC+01:00, with daylight saving time)."
    assert zones.note("Europe/Berlin", SUMMER) == "Local time in Europe/Berlin: 19:42 (UTC+02:00, with daylight saving time)."
    assert zones.note("UTC-01:00", WINTER) == "Local time in UTC-01:00: 16:42 (UTC-01:00 all year)."
    assert zones.note("Asia/Tokyo", WINTER) == "Local time in Asia/Tokyo: 02:42 (UTC+09:00 all year)."


def test_what_an_earlier_version_stored_is_still_read() -> None:
    assert zones.zone("Etc/GMT+1").utcoffset(WINTER) == timedelta(hours=-1)
    assert zones.zone("CET").utcoffset(WINTER) == timedelta(hours=1)
    with pytest.raises(ValueError, match="database"):
        zones.zone("Mars/Base")
