"""Django's cache backend, which holds the rate limits of django-allauth: in Valkey for all web processes, and in the memory of each.

The memory always counts the attempts of its process: a Valkey that was emptied or restored from an older copy lifts no limit that was
reached here. While Valkey accepts no writes, only the memory counts. The processes then count separately, so each attempt counts
`WEIGHT` times. Both inaccuracies are on the strict side: an attempt that another process cleared may count here until it expires.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache

from devices.db import redis_client

WEIGHT = 3
MOST_KEYS = 10_000  # in memory; beyond, the least recently used are dropped
MOST_LEFTOVERS = 1_000

T = TypeVar("T")

memory = LocMemCache("rate limits", {"OPTIONS": {"MAX_ENTRIES": MOST_KEYS}})
_writes = redis_client.CircuitBreaker(
    failed="The message broker accepts no writes: this process counts its rate limits alone.",
    well="Rate limits are counted in the message broker again.",
)
# Keys to delete once Valkey accepts writes again: locks of allauth, for which the next holder would wait.
_leftovers: deque[str] = deque(maxlen=MOST_LEFTOVERS)


def alone() -> bool:
    """Whether only this process counts, because Valkey accepts no writes."""
    return _writes.is_open


def write(command: Callable[[redis.Redis], T], *, otherwise: T) -> T:
    """The answer of Valkey, or `otherwise` while it accepts no writes."""
    if not _writes.admits():
        return otherwise
    try:
        _delete_leftovers()
        answer = command(redis_client.client())
    except redis.RedisError:
        _writes.open()
        return otherwise
    _writes.close()
    return answer


def forget() -> None:
    """Reset to the state of a process that has just started."""
    memory.clear()
    _leftovers.clear()
    _writes.close()


def _delete_leftovers() -> None:
    names: set[str] = set()
    with suppress(IndexError):  # another thread may take some of them
        while True:
            names.add(_leftovers.popleft())
    if names:
        redis_client.client().delete(*names)


class RateLimitCache(BaseCache):
    """Keeps flags and lists of times, newest first, as allauth's limits need them. Raises no error of Valkey.

    Stored as JSON: unlike the pickles of Django's own backend, it cannot run code when it is read.
    """

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        if not memory.add(name, value, self._seconds(timeout)):
            return False
        lasts = self._milliseconds(timeout)
        # An absolute time: a Valkey that was frozen executes the command later, and a lock must not begin then.
        ends = None if lasts is None else int(time.time() * 1000) + lasts
        if write(lambda valkey: bool(valkey.set(name, json.dumps(value), pxat=ends, nx=True)), otherwise=True):
            return True
        memory.delete(name)
        return False

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        name = self.make_and_validate_key(key, version=version)
        here, shared = memory.get(name), _read(name)
        if isinstance(here, list) or isinstance(shared, list):
            times = sorted({*_times(here), *_times(shared)}, reverse=True)
            return [each for each in times for _ in range(WEIGHT)] if alone() else times
        found = here if shared is None else shared
        return default if found is None else found

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        name = self.make_and_validate_key(key, version=version)
        if isinstance(value, list):
            value = sorted(set(value), reverse=True)  # `get` may have repeated them
        memory.set(name, value, self._seconds(timeout))
        write(lambda valkey: bool(valkey.set(name, json.dumps(value), px=self._milliseconds(timeout))), otherwise=False)

    def delete(self, key: Any, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        deleted = bool(memory.delete(name))
        shared = write(lambda valkey: valkey.delete(name), otherwise=None)
        if shared is None:
            _leftovers.append(name)
        return deleted or bool(shared)

    def _seconds(self, timeout: Any) -> float | None:
        return self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout

    def _milliseconds(self, timeout: Any) -> int | None:
        seconds = self._seconds(timeout)
        return None if seconds is None else max(1, int(seconds * 1000))


def _read(name: str) -> Any:
    """None, also for invalid JSON. A read proves nothing about writes, so none is tried while Valkey accepts no writes."""
    if _writes.is_open:
        return None
    try:
        text = redis_client.client().get(name)
        return None if text is None else json.loads(text)
    except redis.RedisError:
        _writes.open()
    except (ValueError, RecursionError):
        pass
    return None


def _times(value: Any) -> list[float]:
    return [each for each in value if isinstance(each, float)] if isinstance(value, list) else []
