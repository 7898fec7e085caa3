"""When to look for an order of which nobody knows, and when the answer is no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from installers.models import Installer
from installers.orders import verification
from installers.orders.vendor_records import marked, nonce_of
from vendors.errors import BadAnswer

SINCE = datetime(2026, 11, 21, 9, tzinfo=UTC)


def look(seconds: float, *, unreadable: int = 0) -> float:
    begun = SINCE + timedelta(seconds=seconds)
    return verification.next_look(Installer(ambiguous_since=SINCE), begun=begun, unreadable=unreadable)


@pytest.mark.parametrize(("waited", "wait"), [(0, 5), (5, 25), (29, 1), (30, 90), (120, 660), (779, 1)])
def test_it_looks_after_five_and_thirty_seconds_two_minutes_and_at_the_settling_time(waited: float, wait: float) -> None:
    assert look(waited) == wait


def test_a_complete_list_at_the_settling_time_says_no() -> None:
    with pytest.raises(verification.NotMade, match="Not created"):
        look(780)


def test_a_list_with_a_record_that_cannot_be_read_never_says_no() -> None:
    with pytest.raises(BadAnswer, match="may be one of them"):
        look(10_000, unreadable=1)


@pytest.mark.parametrize(
    "name", ["", "Reception", "[req-0badcafe] Reception", "Reception [req-0badcafe] ", "Reception [req-0BADCAFE]", "x[req-0badcafe]"]
)
def test_only_a_name_that_ends_in_the_mark_is_ours(name: str) -> None:
    assert nonce_of(name) == ""
    assert nonce_of(marked(name, nonce="0badcafe")) == "0badcafe"
