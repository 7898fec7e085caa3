"""Django's cache, which holds the limits of django-allauth: in Valkey for all web processes, and in the memory of each process.

The memory counts what came through its process, always: a Valkey that was emptied or restored from an older copy lifts no limit that
was reached here. While Valkey takes no writes the memory counts alone. Other processes then count apart, so each try counts `WEIGHT`
times. Both errors of this are strict: a try that another process cleared may count here until it expires.
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
MOST_KEYS = 10_000  # in memory; then those that were not used for the longest time are dropped
MOST_LEFTOVERS = 1_000

T = TypeVar("T")

memory = LocMemCache("rate limits", {"OPTIONS": {"MAX_ENTRIES": MOST_KEYS}})
_writes = redis_client.CircuitBreaker(
    failed="The message broker takes no writes: this process counts its limits alone.",
    well="Limits are counted in the message broker again.",
)
# Keys that were to be deleted while Valkey took no writes: locks of allauth, for which its next holder would wait.
_leftovers: deque[str] = deque(maxlen=MOST_LEFTOVERS)


def alone() -> bool:
    """Whether only this process counts, because Valkey takes no writes."""
    return _writes.is_open


def write(command: Callable[[redis.Redis], T], *, otherwise: T) -> T:
    """The answer of Valkey, or `otherwise` while it takes no writes."""
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
    """As in a process that has just started."""
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
    """Keeps marks and lists of times, newest first, as allauth's limits do. Raises no error of Valkey.

    Stored as JSON: unlike Django's own cache, it opens nothing that could run code.
    """

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        if not memory.add(name, value, self._seconds(timeout)):
            return False
        lasts = self._milliseconds(timeout)
        # A point in time: a Valkey that was frozen carries commands out when it wakes up, and a lock must not begin then.
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
    """None, too, for what is no JSON. Reads prove nothing about writes, so none is tried while Valkey takes no writes."""
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
