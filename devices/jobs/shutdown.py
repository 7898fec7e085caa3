"""Graceful shutdown flag of a worker. The parent process receives the signal; its pool reads one shared byte.

A worker that leaves ends the slice after the step at hand and gives the job back, instead of staying for the whole slice.
"""

from __future__ import annotations

import mmap

_requested = mmap.mmap(-1, 1)  # anonymous and shared: made before the pool is forked


def request_shutdown() -> None:
    _requested[0] = 1


def shutting_down() -> bool:
    return _requested[0] != 0
