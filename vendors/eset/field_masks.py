"""`malformedData` of ESET: a field mask that names what could not be read properly. Pure.

https://protobuf.dev/reference/protobuf/google.protobuf/#field-mask
"""

from __future__ import annotations

PROFILES = ("hardwareprofiles",)  # where a path may begin


def covers(mask: str, field: str) -> bool:
    """Paths between commas, in camel or snake case, from any level above the field; a path covers what lies below it."""
    whole = (*PROFILES, *_elements(field))
    paths = [path for path in map(_elements, mask.split(",")) if path]
    return any(whole[start : start + len(path)] == path for path in paths for start in range(len(whole)))


def _elements(path: str) -> tuple[str, ...]:
    return tuple(path.replace("_", "").lower().split(".")) if (path := path.strip()) else ()
