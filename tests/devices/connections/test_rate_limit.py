from __future__ import annotations

import threading
import time

import pytest
from pytest_django.fixtures import Settings

from devices.connections import rate_limit
from devices.connections.rate_limit import SharedRateLimit
from devices.db.redis_client import worker_client
from vendors.budget import Rate


def make(rate: Rate = Rate(10, 60.0, 2), *, idle: float = 1e9, account: int = 1) -> SharedRateLimit:
    return SharedRateLimit(account, rate, idle_for=lambda: idle)


def grants(of: SharedRateLimit, *, interactive: bool = False, tries: int = 15) -> int:
    return sum(of.take(interactive=interactive) == 0 for _ in range(tries))


def test_two_of_ten_are_kept_for_people() -> None:
    shared = make()
    assert grants(shared) == 8
    assert grants(shared, interactive=True) == 2
    assert 0 < shared.take() <= 60


def test_accounts_do_not_share_a_budget() -> None:
    assert grants(make(account=1)) == 8
    assert grants(make(account=2)) == 8


@pytest.mark.fault("F17")
def test_many_workers_together_stay_within_the_limit() -> None:
    granted: list[int] = []
    workers = [threading.Thread(target=lambda: granted.append(grants(make(Rate(50, 60.0)), tries=20))) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(granted) == 50


def test_a_window_passes() -> None:
    shared = make(Rate(3, 2.0))
    assert grants(shared, tries=5) == 3
    wait = shared.take()
    assert 0 < wait <= 2.0
    deadline = time.monotonic() + 30
    while shared.take() > 0:
        assert time.monotonic() < deadline


@pytest.mark.fault("F17")
def test_the_vendors_stop_is_kept_by_everybody() -> None:
    make().block(30)
    assert 20 < make().take(interactive=True) <= 30


def test_an_exhausted_window_told_by_the_vendor_blocks() -> None:
    shared = make()
    shared.learn(remaining=3, reset=40)
    assert shared.take() == 0
    shared.learn(remaining=0, reset=40)
    assert shared.take() > 30


def test_lost_memory_waits_out_the_window_when_calls_were_made_lately() -> None:
    assert 40 < make(idle=10).take() <= 50.01


def test_lost_memory_is_waited_out_by_all_workers_that_ask_together() -> None:
    for account in range(40):
        granted: list[int] = []
        start = threading.Barrier(4)

        def ask(account: int = account, granted: list[int] = granted, start: threading.Barrier = start) -> None:
            shared = make(idle=10, account=account)
            start.wait()
            granted.append(grants(shared, tries=3))

        workers = [threading.Thread(target=ask) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert granted == [0, 0, 0, 0]


def test_of_two_stops_the_longer_one_counts() -> None:
    shared = make()
    shared.block(60)
    shared.learn(remaining=0, reset=2)
    assert shared.take() > 55


def test_lost_memory_of_an_idle_account_costs_nothing() -> None:
    assert make(idle=61).take() == 0


def test_a_flushed_script_is_loaded_again() -> None:
    shared = make()
    assert shared.take() == 0
    worker_client().script_flush()
    assert shared.take() == 0


def test_without_redis_nothing_is_granted(settings: Settings) -> None:
    worker_client.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    try:
        shared = make()
        assert shared.take() > 0
        shared.block(5)
    finally:
        worker_client.cache_clear()


@pytest.mark.parametrize("interactive", [True, False])
def test_calls_are_counted(interactive: bool) -> None:
    shared = make()
    shared.take(interactive=interactive)
    assert shared.calls == 1


# -- what is left, looked at without taking any ---------------------------------------------------------------------------


def test_what_is_left_is_told_without_taking_it() -> None:
    rate = Rate(10, 60.0, 2)
    assert rate_limit.quota(1, rate, shared=worker_client()) is None  # before the first call nobody knows
    shared = make()
    assert grants(shared, tries=3) == 3
    seen = [rate_limit.quota(1, rate, shared=worker_client()) for _ in range(20)]
    assert [each and each.left for each in seen] == [7] * 20
    told = seen[-1]
    assert told is not None
    assert len(told.frees) == 3 and 50 < told.next_in <= told.all_in <= 60
    assert grants(shared) == 5


def test_calls_that_left_the_window_are_free_again() -> None:
    rate = Rate(3, 1.0)
    shared = make(rate)
    assert grants(shared) == 3
    deadline = time.monotonic() + 30
    while (told := rate_limit.quota(1, rate, shared=worker_client())) is None or told.left < 3:
        assert time.monotonic() < deadline
    assert told.frees == ()


def test_a_stop_of_the_vendor_leaves_nothing() -> None:
    rate = Rate(10, 60.0, 2)
    shared = make()
    assert grants(shared, tries=2) == 2
    shared.block(300)
    told = rate_limit.quota(1, rate, shared=worker_client())
    assert told is not None and told.left == 0
    assert len(told.frees) == 10 and 290 < told.next_in <= 300


def test_many_accounts_are_asked_about_at_once() -> None:
    rate = Rate(10, 60.0, 2)
    grants(make(account=1), tries=1)
    grants(make(account=3), tries=4)
    assert {account: told.left for account, told in rate_limit.quotas({1: rate, 2: rate, 3: rate}, shared=worker_client()).items()} == {
        1: 9,
        3: 6,
    }


def test_where_redis_does_not_answer_nobody_knows_and_nothing_fails(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    worker_client.cache_clear()
    try:
        assert rate_limit.quota(1, Rate(10, 60.0, 2), shared=worker_client()) is None
        assert rate_limit.quotas({1: Rate(10, 60.0, 2)}, shared=worker_client()) == {}
    finally:
        worker_client.cache_clear()
