"""Heartbeat: when a worker last answered beat, kept in Redis. Pages and /healthz report a worker that stopped.

Moments and ages are by the clock of Redis, the only one that all hosts share; between two of its answers a process counts by itself.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import redis
from django.utils.translation import gettext

from devices.db import free_space, redis_client

_KEY = "rollcall:beat"
LATE_SECONDS = 30.0
# KEYS: heartbeat. Returns its age in µs, or nothing for none and for what is no time.
_AGE = """
local beat = tonumber(redis.call('GET', KEYS[1]) or '')
local t = redis.call('TIME')
return beat and math.floor(t[1] * 1000000 + t[2] - beat * 1000000)
"""


@dataclass
class _Seen:
    """The newest beat that this process has read, on its monotonic clock. It counts while an emptied Redis waits for the next one."""

    at: float | None = None


_seen = _Seen()


def beat() -> None:
    client = redis_client.worker_client()
    seconds, microseconds = client.time()
    client.set(_KEY, f"{seconds}.{microseconds:06}")


def age() -> float | None:
    """Seconds since the last beat that a worker carried out; None if there was none. Raises redis.RedisError."""
    read = redis_client.client().eval(_AGE, 1, _KEY)
    now = time.monotonic()
    # One in the future was written before the clock of Redis was set back: the next one counts.
    if read is not None and int(read) >= 0:
        _seen.at = max(now - int(read) / 1e6, _seen.at or -math.inf)
    return now - _seen.at if _seen.at is not None else None


def forget() -> None:
    """As in a process that has just started."""
    _seen.at = None


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
