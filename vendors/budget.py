"""Interface of a rate limit. The one shared by all workers is devices/connections/rate_limit.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Budget(Protocol):
    """Calls that may still be made. `calls` counts those that this object granted."""

    calls: int

    def take(self, *, interactive: bool = False) -> float:
        """Seconds to wait before a call may be made; 0.0 means granted and counted."""
        ...

    def block(self, seconds: float) -> None:
        """The vendor refused more calls: grant nothing for so long."""
        ...

    def learn(self, *, remaining: int, reset: float) -> None:
        """The vendor reported how many calls are left, and when the window ends, in seconds from now."""
        ...


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `calls` in any `seconds`; `reserve` of them are reserved for manual refreshes."""

    calls: int
    seconds: float
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls that may be made now: `left`. `frees`: seconds until one more may be made, and one more, until all of a window are free."""

    left: int
    frees: tuple[float, ...] = ()

    @property
    def next_in(self) -> float:
        return self.frees[0] if self.frees else 0.0

    @property
    def all_in(self) -> float:
        return self.frees[-1] if self.frees else 0.0


class Unlimited:
    """For tests of a single call and for "test connection" without a shared store."""

    def __init__(self) -> None:
        self.calls = 0

    def take(self, *, interactive: bool = False) -> float:
        self.calls += 1
        return 0.0

    def block(self, seconds: float) -> None:
        return None

    def learn(self, *, remaining: int, reset: float) -> None:
        return None
