"""Heartbeat: when a worker last answered beat, kept in Redis. Pages and /healthz report a worker that stopped."""

from __future__ import annotations

import time
from dataclasses import dataclass

import redis
from django.utils.translation import gettext

from devices.db import free_space, redis_client

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
    latest = _read(redis_client.client().get(_KEY))
    _seen.at = max(min(_seen.at, now), min(latest, now))
    return now - _seen.at if _seen.at else None


def forget() -> None:
    """As in a process that has just started."""
    _seen.at = 0.0


def sentence() -> str:
    """The problem with the workers in the active language, or ""."""
    try:
        seconds = age()
    except redis_client.SILENT:
        return gettext("The message broker does not answer, so nothing is synced. Earlier data is shown.")
    except redis.RedisError:
        return gettext("The message broker refuses requests, so nothing is synced. Earlier data is shown.")
    if seconds is None:
        return gettext("No worker has reported yet, so nothing is synced. Start a worker and beat.")
    if seconds > LATE_SECONDS:
        sentence = gettext("No worker has reported for %(seconds)s seconds, so nothing is synced. Earlier data is shown.")
        return sentence % {"seconds": int(seconds)}
    return ""


def promise(words: str) -> str:
    """`words` about what a worker does soon, or a sentence that no worker runs or that syncs are paused."""
    stalled = free_space.is_low() or sentence()
    return gettext("The request is stored and runs when background processing works again.") if stalled else words


def _read(value: bytes | str | None) -> float:
    """Seconds since 1970; 0.0 for none, and for what is no time."""
    try:
        return float(value or 0)
    except ValueError:
        return 0.0
