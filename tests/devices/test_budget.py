from __future__ import annotations

import threading
import time

import pytest
from pytest_django.fixtures import Settings

from devices import budget
from devices.budget import SharedBudget
from vendors.budget import Rate


def make(rate: Rate = Rate(10, 60.0, 2), *, idle: float = 1e9, account: int = 1) -> SharedBudget:
    return SharedBudget(account, rate, idle_for=lambda: idle)


def grants(of: SharedBudget, *, interactive: bool = False, tries: int = 15) -> int:
    return sum(of.take(interactive=interactive) == 0 for _ in range(tries))


def test_two_of_ten_are_kept_for_people() -> None:
    shared = make()
    assert grants(shared) == 8
    assert grants(shared, interactive=True) == 2
    assert 0 < shared.take() <= 60


def test_accounts_do_not_share_a_budget() -> None:
    assert grants(make(account=1)) == 8
    assert grants(make(account=2)) == 8


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
    budget.client().script_flush()
    assert shared.take() == 0


def test_without_redis_nothing_is_granted(settings: Settings) -> None:
    budget.client.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    try:
        shared = make()
        assert shared.take() > 0
        shared.block(5)
    finally:
        budget.client.cache_clear()


@pytest.mark.parametrize("interactive", [True, False])
def test_calls_are_counted(interactive: bool) -> None:
    shared = make()
    shared.take(interactive=interactive)
    assert shared.calls == 1
