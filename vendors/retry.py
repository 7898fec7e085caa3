"""When to try a step again: pure, by class of error. The one retry layer of the house; the jobs engine asks it."""

from __future__ import annotations

from vendors.errors import Lost, RateLimited, VendorError

MAX_ATTEMPTS = 3
BASE = 1.0  # seconds
CAP = 60.0
LONGEST_WAIT = 900.0


def wait_after(error: VendorError, *, attempt: int, roll: float, refusals: int = 0) -> float | None:
    """Seconds to wait before the same step, or None to give up. `attempt` counts from 1; `roll` is a dice in [0, 1): full jitter.

    A spent budget is a wait and no attempt: it names its own time, which grows when the vendor refused `refusals` times in a row. What is
    lost stays lost for the same step: the walk begins anew.
    """
    if isinstance(error, RateLimited):
        return min(max(error.wait, 2.0 ** min(refusals, 9) if refusals > 1 else 0.0), LONGEST_WAIT)
    if not error.transient or isinstance(error, Lost) or attempt >= MAX_ATTEMPTS:
        return None
    return roll * min(CAP, BASE * 2.0**attempt)
