"""Vendor text → time, and the one rule about which times can be true."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"\s?(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2})?)?"
)
DOTNET = re.compile(r"\\?/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)\\?/")

# Clocks that were never set show year 1, 1601, 1900, 1970 or 1980. No device of these vendors reported before 2000.
FIRST_YEAR = 2000
SKEW = timedelta(minutes=5)  # that clocks of servers and devices may differ by


def parse_time(text: str | None, *, zone: tzinfo | None = None) -> datetime | None:
    """ISO-8601 with 0 to 9 fractional digits or `/Date(ms)/`, as aware UTC.

    A time without offset is read in `zone`; without `zone` it is None, because guessing would make frozen data look live. In the hour that
    a change of clocks repeats, the first one is meant; in the hour that it leaves out, the clock is read as if it had not been changed.
    """
    if not isinstance(text, str) or len(text) > 100:
        return None
    at = _dotnet(text.strip()) or _iso(text.strip(), zone)
    return at if at is not None and at.year >= FIRST_YEAR else None


def implausible(at: datetime, *, now: datetime) -> bool:
    """Whether a clock was wrong: the time is in the future, or before the first device reported."""
    return at > now + SKEW or at.year < FIRST_YEAR


def plausible(at: datetime | None, *, now: datetime) -> datetime | None:
    """None for an implausible time: it is no evidence of a contact."""
    return None if at is None or implausible(at, now=now) else at


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
