"""Valkey client of web requests and commands: short timeouts, one attempt, and a failure that is remembered.

A server that hangs costs each request under way at that moment one time-out. Later requests are refused without asking; after each
pause one of them tries again. Workers use `worker_client`, which waits longer.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.dispatch import receiver
from redis.backoff import NoBackoff
from redis.retry import Retry

PAUSE = 3.0  # seconds between two tries of a server that does not answer
SILENT = (redis.ConnectionError, redis.TimeoutError)  # every other RedisError is an answer

logger = logging.getLogger(__name__)
_request = threading.local()  # `waited`: seconds that the request of this thread has waited for Valkey


class NotAsked(redis.ConnectionError):
    """Valkey was not asked: it did not answer a moment ago, or this request has waited for it long enough."""


class CircuitBreaker:
    """Remembers a failure. Closed: everybody may try. Open: one caller may try after each pause, until a try succeeds.

    `failed`, `well`: what the log says when it opens and closes.
    """

    def __init__(self, *, failed: str, well: str, pause: float = PAUSE, clock: Callable[[], float] = time.monotonic) -> None:
        self._failed, self._well = failed, well
        self._pause, self._clock = pause, clock
        self._lock = threading.Lock()
        self._next_try: float | None = None  # None: closed

    @property
    def is_open(self) -> bool:
        return self._next_try is not None

    def admits(self) -> bool:
        """Whether the caller may try. If the breaker is open, no other caller may until the next pause is over."""
        with self._lock:
            if self._next_try is None:
                return True
            now = self._clock()
            if now < self._next_try:
                return False
            self._next_try = now + self._pause
            return True

    def open(self) -> None:
        with self._lock:
            was_open, self._next_try = self.is_open, self._clock() + self._pause
        if not was_open:
            logger.warning(self._failed)

    def close(self) -> None:
        with self._lock:
            was_open, self._next_try = self.is_open, None
        if was_open:
            logger.warning(self._well)


class RequestClient(redis.Redis):
    """A client whose commands raise `NotAsked` at once where waiting is pointless. Pipelines are not covered: use a script."""

    def __init__(self, *, connection_pool: redis.ConnectionPool, patience: float) -> None:
        super().__init__(connection_pool=connection_pool)
        self._patience = patience
        self.breaker = CircuitBreaker(failed="The message broker does not answer.", well="The message broker answers again.")

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Raises redis.RedisError; `SILENT` if no answer came."""
        if waited() >= self._patience or not self.breaker.admits():
            raise NotAsked("Valkey is not asked at the moment.")
        started = time.monotonic()
        try:
            answer = super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except SILENT:
            self.breaker.open()
            raise
        except redis.RedisError:
            self.breaker.close()
            raise
        finally:
            if hasattr(_request, "waited"):
                _request.waited += time.monotonic() - started
        self.breaker.close()
        return answer


def waited() -> float:
    """Seconds that the request of this thread has waited for Valkey so far; 0.0 outside of a request."""
    return float(getattr(_request, "waited", 0.0))


@receiver(request_started)
def _begin(**_kwargs: object) -> None:
    _request.waited = 0.0


@receiver(request_finished)
def _end(**_kwargs: object) -> None:
    _request.__dict__.pop("waited", None)


@cache
def client() -> RequestClient:
    """A request waits at most 2.5 time-outs: just under one for earlier commands, a half to connect, and one for an answer.

    With a password in the URL it is one more, to sign in.
    """
    timeout = float(settings.BROKER_TIMEOUT_SECONDS)
    pool = redis.ConnectionPool.from_url(settings.REDIS_URL, protocol=2, driver_info=None)  # no handshake that would be waited for
    # Set afterwards, because options in the URL come first otherwise.
    pool.connection_kwargs |= {
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout / 2,
        "retry": Retry(NoBackoff(), 0),
        "retry_on_timeout": False,
        "retry_on_error": [],
    }
    return RequestClient(connection_pool=pool, patience=timeout)


@cache
def worker_client() -> redis.Redis:
    """For workers, which wait longer and are not refused. A web request uses `client`."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=2)
