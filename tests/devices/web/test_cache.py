"""The limits of sign-in: counted in Valkey and in this process; without Valkey, emptied or full they still hold, more strictly."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import redis
from django.core.cache import cache
from pytest_django import Settings

from devices.db import redis_client
from devices.db.redis_client import CircuitBreaker, worker_client
from devices.web import cache as rate_limits
from devices.web import rate_limit
from devices.web.cache import WEIGHT
from devices.web.rate_limit import UserRateLimit
from tests.faults.broker import own_broker
from tests.faults.processes import wait_for

NAME = ":1:tries"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    redis_client.client.cache_clear()
    rate_limits.forget()


@pytest.fixture
def away(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.client.cache_clear()


@contextmanager
def full() -> Iterator[None]:
    worker_client().config_set("maxmemory", "1")
    try:
        yield
    finally:
        worker_client().config_set("maxmemory", "0")


def ripe() -> None:
    """As if the pause after a failure were over."""
    for breaker in (redis_client.client().breaker, rate_limits._writes):
        if breaker.is_open:
            breaker._next_try = time.monotonic()


def other_process(key: str, value: list[float]) -> None:
    worker_client().set(key, repr(value))


class TestShared:
    def test_what_is_kept_is_read_again_here_and_elsewhere(self) -> None:
        cache.set("tries", [2.5, 1.0], 60.0)
        assert cache.get("tries", []) == [2.5, 1.0]
        rate_limits.memory.clear()
        assert cache.get("tries", []) == [2.5, 1.0]
        assert 55_000 < worker_client().pttl(NAME) <= 60_000

    def test_what_other_processes_counted_counts_here(self) -> None:
        cache.set("tries", [1.0], 60)
        other_process(NAME, [3.0, 2.0])
        assert cache.get("tries", []) == [3.0, 2.0, 1.0]

    def test_a_mark_is_set_once_among_all(self) -> None:
        assert cache.add("mark", "y", timeout=30) and not cache.add("mark", "y", timeout=30)
        rate_limits.memory.clear()
        assert not cache.add("mark", "y", timeout=30), "another process set it"
        assert cache.delete("mark") and cache.add("mark", "y", timeout=30)

    def test_a_mark_of_another_process_leaves_none_here(self) -> None:
        """Or a lock would outlast the process that holds it."""
        worker_client().set(":1:lock", "true")
        assert not cache.add("lock", True, timeout=10)
        worker_client().delete(":1:lock")
        assert cache.add("lock", True, timeout=10)

    @pytest.mark.parametrize("garbage", [b"", b"\x80\x04.", b"nonsense", b"{}", b'["a", null, {}]', b"NaN", b"7", b"[" * 100_000])
    def test_garbage_counts_for_nothing(self, garbage: bytes) -> None:
        cache.set("tries", [1.0], 60)
        worker_client().set(NAME, garbage)
        assert cache.get("tries", []) == [1.0]

    def test_a_key_of_another_type_is_no_error(self) -> None:
        worker_client().lpush(NAME, 1)
        assert cache.get("tries", []) == [] and rate_limit.check(NAME, most=5, seconds=60) is UserRateLimit.ALLOWED

    def test_an_emptied_valkey_lifts_no_limit(self) -> None:
        cache.set("tries", [1.0], 60)
        assert cache.add("mark", "y", timeout=30)
        counted = [rate_limit.check("button", most=2, seconds=60) for _ in range(2)]
        worker_client().flushall()
        assert cache.get("tries", []) == [1.0] and not cache.add("mark", "y", timeout=30)
        assert [*counted, rate_limit.check("button", most=2, seconds=60)] == [
            UserRateLimit.ALLOWED,
            UserRateLimit.ALLOWED,
            UserRateLimit.TOO_MANY,
        ]

    def test_the_counter_is_shared_and_ends(self) -> None:
        for _ in range(2):
            rate_limits.memory.clear()
            assert rate_limit.check("button", most=2, seconds=60) is UserRateLimit.ALLOWED
        rate_limits.memory.clear()
        assert rate_limit.check("button", most=2, seconds=60) is UserRateLimit.TOO_MANY
        assert 0 < worker_client().ttl("button") <= 60


class TestAlone:
    def test_each_try_counts_several_times(self, away: None) -> None:
        cache.set("tries", [2.0, 1.0], 60)
        assert cache.get("tries", []) == [2.0] * WEIGHT + [1.0] * WEIGHT
        cache.set("tries", [3.0, *cache.get("tries", [])], 60)
        assert cache.get("tries", []) == [3.0] * WEIGHT + [2.0] * WEIGHT + [1.0] * WEIGHT

    def test_the_first_read_is_strict_too(self, away: None) -> None:
        rate_limits.memory.set(NAME, [1.0], 60)
        assert cache.get("tries", []) == [1.0] * WEIGHT

    def test_marks_hold(self, away: None) -> None:
        assert cache.add("mark", "y", timeout=30) and not cache.add("mark", "y", timeout=30)
        assert cache.delete("mark") and cache.add("mark", "y", timeout=30)

    def test_a_lower_limit_says_that_it_is_one(self, away: None) -> None:
        found = [rate_limit.check("button", most=6, seconds=60) for _ in range(7)]
        assert found == [UserRateLimit.ALLOWED] * 2 + [UserRateLimit.UNAVAILABLE] * 4 + [UserRateLimit.TOO_MANY]

    @pytest.mark.parametrize("most", [1, 2])
    def test_a_low_limit_is_strict_too(self, away: None, most: int) -> None:
        assert rate_limit.check("button", most=most, seconds=60) is UserRateLimit.UNAVAILABLE

    def test_a_valkey_that_is_full_is_as_good_as_none(self) -> None:
        cache.set("tries", [1.0], 60)
        with full():
            assert cache.add("lock", True, timeout=10) and rate_limits.alone()
            cache.set("tries", [2.0, *cache.get("tries", [])], 60)
            assert cache.get("tries", []) == [2.0] * WEIGHT + [1.0] * WEIGHT
            assert rate_limit.check("button", most=3, seconds=60) is UserRateLimit.ALLOWED
            assert rate_limit.check("button", most=3, seconds=60) is UserRateLimit.UNAVAILABLE
            ripe()
            assert cache.get("tries", []) == [2.0] * WEIGHT + [1.0] * WEIGHT, "that it can be read proves nothing"
        ripe()
        assert cache.add("other", True, timeout=10) and not rate_limits.alone()
        assert cache.get("tries", []) == [2.0, 1.0], "what was counted meanwhile stays"


class TestBack:
    def test_tries_of_the_meantime_count_everywhere_again(self) -> None:
        cache.set("tries", [1.0], 60)
        rate_limits._writes.open()
        cache.set("tries", [2.0, *cache.get("tries", [])], 60)
        ripe()
        assert cache.add("tries:lock", True, timeout=10)
        cache.set("tries", [3.0, *cache.get("tries", [])], 60)
        rate_limits.memory.clear()
        assert cache.get("tries", []) == [3.0, 2.0, 1.0]

    def test_a_lock_that_could_not_be_given_back_is_given_back_first(self) -> None:
        """A command that a frozen Valkey had received is carried out when it wakes up."""
        assert cache.add("lock", True, timeout=10)
        rate_limits._writes.open()
        cache.delete("lock")
        assert worker_client().exists(":1:lock")
        ripe()
        assert cache.add("lock", True, timeout=10)

    def test_a_frozen_valkey_sets_no_lock_when_it_wakes_up(self, settings: Settings) -> None:
        with own_broker() as valkey:
            settings.REDIS_URL, settings.BROKER_TIMEOUT_SECONDS = valkey.url, 0.1
            redis_client.client.cache_clear()
            valkey.freeze()
            assert cache.add("lock", True, timeout=0.5) and rate_limits.alone()
            ended = time.time() + 0.5
            wait_for(lambda: time.time() > ended, seconds=10)
            valkey.restore()
            assert valkey.client.keys() == []

    def test_without_an_answer_nothing_is_raised_by_any_use(self, away: None) -> None:
        assert cache.get("x") is None and cache.get("x", 7) == 7 and not cache.has_key("x")
        cache.set("x", "y")
        cache.set("x", "y", None)
        assert cache.get("x") == "y" and cache.get_many(["x"]) == {"x": "y"}
        assert cache.delete("x") and not cache.delete("x")
        with pytest.raises(redis.RedisError):
            redis_client.client().get("x")


def test_memory_has_an_end() -> None:
    for number in range(rate_limits.MOST_KEYS + 1):
        rate_limits.memory.set(f"name-{number}", [1.0], 60)
    kept = [number for number in range(rate_limits.MOST_KEYS + 1) if rate_limits.memory.has_key(f"name-{number}")]
    assert 0 < len(kept) <= rate_limits.MOST_KEYS and 0 not in kept, "those not used for the longest time went"


def test_breakers_are_those_of_this_process() -> None:
    assert isinstance(redis_client.client().breaker, CircuitBreaker) and redis_client.client().breaker is not rate_limits._writes


def test_many_threads_give_back_what_was_left() -> None:
    for number in range(200):
        rate_limits._leftovers.append(f":1:left-{number}")
        worker_client().set(f":1:left-{number}", "true")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: cache.set(f"tries-{number}", [1.0], 60), range(64)))
    assert not rate_limits._leftovers and not list(worker_client().scan_iter(":1:left-*"))
