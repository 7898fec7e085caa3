"""A sliding-window call limit, as the vendors enforce it."""

from __future__ import annotations

from collections import deque

from sandbox.clock import Clock


class SlidingLimit:
    """At most `calls` in any `seconds`. Refused calls do not count."""

    def __init__(self, calls: int, seconds: float, *, clock: Clock) -> None:
        self.calls = calls
        self._seconds = seconds
        self._clock = clock
        self._accepted: deque[float] = deque()

    def allow(self) -> bool:
        now = self._clock.now()
        while self._accepted and self._accepted[0] <= now - self._seconds:
            self._accepted.popleft()
        if len(self._accepted) >= self.calls:
            return False
        self._accepted.append(now)
        return True

    @property
    def remaining(self) -> int:
        return self.calls - len(self._accepted)

    def reset_after(self) -> float:
        """Seconds until the oldest counted call leaves the window."""
        if not self._accepted:
            return 0.0
        return max(0.0, self._accepted[0] + self._seconds - self._clock.now())
