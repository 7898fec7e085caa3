"""When a worker last answered beat, kept in Redis: pages and /healthz say so when it stops."""

from __future__ import annotations

import time
from dataclasses import dataclass

import redis

from devices.db import redis_client

_KEY = "rollcall:beat"
LATE_SECONDS = 30.0


@dataclass
class _Seen:
    """The newest beat that this process has read. It counts while an emptied Redis waits for the next one."""

    at: float = 0.0


_seen = _Seen()


def beat() -> None:
    redis_client.worker_client().set(_KEY, f"{time.time():.3f}")


def age() -> float | None:
    """Seconds since the last beat that a worker carried out; None if there was none. Raises redis.RedisError."""
    now = time.time()
    told = _read(redis_client.client().get(_KEY))
    _seen.at = max(min(_seen.at, now), min(told, now))
    return now - _seen.at if _seen.at else None


def forget() -> None:
    """As in a process that has just started."""
    _seen.at = 0.0


def sentence() -> str:
    """What is wrong with the workers, or nothing."""
    try:
        seconds = age()
    except redis_client.SILENT:
        return "The message broker does not answer, so nothing is refreshed. What is shown was fetched earlier."
    except redis.RedisError:
        return "The message broker refuses requests, so nothing is refreshed. What is shown was fetched earlier."
    if seconds is None:
        return "No worker has reported yet, so nothing is refreshed. Start a worker and beat."
    if seconds > LATE_SECONDS:
        return f"No worker has reported for {int(seconds)} seconds, so nothing is refreshed. What is shown was fetched earlier."
    return ""


def promise(words: str) -> str:
    """`words` about what a worker does soon, or what is true while none does anything."""
    return "The request is stored; it is carried out when background processing works again." if sentence() else words


def _read(value: bytes | str | None) -> float:
    """Seconds since 1970; 0.0 for none, and for what is no time."""
    try:
        return float(value or 0)
    except ValueError:
        return 0.0
