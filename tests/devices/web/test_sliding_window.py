"""Sliding windows: shared by processes, exact under concurrency, kept when Valkey was emptied, stricter without it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings

from devices.db import redis_client
from devices.db.redis_client import worker_client
from devices.web import cache as rate_limits
from devices.web.sliding_window import Window, give_back, take

ONE = Window("rollcall:test:one", most=3, seconds=60)
TWO = Window("rollcall:test:two", most=5, seconds=300)
NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    redis_client.client.cache_clear()
    rate_limits.forget()


@pytest.fixture
def away(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.client.cache_clear()


def waits(window: Window, *times: float) -> list[int]:
    return [take([window], now=NOW + at).wait for at in times]


def other_process() -> None:
    rate_limits.memory.clear()


@pytest.mark.parametrize("forget", [lambda: None, other_process, lambda: worker_client().flushall()], ids=["here", "elsewhere", "emptied"])
def test_a_refusal_says_when_the_oldest_event_leaves(forget: object) -> None:
    assert waits(ONE, 0, 10, 20.5) == [0, 0, 0]
    forget()  # type: ignore[operator]
    assert waits(ONE, 21, 59.2, 60) == [39, 1, 0]
    assert waits(ONE, 61) == [9], "a refused event does not count, an allowed one does"


def test_all_windows_have_room_or_none_counts() -> None:
    for _ in range(3):
        assert take([ONE, TWO], now=NOW).wait == 0
    assert take([ONE, TWO], now=NOW + 1).wait == 59
    assert [take([TWO], now=NOW + 2).wait for _ in range(3)] == [0, 0, 298]


def test_the_longest_wait_counts() -> None:
    for _ in range(5):
        take([TWO], now=NOW)
    for _ in range(3):
        take([ONE], now=NOW)
    assert take([ONE, TWO], now=NOW).wait == 300


def test_what_is_given_back_leaves_room_in_these_windows_only() -> None:
    taken = [take([ONE, TWO], now=NOW) for _ in range(3)]
    give_back(taken[1], keys=[ONE.key])
    assert [take([ONE], now=NOW).wait for _ in range(2)] == [0, 60]
    assert [take([TWO], now=NOW).wait for _ in range(3)] == [0, 0, 300]


def test_an_event_may_count_several_times() -> None:
    assert take([TWO], now=NOW, times=3).wait == 0
    assert take([TWO], now=NOW + 9, times=3).wait == 291
    assert take([TWO], now=NOW + 9, times=2).wait == 0
    assert take([TWO], now=NOW, times=6).wait == 300, "more than a window ever has"


@pytest.mark.parametrize("elsewhere", [False, True])
def test_events_at_the_same_time_never_exceed_it(elsewhere: bool) -> None:
    def one(_n: int) -> int:
        if elsewhere:
            other_process()
        return take([TWO], now=NOW).wait

    with ThreadPoolExecutor(12) as threads:
        found = list(threads.map(one, range(24)))
    assert found.count(0) == TWO.most and set(found) == {0, TWO.seconds}


def test_without_valkey_each_event_counts_three_times(away: None) -> None:
    assert waits(TWO, 0, 1, 2) == [0, 0, 298], "5 allowed: two events leave no room for a third"
    assert waits(Window("rollcall:test:ten", most=10, seconds=60), 0, 0, 0, 0, 0) == [0, 0, 0, 0, 60]


def test_the_shared_window_ends_by_itself() -> None:
    take([TWO], now=NOW)
    assert 290 < worker_client().ttl(TWO.key) <= 300


def test_a_full_valkey_does_not_count_and_each_event_counts_more_here() -> None:
    assert waits(TWO, 0) == [0], "the window exists before Valkey is full"
    worker_client().config_set("maxmemory", "1")
    try:
        assert waits(TWO, 1, 2) == [0, 298] and rate_limits.alone()
        assert worker_client().zcard(TWO.key) == 1
    finally:
        worker_client().config_set("maxmemory", "0")
