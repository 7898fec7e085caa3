"""Worker that reports which process does a task: `celery -A tests.faults.workers.observed worker`. Only remote control differs."""

from __future__ import annotations

from config.celery import app

__all__ = ["app"]

app.conf.worker_enable_remote_control = True
