"""The log of calls received: what tests count, without any secret in it."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

_SECRET = re.compile(r"(?i)((?:access_token|password|client_secret|client_id|refresh_token)=)[^&]*")


@dataclass(slots=True)
class LoggedCall:
    monotonic: float
    wall: float
    vendor: str
    method: str
    path: str  # with its query; secrets are masked
    status: int | None = None  # None: no answer was sent
    fault: str | None = None


class CallLog:
    def __init__(self, *, keep: int = 200_000) -> None:
        self._calls: deque[LoggedCall] = deque(maxlen=keep)

    def begin(self, vendor: str, method: str, target: str) -> LoggedCall:
        call = LoggedCall(time.monotonic(), time.time(), vendor, method, _SECRET.sub(r"\1***", target))
        self._calls.append(call)
        return call

    def clear(self) -> None:
        self._calls.clear()

    def select(self, *, vendor: str | None = None, path: str | None = None) -> list[LoggedCall]:
        return [call for call in self._calls if vendor in (None, call.vendor) and (path is None or path in call.path)]

    def summary(self, *, vendor: str | None = None, path: str | None = None) -> dict[str, Any]:
        """The calls, and how many at most fell into any one second and any sixty."""
        chosen = self.select(vendor=vendor, path=path)
        times = [call.monotonic for call in chosen]
        return {
            "count": len(chosen),
            "max_in_1s": busiest(times, 1.0),
            "max_in_60s": busiest(times, 60.0),
            "calls": [asdict(call) for call in chosen],
        }


def busiest(times: Iterable[float], seconds: float) -> int:
    """The largest number of moments within any window of that length."""
    window: deque[float] = deque()
    most = 0
    for moment in sorted(times):
        window.append(moment)
        while window[0] <= moment - seconds:
            window.popleft()
        most = max(most, len(window))
    return most
