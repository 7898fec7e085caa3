"""The text that parts of names are searched in: a line for each value, folded as keys are, behind a mark of its kind. Pure.

The lines of a sighting are stored with it; summary.py joins those of a device, and adds the name of its group, which may change without it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from django.db.models import Q

from vendors.parsing.normalise import serial_key, text_key
from vendors.records import Device
from vendors.states import IdKind

NAME, MODEL, SYSTEM, GROUP = "n", "m", "o", "g"
MARKS = {IdKind.HOSTNAME: "h", IdKind.NICKNAME: "k", IdKind.SERIAL: "s", IdKind.USER: "u", IdKind.VENDOR_ID: "i"}
# A device may be shown by a name that its vendor does not call a host name.
BESIDE = {IdKind.HOSTNAME: NAME}
WORDED = "hknsumog"
SHORTEST = 3  # letters that a trigram index can find
LONGEST = 255


def text_of(device: Device) -> str:
    """The lines of one vendor's record."""
    return "\n".join(dict.fromkeys(f"{mark} {text}" for mark, text in _values(device) if text))


def group_text(name: str) -> str:
    return text_key(name)[:LONGEST]


def words_of(text: str) -> list[str]:
    """What is searched for, folded as what is searched."""
    return text_key(text).split()


def contains(words: Collection[str], kinds: Collection[IdKind] = ()) -> Q:
    """Devices with all of these words; with `kinds` only in values of these kinds. The index answers for words of three letters and more.

    A shorter one is in nearly every text, so that it must begin a word, and ids do not count for it.
    """
    found = Q()
    for word in words:
        long = len(word) >= SHORTEST
        if long:
            found &= Q(haystack__contains=word)
        marks = marks_of(kinds) if kinds else "" if long else WORDED
        if marks:
            before = r"[^\n]*" if long else r"([^\n]*[^[:alnum:]])?"
            found &= Q(haystack__regex=rf"(^|\n)[{marks}] {before}{re.escape(word)}")
    return found


def marks_of(kinds: Collection[IdKind]) -> str:
    return "".join(MARKS.get(kind, "") + BESIDE.get(kind, "") for kind in kinds)


def _values(device: Device) -> Iterator[tuple[str, str]]:
    names = set()
    for each in device.identifiers:
        if each.kind in MARKS:
            value = text_key(each.value)[:LONGEST]
            names.add(value)
            yield MARKS[each.kind], value
        if each.kind is IdKind.SERIAL:
            yield MARKS[each.kind], serial_key(each.value)[:LONGEST]  # as it is typed: without blanks
    if text_key(device.name)[:LONGEST] not in names:
        yield NAME, text_key(device.name)[:LONGEST]
    yield MARKS[IdKind.SERIAL], text_key(device.serial)[:LONGEST]
    yield MARKS[IdKind.USER], text_key(device.user)[:LONGEST]
    yield MARKS[IdKind.VENDOR_ID], text_key(device.external_id)[:LONGEST]
    yield MODEL, text_key(f"{device.manufacturer} {device.model}")[: 2 * LONGEST]
    yield SYSTEM, text_key(device.os_name)[:LONGEST]
    if text_key(device.os_release) not in text_key(device.os_name):
        yield SYSTEM, text_key(device.os_release)
    yield GROUP, group_text(device.group_name)
