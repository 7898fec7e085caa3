"""Field repairs of a record that is kept: the faults, and the collector that every mapper fills.

A record with a usable id is always kept. A character that cannot be stored becomes U+FFFD, a value that cannot be read is left out, and
both are reported with the path of the field. vendors/parsing/pages/json_repair.py marks in the text what no parser reads; `examined` turns
marks into
faults.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from vendors.texts import gettext_noop
from vendors.vocabulary import LabelledEnum

REPLACED = "\ufffd"
MOST_DEPTH = 100  # the deepest documented record has 6 levels
MOST = 100  # repairs of one record
LONGEST_FIELD = 200  # characters of a path
_ESCAPED = re.compile(rb"\\u[fF]{3}[dD]")


class FieldFault(LabelledEnum):
    """What was wrong with a field, and what was done."""

    CHARACTERS = "invalid_characters", gettext_noop("Invalid characters, replaced")
    TYPE = "wrong_type", gettext_noop("Unexpected type, left out")
    NUMBER = "not_a_number", gettext_noop("Not a number, left out")
    RANGE = "out_of_range", gettext_noop("Number out of range, left out")
    CLAMPED = "clamped", gettext_noop("Number too large, reduced to the maximum")
    TIME = "implausible_time", gettext_noop("Invalid date, left out")
    DEPTH = "too_deep", gettext_noop("Nested too deeply, left out")
    SIZE = "too_long", gettext_noop("Too long, shortened")
    TEXT = "unreadable", gettext_noop("Not readable as JSON, left out")
    ID = "unusable_id", gettext_noop("Invalid ID, left out")
    LINK = "unusable_link", gettext_noop("Invalid web address, left out")


class Repair(msgspec.Struct, frozen=True, gc=False):
    """`field` is the path inside the record, without positions in lists: `EpmInventory.Scopes.ScopeName`."""

    field: str
    fault: FieldFault


MARKS = {
    f"{REPLACED} {fault}": fault for fault in (FieldFault.NUMBER, FieldFault.RANGE, FieldFault.DEPTH, FieldFault.SIZE, FieldFault.TEXT)
}


def mark(fault: FieldFault) -> str:
    """The text that replaces a value in JSON that was left out."""
    return f"{REPLACED} {fault}"


class Repairs:
    """Collects the repairs of one record, each once."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[Repair, None] | None = None

    def add(self, field: str, fault: FieldFault) -> None:
        if self._found is None:
            self._found = {}
        if len(self._found) < MOST:
            self._found[Repair(field[:LONGEST_FIELD], fault)] = None

    def all(self) -> tuple[Repair, ...]:
        return tuple(self._found) if self._found else ()


def touched(raw: bytes) -> bool:
    """Whether a record was repaired, here or at the vendor: it contains U+FFFD."""
    if not raw.isascii() and b"\xef\xbf\xbd" in raw:
        return True
    return b"\\" in raw and b"\\u" in raw and _ESCAPED.search(raw) is not None


def examined(value: Any, repairs: Repairs, *, path: str = "", levels: int = MOST_DEPTH) -> Any:
    """The value without its marks; marks and replaced characters become repairs. Below `levels` nothing is left."""
    if levels == 0 and isinstance(value, dict | list):
        repairs.add(path, FieldFault.DEPTH)
        return None
    if isinstance(value, dict):
        kept = {}
        for name, each in value.items():
            inner = f"{path}.{name}" if path else name
            if _is_mark(name, repairs, path or "(whole record)"):
                continue
            if REPLACED in name:
                repairs.add(inner, FieldFault.CHARACTERS)
            if not _is_mark(each, repairs, inner):
                kept[name] = examined(each, repairs, path=inner, levels=levels - 1)
        return kept
    if isinstance(value, list):
        return [examined(each, repairs, path=path, levels=levels - 1) for each in value if not _is_mark(each, repairs, path)]
    if isinstance(value, str) and REPLACED in value:
        repairs.add(path, FieldFault.CHARACTERS)
    return value


def _is_mark(value: Any, repairs: Repairs, path: str) -> bool:
    fault = MARKS.get(value) if isinstance(value, str) else None
    if fault is not None:
        repairs.add(path, fault)
    return fault is not None
