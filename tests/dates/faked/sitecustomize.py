"""Loaded by every Python process of `make dates`, before anything else: makes `time.sleep` work under faketime.

Since 3.11 Python sleeps until a moment of the monotonic clock, and faketime 0.9.10 takes that for one of the faked clock
(https://github.com/wolfcw/libfaketime/issues/426), so that the kernel refuses it. Waiting in `select` is not affected.
"""

from __future__ import annotations

import select
import time
from typing import SupportsIndex


def _sleep(seconds: SupportsIndex | float, /) -> None:
    if (length := float(seconds)) < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], length)


try:
    time.sleep(0)
except OSError:
    time.sleep = _sleep
