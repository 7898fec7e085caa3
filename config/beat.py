"""Scheduler of beat: bounded, and not stopped by a clock that was ahead."""

from __future__ import annotations

from typing import Any

import redis
from celery.beat import PersistentScheduler

from devices.jobs import wake_ups


class Scheduler(PersistentScheduler):
    """Sends nothing to a queue that no worker reads."""

    def tick(self, *arguments: Any, **named: Any) -> float:
        self._forget_future()
        seconds: float = super().tick(*arguments, **named)
        return seconds

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        try:
            if wake_ups.full(entry.options["queue"]):
                return
        except redis.RedisError:
            pass  # sending fails too, which is logged
        super().apply_entry(entry, producer=producer)

    def _forget_future(self) -> None:
        """What was last sent in the future would not be sent until then: this host's clock was ahead and has been corrected."""
        late = [entry for entry in self.schedule.values() if entry.last_run_at > entry.default_now()]
        for entry in late:
            entry.last_run_at = entry.default_now()
        if late:
            self._heap = None  # its times are in the future too: made again from the schedule
