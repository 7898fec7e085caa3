"""Retry rules, as pure functions: of one step of a job, and of a failed job. There are no others."""

from __future__ import annotations

from datetime import timedelta

from vendors.errors import Lost, RateLimited, VendorError

MAX_ATTEMPTS = 3
BASE = 1.0  # seconds
CAP = 60.0
LONGEST_WAIT = 900.0
# How long a list is left alone after its first, second and every further failure in a row.
PAUSES = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))


def pause_after(failures: int) -> timedelta:
    """Until a job that failed `failures` times in a row (at least once) is started again. Not for AuthFailed, which is never retried."""
    return PAUSES[min(failures, len(PAUSES)) - 1]


def wait_after(error: VendorError, *, attempt: int, roll: float, refusals: int = 0) -> float | None:
    """Seconds to wait before the same step, or None to give up. `attempt` counts from 1; `roll` is a dice in [0, 1): full jitter.

    A spent budget is a wait and no attempt: it names its own time, which grows when the vendor refused `refusals` times in a row. What is
    lost stays lost for the same step: the walk starts over.
    """
    if isinstance(error, RateLimited):
        return min(max(error.wait, 2.0 ** min(refusals, 9) if refusals > 1 else 0.0), LONGEST_WAIT)
    if not error.transient or isinstance(error, Lost) or attempt >= MAX_ATTEMPTS:
        return None
    return roll * min(CAP, BASE * 2.0**attempt)
