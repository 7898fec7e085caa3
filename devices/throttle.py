"""So many times in so long, per person: for what costs others something."""

from __future__ import annotations

import redis
from django.core.cache import cache


def allowed(key: str, *, most: int, seconds: int) -> bool:
    """Counts this try. When the counter cannot be reached nothing is allowed, as with the budgets."""
    try:
        cache.add(key, 0, timeout=seconds)
        return int(cache.incr(key)) <= most
    except ValueError:  # the window ended between the two calls
        return True
    except redis.RedisError:
        return False
