"""Periodic tasks. Beat only wakes workers; rows in the database decide what is due, so two beats do no harm.

Messages have no expiry, which would be judged by the clock of another host: config/beat.py bounds the queue instead.
"""

from __future__ import annotations

from typing import Any


def _plan(job_type: str, *, seconds: int) -> dict[str, Any]:
    """Creates the jobs of one type (devices/jobs/types.py) that are due by its schedule."""
    return _every(seconds, "devices.tasks.plan_jobs", job_type)


def _every(seconds: int, task: str, *arguments: str) -> dict[str, Any]:
    return {"task": task, "args": list(arguments), "schedule": float(seconds), "options": {"queue": "tick"}}


BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "announce due jobs": _every(1, "devices.tasks.announce"),
    "plan syncs": _plan("sync", seconds=10),
    "renew what changed": _every(10, "devices.tasks.renew"),
    "chain the audit log": _every(10, "devices.tasks.chain_audit_log"),
    "count today": _every(60, "devices.tasks.count_today"),
    "plan installer syncs": _plan("installer_sync", seconds=60),
    "plan patch runs": _plan("patch_run", seconds=10),
    "tidy patching": _every(3600, "patching.tasks.tidy"),
    "tidy installers": _every(3600, "installers.tasks.tidy"),
    "tidy": _every(3600, "devices.tasks.tidy"),
}
