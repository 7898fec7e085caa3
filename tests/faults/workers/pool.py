"""Processes of workers: which one carries out a job, and how many messages were. A worker started with OBSERVED answers for its children."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from kombu.transport import redis as redis_transport

from config.celery import app
from devices.models import SyncRun
from tests.faults.processes import wait_for

OBSERVED = "tests.faults.workers.observed"
ADVANCE = "devices.tasks.advance"
ANSWER_SECONDS = 5.0  # at most: all workers that run answer
T = TypeVar("T")


def process_of(run: SyncRun) -> int | None:
    """Process id of the child that does steps of the run at this moment. Only one worker may run."""
    return next((process for _, process in _busy_with(run, workers=1)), None)


def worker_of(run: SyncRun, *, workers: int) -> str | None:
    """Name of the worker that does steps of the run, of so many that run."""
    return next((name.rpartition("@")[2] for name, _ in _busy_with(run, workers=workers)), None)


def wait_for_process(run: SyncRun) -> int:
    return _wait_for(lambda: process_of(run))


def wait_for_worker(run: SyncRun, *, workers: int) -> str:
    return _wait_for(lambda: worker_of(run, workers=workers))


def _wait_for(look: Callable[[], T | None]) -> T:
    found: list[T] = []

    def there() -> bool:
        one = look()
        found.extend([] if one is None else [one])
        return bool(found)

    wait_for(there, seconds=30)
    return found[-1]


@contextmanager
def _inspection(**options: Any) -> Iterator[Any]:
    """Celery's, over a connection whose channel accepts the answers: Rollcall's own takes them for messages that are no tasks."""
    with app.connection_for_write() as connection:
        connection.transport.Channel = redis_transport.Channel
        yield app.control.inspect(connection=connection, **options)


def _busy_with(run: SyncRun, *, workers: int) -> list[tuple[str, int]]:
    with _inspection(timeout=ANSWER_SECONDS, limit=workers) as inspection:
        reports = inspection.active() or {}
    tasks = [(name, task) for name, active in reports.items() for task in active]
    return [(name, int(task["worker_pid"])) for name, task in tasks if task["name"] == ADVANCE and task["args"] == ["sync", run.pk]]


def executed_by_worker(task: str, *, workers: int) -> dict[str, int]:
    """Messages of this task that each of so many workers has received since it was started. Workers need names of their own."""
    with _inspection(timeout=ANSWER_SECONDS, limit=workers) as inspection:
        reports = inspection.stats() or {}
    return {worker: int(report["total"].get(task, 0)) for worker, report in reports.items()}


def executed(task: str, *, workers: int = 1) -> int:
    return sum(executed_by_worker(task, workers=workers).values())


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
