"""Arithmetic that every part of the bench shares."""

from __future__ import annotations

from collections.abc import Sequence


def part(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
