"""Processes of a worker's pool: which one carries out a job. Only one worker may run."""

from __future__ import annotations

import os
import signal

from config.celery import app
from devices.models import SyncRun
from tests.faults.processes import wait_for

ADVANCE = "devices.tasks.advance"


def process_of(run: SyncRun) -> int | None:
    """Process id of the child that does steps of the run at this moment, as its worker reports it."""
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


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
