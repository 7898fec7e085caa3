"""The clock of the simulated world: real time, moved by an offset that tests may set."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Epoch seconds. Steps of the host's clock do not matter: it counts on from the moment it was made."""

    def __init__(self, *, start: float | None = None) -> None:
        self._start = time.time() if start is None else start
        self._mark = time.monotonic()
        self.offset = 0.0

    def now(self) -> float:
        return self._start + self.offset + time.monotonic() - self._mark

    def forward(self, seconds: float) -> None:
        self.offset += seconds


def utc(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def stamp(epoch: float, *, digits: int = 0) -> str:
    """ISO-8601 with Z and 0 to 9 fractional digits, as vendors write it."""
    moment = utc(epoch)
    fraction = f"{moment.microsecond:06d}000"[:digits]
    return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' + fraction if digits else ''}Z"
