"""When a worker last answered beat, kept in Redis: pages and /healthz say so when it stops."""

from __future__ import annotations

import time

import redis

from devices.budget import client

_KEY = "rollcall:beat"
LATE_SECONDS = 30.0


def beat() -> None:
    client().set(_KEY, f"{time.time():.3f}")


def age() -> float | None:
    """Seconds since the last beat that a worker carried out; None if there was none. Raises redis.RedisError."""
    value = client().get(_KEY)
    return None if value is None else max(0.0, time.time() - float(value))


def sentence() -> str:
    """What is wrong with the workers, or nothing."""
    try:
        seconds = age()
    except redis.RedisError:
        return "The message broker does not answer, so nothing is refreshed. What is shown was fetched earlier."
    if seconds is None:
        return "No worker has reported yet, so nothing is refreshed. Start a worker and beat."
    if seconds > LATE_SECONDS:
        return f"No worker has reported for {int(seconds)} seconds, so nothing is refreshed. What is shown was fetched earlier."
    return ""
