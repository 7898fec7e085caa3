"""ESET's ids. ESET writes them in upper or lower case: the lower-case form is stored and sent."""

from __future__ import annotations

from vendors.parsing.pages import json_pages

LONGEST_UUID = 100


def canonical(given: object) -> str:
    """The id in small letters; "" for what cannot be one: ids are opaque text of at most 100 characters."""
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_UUID:
        return ""
    if given.isascii() and given.isprintable():
        return "" if given.isspace() else given.lower()
    return json_pages.opaque_id(given)
