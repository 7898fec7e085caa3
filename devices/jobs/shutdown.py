"""Whether this worker was told to leave. The parent process hears the signal; its pool learns it through one shared byte.

A worker that leaves ends the slice after the step at hand and gives the job back, instead of staying for the whole slice.
"""

from __future__ import annotations

import mmap

_told = mmap.mmap(-1, 1)  # anonymous and shared: made before the pool is forked


def request_shutdown() -> None:
    _told[0] = 1


def shutting_down() -> bool:
    return _told[0] != 0
