"""Processes of workers: which one carries out a job, and how many messages were. A worker answers for its children."""

from __future__ import annotations

import os
import signal

from config.celery import app
from devices.models import SyncRun
from tests.faults.processes import wait_for

ADVANCE = "devices.tasks.advance"


def process_of(run: SyncRun) -> int | None:
    """Process id of the child that does steps of the run at this moment. Only one worker may run."""
    reports = app.control.inspect(timeout=1.0, limit=1).active() or {}
    busy = [task for tasks in reports.values() for task in tasks if task["name"] == ADVANCE and task["args"] == ["sync", run.pk]]
    return int(busy[0]["worker_pid"]) if busy else None


def wait_for_process(run: SyncRun) -> int:
    found: list[int] = []

    def busy() -> bool:
        process = process_of(run)
        found.extend([process] if process else [])
        return bool(found)

    wait_for(busy, seconds=30)
    return found[-1]


def executed_by_worker(task: str) -> dict[str, int]:
    """Messages of this task that each worker has received since it was started. Workers need names of their own."""
    reports = app.control.inspect(timeout=2.0).stats() or {}
    return {worker: int(report["total"].get(task, 0)) for worker, report in reports.items()}


def executed(task: str) -> int:
    return sum(executed_by_worker(task).values())


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
