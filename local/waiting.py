"""Wait for a condition, with a deadline, and stop waiting at once when `stop` is set."""

from __future__ import annotations

import time
from collections.abc import Callable

POLL_SECONDS = 0.02
NOTICE_SECONDS = 0.05


class Stop:
    """A request to stop.

    Set by signal handlers, so it holds no lock, as threading.Event does:
    a handler that interrupts `wait` would wait for itself.
    """

    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        self._set = True

    def is_set(self) -> bool:
        return self._set

    def wait(self, seconds: float) -> bool:
        """Whether it was set before the seconds were over."""
        deadline = time.monotonic() + seconds
        while not self._set and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, NOTICE_SECONDS))
        return self._set


def wait_until(
    condition: Callable[[], bool],
    *,
    seconds: float,
    stop: Stop | None = None,
    poll: float = POLL_SECONDS,
) -> bool:
    """Whether the condition came true within `seconds`, before `stop` was set."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        if stop is not None:
            if stop.wait(poll):
                return False
        else:
            time.sleep(poll)
    return True
