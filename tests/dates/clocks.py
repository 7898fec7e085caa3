"""A pytest plugin (`-p tests.dates.clocks`) that ends the run unless all its processes share the date in ROLLCALL_TEST_DATE."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from redis import Redis

VARIABLE = "ROLLCALL_TEST_DATE"
LONGEST_RUN = timedelta(days=1)
# The clocks are read one after the other, on a machine that may be busy.
TOLERANCE = timedelta(minutes=1)


def pytest_sessionstart() -> None:
    """In the process that the run starts with, and in every worker of pytest-xdist, each with its own PostgreSQL and Valkey."""
    begin = datetime.fromisoformat(os.environ[VARIABLE])
    if problem := explain(read_clocks(database=os.environ["DATABASE_URL"], valkey=os.environ["REDIS_URL"]), begin=begin):
        pytest.exit(problem, returncode=pytest.ExitCode.USAGE_ERROR)


def read_clocks(*, database: str, valkey: str) -> dict[str, datetime]:
    """What time it is for each kind of process of a test run."""
    with psycopg.connect(database) as connection, Redis.from_url(valkey) as broker:
        answer = connection.execute("SELECT now()").fetchone()
        assert answer is not None
        seconds, microseconds = broker.time()
    command = [sys.executable, "-c", "import time; print(time.time())"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    return {
        "Python": datetime.now(UTC),
        "a subprocess": datetime.fromtimestamp(float(told), UTC),
        "PostgreSQL": answer[0],
        "Valkey": datetime.fromtimestamp(seconds + microseconds / 1e6, UTC),
    }


def explain(clocks: Mapping[str, datetime], *, begin: datetime) -> str:
    """Nothing, or one sentence that names every clock that is not on the date, or that they differ."""
    wrong = [name for name, clock in clocks.items() if not begin - TOLERANCE <= clock < begin + LONGEST_RUN]
    if not wrong and max(clocks.values()) - min(clocks.values()) <= TOLERANCE:
        return ""
    told = ", ".join(f"{clocks[name]:%Y-%m-%d %H:%M:%S} for {name}" for name in wrong or clocks)
    return f"Not every process has the date {begin:%Y-%m-%d %H:%M} UTC: it is {told}."
