"""Periodic tasks. Beat only wakes workers; rows in the database decide what is due, so two beats do no harm."""

from __future__ import annotations

from typing import Any


def _plan(job_type: str, *, seconds: int) -> dict[str, Any]:
    """Creates the jobs of one type (devices/jobs/types.py) that are due by its schedule."""
    return {
        "task": "devices.tasks.plan_jobs",
        "args": [job_type],
        "schedule": float(seconds),
        "options": {"queue": "tick", "expires": max(30, seconds)},
    }


BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "announce due jobs": {"task": "devices.tasks.announce", "schedule": 1.0, "options": {"queue": "tick", "expires": 5}},
    "plan syncs": _plan("sync", seconds=10),
    "renew what changed": {"task": "devices.tasks.renew", "schedule": 10.0, "options": {"queue": "tick", "expires": 30}},
    "chain the audit log": {"task": "devices.tasks.chain_audit_log", "schedule": 10.0, "options": {"queue": "tick", "expires": 30}},
    "plan installer syncs": _plan("installer_sync", seconds=60),
    "plan patch runs": _plan("patch_run", seconds=10),
    "tidy patching": {"task": "patching.tasks.tidy", "schedule": 3600.0, "options": {"queue": "tick", "expires": 3600}},
    "tidy installers": {"task": "installers.tasks.tidy", "schedule": 3600.0, "options": {"queue": "tick", "expires": 3600}},
    "tidy": {"task": "devices.tasks.tidy", "schedule": 3600.0, "options": {"queue": "tick", "expires": 3600}},
}
