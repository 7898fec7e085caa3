"""What is tried again, when, and how often."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vendors.errors import AuthFailed, BadAnswer, Lost, Misconfigured, RateLimited, Unavailable, Unsupported, VendorError
from vendors.gateway.error_mapping import told_wait
from vendors.retry import MAX_ATTEMPTS, wait_after

NOW = datetime(2026, 10, 21, 7, 28, 0, tzinfo=UTC)


@pytest.mark.parametrize("error", [Unavailable("x"), Unavailable("x", sent=False), BadAnswer("x")])
def test_what_may_pass_is_tried_three_times_in_all(error: VendorError) -> None:
    assert MAX_ATTEMPTS == 3
    assert [wait_after(error, attempt=attempt, roll=0.5) for attempt in (1, 2, 3, 4)] == [1.0, 2.0, None, None]


def test_workers_do_not_come_back_together() -> None:
    waits = [wait_after(Unavailable("x"), attempt=2, roll=roll) for roll in (0.0, 0.25, 0.999)]
    assert waits[0] == 0.0 and waits[1] == 1.0 and waits[2] is not None and 3.9 < waits[2] < 4


@pytest.mark.parametrize("error", [AuthFailed("x"), Misconfigured("x"), Unsupported("x"), Lost("x")])
def test_what_will_not_pass_is_not_tried_again(error: VendorError) -> None:
    assert wait_after(error, attempt=1, roll=0.5) is None


@pytest.mark.parametrize(("told", "wait"), [(12.5, 12.5), (0.0, 0.0), (-5.0, 0.0), (1e9, 900.0)])
def test_a_spent_budget_waits_as_long_as_told_however_often(told: float, wait: float) -> None:
    assert all(wait_after(RateLimited("x", wait=told), attempt=attempt, roll=0.9) == wait for attempt in (1, 3, 50))


def test_a_vendor_that_keeps_refusing_is_asked_less_and_less_often() -> None:
    waits = [wait_after(RateLimited("x", wait=1.0), attempt=1, roll=0.5, refusals=refusals) for refusals in (0, 1, 2, 3, 6, 50)]
    assert waits == [1.0, 1.0, 4.0, 8.0, 64.0, 512.0]


@pytest.mark.parametrize(
    ("values", "wait"),
    [
        ([], None), (["120"], 120.0), (["0"], 0.0), (["-1"], 0.0), (["1.5"], 1.5), ([" 30 "], 30.0), (["99999999999"], 900.0),
        (["1e9"], None), (["soon"], None), ([""], None), (["nan"], None), (["inf"], None), (["9" * 5000], None), (["\u0663"], None),
        (["Wed, 21 Oct 2026 07:28:30 GMT"], 30.0), (["Wed, 21 Oct 2026 07:27:00 GMT"], 0.0), (["Wed, 21 Oct 2099 07:28:00 GMT"], 900.0),
        (["Wed, 21 Oct 2026 09:28:30 +0200"], 30.0), (["Wed, 99 Foo 2026 07:28:30 GMT"], None), (["Wed, 21 Oct 99999 07:28:30 GMT"], None),
        (["0", "30"], 30.0), (["soon", "5"], 5.0),
    ],
)  # fmt: skip
def test_retry_after(values: list[str], wait: float | None) -> None:
    assert told_wait(values, now=NOW) == wait
