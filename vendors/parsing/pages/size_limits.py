"""A record that is too large to be kept whole → the same record without what is too long in it.

Small fields are kept, so that a device with one endless description still has its name, serial and state.
"""

from __future__ import annotations

from typing import Any

import msgspec

from vendors.field_repairs import FieldFault, mark

RECORD_BYTES = 4 * 2**20  # a device with thousands of vulnerabilities stays below a quarter of it
MOST_LEVELS = 8  # looked into; the deepest documented record has 6
LEAST = 64  # bytes; a smaller share of a value says nothing
_CUT = mark(FieldFault.SIZE)


def shrunk(raw: bytes, *, most: int = RECORD_BYTES) -> bytes:
    """At most `most` bytes of JSON. What is left out has a mark in its place; a tenth of the room is for marks."""
    return msgspec.json.encode(_shrunk(msgspec.json.decode(raw), most * 9 // 10, MOST_LEVELS)) if len(raw) > most else raw


def _shrunk(value: Any, most: int, levels: int) -> Any:
    if _size(value) <= most:
        return value
    if isinstance(value, dict) and levels:
        named = sorted(((_size(each) + _size(name) + 2, name, each) for name, each in value.items()), key=lambda item: item[0])
        kept = _share(named, most, levels)
        fields = {name: kept[name] for name in value if name in kept}
        return fields if len(fields) == len(value) else {**fields, _CUT: _CUT}
    if isinstance(value, list) and levels:
        kept = _share([(_size(each) + 1, place, each) for place, each in enumerate(value)], most, levels)
        return [*kept.values(), *([] if len(kept) == len(value) else [_CUT])]
    return _CUT


def _share(items: list[tuple[int, Any, Any]], most: int, levels: int) -> dict[Any, Any]:
    """Of (size, name, value) each as it is while there is room; of the others as much as an equal share of the rest allows."""
    kept = {}
    for place, (size, name, value) in enumerate(items):
        share = size if size <= most else most // (len(items) - place)
        own = share - (_size(name) if isinstance(name, str) else 0)
        if own < min(size, LEAST) and share < size:
            continue
        kept[name] = value if size <= share else _shrunk(value, own, levels - 1)
        most -= share
    return kept


def _size(value: Any) -> int:
    return len(msgspec.json.encode(value))
