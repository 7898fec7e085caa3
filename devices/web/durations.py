"""Durations in words."""

from __future__ import annotations


def seconds_words(seconds: float) -> str:
    """`8 s`, `3 min`, `1 h 5 min`; below a second: `1 s`."""
    whole = max(1, round(seconds))
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{round(hours / 24)} days"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def every(seconds: int) -> str:
    """An interval, or that there is none."""
    return f"every {seconds_words(seconds)}" if seconds else "only when asked"
