"""Time zone of a server: one unambiguous name for what users enter, and the local time there.

Names are those of the IANA database. Windows' names are translated by the table of Unicode CLDR (windowsZones), which tzlocal ships.
A clock that never changes is written `UTC+01:00`: `Etc/GMT-1` means the same, and is often read the other way round.
"""

from __future__ import annotations

import functools
import re
import zoneinfo
from datetime import datetime, timedelta, timezone, tzinfo

from tzlocal.windows_tz import win_tz

from vendors.parsing.setting_values import bare
from vendors.texts import Message, gettext_noop

OFFSET = re.compile(r"UTC([+-])(0[0-9]|1[0-4]):(00|15|30|45)")
LIKE_AN_OFFSET = re.compile(r"(?:UTC)?([+-])(0?[0-9]|1[0-4])(?::?(00|15|30|45))?", re.IGNORECASE)
INVERTED = re.compile(r"(?:Etc/)?GMT([+-])(0?[1-9]|1[0-4])", re.IGNORECASE)
DST_OFF = "_dstoff"  # how Windows marks a zone whose clocks an administrator has stopped from changing
# They differ from machine to machine, or are no zone.
NO_ZONES = frozenset({"localtime", "posixrules", "factory"})
# Some of these change their clocks and some do not, against expectation.
ABBREVIATIONS = frozenset({"cet", "cst6cdt", "eet", "est", "est5edt", "hst", "met", "mst", "mst7mdt", "pst8pdt", "wet"})
MOST_SHOWN = 60


def tidy(text: str) -> str:
    """The name under which the zone is stored; text that is none comes back without what surrounds it."""
    text = " ".join(bare(text).split())
    place = _places().get(text.replace(" ", "_").casefold())
    if place:
        return place
    # Windows names a zone after its winter time; in summer it shows another name.
    windows = _windows().get(text.casefold().replace("daylight time", "standard time"))
    if windows:
        fixed = INVERTED.fullmatch(windows)
        return str(timezone(-_offset(fixed))) if fixed else windows
    return text.upper() if OFFSET.fullmatch(text.upper()) else text


def fault(name: str) -> str:
    """One sentence for what is no zone or can be meant in two ways; "" for a zone. `name` as `tidy` gives it."""
    shown, low = name[:MOST_SHOWN], name.casefold()
    if low in _places() or OFFSET.fullmatch(name):
        return ""
    if low in NO_ZONES:
        return Message(
            gettext_noop("“%(name)s” is not a fixed time zone: enter a name such as Europe/Berlin."),
            name=shown,
        )
    if low in ABBREVIATIONS:
        return Message(
            gettext_noop("“%(name)s” is an ambiguous abbreviation: enter a name such as Europe/Berlin, or the output of “tzutil /g”."),
            name=shown,
        )
    return _fault_of_offset(name) or Message(
        gettext_noop("“%(name)s” is not a time zone: enter a name such as Europe/Berlin, or the output of “tzutil /g”."), name=shown
    )


def _fault_of_offset(name: str) -> str:
    if inverted := INVERTED.fullmatch(name):
        meant, read = timezone(-_offset(inverted)), timezone(_offset(inverted))
        return Message(
            gettext_noop("“%(name)s” means %(meant)s, because the sign is inverted: enter %(meant)s or %(read)s."),
            name=name,
            meant=str(meant),
            read=str(read),
        )
    if offset := LIKE_AN_OFFSET.fullmatch(name):
        fixed = timezone(_offset(offset))
        return Message(
            gettext_noop("“%(name)s” is an offset: enter a name such as Europe/Berlin, or %(fixed)s without daylight saving time."),
            name=name,
            fixed=str(fixed),
        )
    if name.casefold().endswith(DST_OFF) and name.casefold().removesuffix(DST_OFF) in _windows():
        return Message(gettext_noop("“%(name)s” has no daylight saving time: enter its offset, such as UTC+01:00."), name=name)
    return ""


def zone(name: str) -> tzinfo:
    """Of a stored name, which is not judged again. Raises ValueError for one that is not in the database."""
    if offset := OFFSET.fullmatch(name):
        return timezone(_offset(offset))
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, OSError):
        raise ValueError("it is not in the time zone database") from None


def note(name: str, now: datetime) -> str:
    """The local time: "Local time in Europe/Berlin: 18:42 (UTC+01:00, with daylight saving time)."; "" for no zone."""
    if fault(name):
        return ""
    there = zone(name)
    local = now.astimezone(there)
    offsets = {datetime(local.year, month, 15, tzinfo=there).utcoffset() for month in range(1, 13)}
    time, offset = f"{local:%H:%M}", str(timezone(local.utcoffset() or timedelta()))
    if len(offsets) == 1:
        return Message(gettext_noop("Local time in %(zone)s: %(time)s (%(offset)s all year)."), zone=name, time=time, offset=offset)
    return Message(
        gettext_noop("Local time in %(zone)s: %(time)s (%(offset)s, with daylight saving time)."), zone=name, time=time, offset=offset
    )


def names() -> list[str]:
    """Zones of places, and UTC: what a form suggests."""
    return ["UTC", *sorted(name for name in _places().values() if "/" in name and not name.startswith("Etc/"))]


@functools.cache
def _places() -> dict[str, str]:
    """Lower case → name, of every zone that is unambiguous on all machines."""
    known = {name.casefold(): name for name in zoneinfo.available_timezones()}
    refused = NO_ZONES | ABBREVIATIONS
    return {low: name for low, name in known.items() if low not in refused and not INVERTED.fullmatch(name)}


@functools.cache
def _windows() -> dict[str, str]:
    """Lower case → IANA name."""
    return {name.casefold(): place for name, place in win_tz.items()}


def _offset(found: re.Match[str]) -> timedelta:
    """Of the sign, hours and minutes that were matched, as they are written."""
    sign, hours, *minutes = found.groups()
    size = timedelta(hours=int(hours), minutes=int((minutes and minutes[0]) or 0))
    return -size if sign == "-" else size
