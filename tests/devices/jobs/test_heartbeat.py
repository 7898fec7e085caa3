"""Age of the heartbeat: by the clock of Redis, whatever the clocks of hosts say."""

from __future__ import annotations

import pytest

from devices.db.redis_client import worker_client
from devices.jobs import heartbeat

KEY = "rollcall:beat"


def beat_at(seconds: float) -> None:
    """A beat so many seconds after the present moment of Redis."""
    now, microseconds = worker_client().time()
    worker_client().set(KEY, f"{now + microseconds / 1e6 + seconds:.6f}")


def test_it_counts_from_the_last_beat() -> None:
    assert heartbeat.age() is None
    heartbeat.beat()
    age = heartbeat.age()
    assert age is not None and 0 <= age < 5
    heartbeat.forget()
    beat_at(-100)
    age = heartbeat.age()
    assert age is not None and 100 <= age < 105


@pytest.mark.fault("F37")
def test_a_beat_in_the_future_hides_no_stopped_worker() -> None:
    """The clock of Redis was set back."""
    beat_at(3600)
    assert heartbeat.age() is None
    beat_at(-40)
    beat_at_forty = heartbeat.age()
    beat_at(3600)
    age = heartbeat.age()
    assert beat_at_forty is not None and age is not None and beat_at_forty <= age < 45


def test_the_last_beat_counts_while_redis_is_empty() -> None:
    heartbeat.beat()
    before = heartbeat.age()
    worker_client().flushdb()
    after = heartbeat.age()
    assert before is not None and after is not None and before <= after < 5


@pytest.mark.parametrize("value", ["", "soon", "nan", "12:00", "-inf"])
def test_what_is_no_time_is_no_beat(value: str) -> None:
    worker_client().set(KEY, value)
    assert heartbeat.age() is None
