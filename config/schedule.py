"""Periodic tasks. Beat only wakes workers; rows in the database decide what is due, so two beats do no harm."""

from __future__ import annotations

from typing import Any

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "announce due jobs": {"task": "devices.tasks.announce", "schedule": 1.0, "options": {"queue": "tick", "expires": 5}},
    "plan runs": {"task": "devices.tasks.plan", "schedule": 10.0, "options": {"queue": "tick", "expires": 30}},
    "announce due installers": {"task": "installers.tasks.announce", "schedule": 1.0, "options": {"queue": "tick", "expires": 5}},
    "plan stocktakes": {"task": "installers.tasks.plan", "schedule": 60.0, "options": {"queue": "tick", "expires": 60}},
    "announce due patch runs": {"task": "patching.tasks.announce", "schedule": 1.0, "options": {"queue": "tick", "expires": 5}},
    "plan patch runs": {"task": "patching.tasks.plan", "schedule": 10.0, "options": {"queue": "tick", "expires": 30}},
    "tidy patching": {"task": "patching.tasks.tidy", "schedule": 3600.0, "options": {"queue": "tick", "expires": 3600}},
    "tidy": {"task": "devices.tasks.tidy", "schedule": 3600.0, "options": {"queue": "tick", "expires": 3600}},
}
