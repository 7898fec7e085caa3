"""Vendor text → time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"\s?(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2})?)?"
)
DOTNET = re.compile(r"\\?/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)\\?/")

# Clocks that were never set say year 1, 1601, 1900, 1970 or 1980. No device of these vendors reported before 1990.
FIRST_YEAR = 1990


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
