"""Processes whose host has a wrong clock, with Debian's faketime (as tests/dates uses it)."""

from __future__ import annotations

from pathlib import Path

from tests.dates.library import find, without_waits


def wrong_by(seconds: int, folder: Path) -> dict[str, str]:
    """Variables of a process whose clock is ahead by so many seconds, or behind. The monotonic clock stays right."""
    installed = find()
    assert installed is not None, "faketime is missing: install it (Debian: apt-get install faketime)"
    library = folder / "clock.so"
    library.write_bytes(without_waits(installed.read_bytes()))
    return {"LD_PRELOAD": str(library), "FAKETIME": f"{seconds:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
