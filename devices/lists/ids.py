"""Ids of rows, as addresses and forms have them."""

from __future__ import annotations

HIGHEST = 2**63 - 1  # of a bigint column


def read_id(text: str) -> int | None:
    """None for anything but an id that a row can have."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return number if 0 < number <= HIGHEST else None
