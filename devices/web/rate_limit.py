"""Rate limits per user, counted in Valkey and in this process."""

from __future__ import annotations

from enum import Enum, auto

from devices.web import cache as rate_limits

# KEYS: counter. ARGV: seconds that it lasts. Returns the count.
_COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""


class UserRateLimit(Enum):
    ALLOWED = auto()
    TOO_MANY = auto()
    UNAVAILABLE = auto()  # allowed in general, but beyond the lower limit that holds while the shared counter is not available


def check(key: str, *, most: int, seconds: int) -> UserRateLimit:
    """Count this attempt, here and in Valkey. The counter here keeps the limit when Valkey was emptied or is not available."""
    here = _count_here(key, seconds)
    shared = rate_limits.write(lambda valkey: int(valkey.eval(_COUNT, 1, key, seconds)), otherwise=0)
    if max(here, shared) > most:
        return UserRateLimit.TOO_MANY
    if rate_limits.alone() and here * rate_limits.WEIGHT > most:
        return UserRateLimit.UNAVAILABLE
    return UserRateLimit.ALLOWED


def _count_here(key: str, seconds: int) -> int:
    rate_limits.memory.add(key, 0, seconds)
    try:
        return int(rate_limits.memory.incr(key))
    except ValueError:  # the window ended between the two calls
        return 1
