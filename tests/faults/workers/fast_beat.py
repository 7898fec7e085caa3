"""Beat with a tick a hundred times as fast: `celery -A tests.faults.workers.fast_beat beat`. Only the intervals of the schedule differ."""

from __future__ import annotations

from config.celery import app

__all__ = ["app"]
FASTER = 100

app.conf.beat_schedule = {name: {**entry, "schedule": entry["schedule"] / FASTER} for name, entry in app.conf.beat_schedule.items()}
