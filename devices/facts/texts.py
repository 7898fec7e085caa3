"""Facts as text, in the active language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from devices.web.dates import date_words, moment_words
from vendors.facts import DeviceType, FactKind, FactName

BETWEEN = " · "
BETWEEN_PARTS = "; "
UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")
STEP = 1024
FEW = 10  # below it one decimal is shown


def fact_text(name: FactName, value: Any, *, today: date) -> str:
    """One line."""
    return BETWEEN_PARTS.join(fact_lines(name, value, today=today))


def fact_lines(name: FactName, value: Any, *, today: date) -> list[str]:
    """A line for each part of a list."""
    if name.kind == FactKind.LIST:
        return [part_text(part, today=today) for part in value]
    if name.kind == FactKind.DATE:
        return [due_words(date.fromisoformat(value), today=today)]
    return [_TEXTS.get(name.kind, str)(value)]


def part_text(part: Mapping[str, Any], *, today: date) -> str:
    """`NVMe disk · SSD · 512 GB`, `Detection Engine 29965`, `PatchStep: Pilot`."""
    if "value" in part:
        return f"{part.get('name', '')}: {part['value']}"
    named = " ".join(part[key] for key in ("name", "version") if key in part)
    size = bytes_words(part["bytes"]) if "bytes" in part else ""
    plain = [part.get("type", ""), size, part.get("architecture", "").lower(), part.get("mac", ""), ", ".join(part.get("ips", ()))]
    serial = gettext("serial %(serial)s") % {"serial": part["serial"]} if "serial" in part else ""
    encrypts = gettext("self-encrypting") if part.get("encryption") else ""
    until = gettext("expires %(date)s") % {"date": due_words(date.fromisoformat(part["until"]), today=today)} if "until" in part else ""
    maker = part["maker"] if part.get("maker") and part["maker"].casefold() not in named.casefold() else ""
    return BETWEEN.join(each for each in (maker, named, *plain, encrypts, serial, until) if each)


def bytes_words(number: int) -> str:
    """`512 GB`, in multiples of 1024, as systems and vendors write them."""
    size, unit = float(number), 0
    while size >= STEP and unit < len(UNITS) - 1:
        size, unit = size / STEP, unit + 1
    decimals = 1 if size < FEW and unit and not float(f"{size:.1f}").is_integer() else 0
    return f"{number_format(round(size, decimals), decimal_pos=decimals, force_grouping=True)} {UNITS[unit]}"


def due_words(at: date, *, today: date) -> str:
    """`30 Jun 2027 (in 212 days)`"""
    days = (at - today).days
    if days == 0:
        return gettext("%(date)s (today)") % {"date": date_words(at)}
    text = (
        ngettext("%(date)s (in %(number)s day)", "%(date)s (in %(number)s days)", days)
        if days > 0
        else ngettext("%(date)s (%(number)s day ago)", "%(date)s (%(number)s days ago)", -days)
    )
    return text % {"date": date_words(at), "number": number_format(abs(days), force_grouping=True)}


_TEXTS: dict[FactKind, Callable[[Any], str]] = {
    FactKind.BOOL: lambda value: gettext("Yes") if value else gettext("No"),
    FactKind.BYTES: bytes_words,
    FactKind.NUMBER: lambda value: number_format(value, force_grouping=True),
    FactKind.WORD: lambda value: gettext(DeviceType.labelled(value)),
    FactKind.TIME: lambda value: moment_words(timezone.localtime(datetime.fromisoformat(value))),
}
