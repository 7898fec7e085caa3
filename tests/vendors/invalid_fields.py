"""Ways to spoil one field of a payload at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every key of the payload, however deep."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield (*at, key)
        yield from paths(each, (*at, key))


def without(value: Any, path: Path) -> Any:
    spoiled = copy.deepcopy(value)
    _holder(spoiled, path).__delitem__(path[-1])
    return spoiled


def replaced(value: Any, path: Path, by: Any) -> Any:
    spoiled = copy.deepcopy(value)
    _holder(spoiled, path)[path[-1]] = by
    return spoiled


def _holder(value: Any, path: Path) -> Any:
    for key in path[:-1]:
        value = value[key]
    return value
