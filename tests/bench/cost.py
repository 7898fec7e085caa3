"""What a process has cost since it was asked to look."""

from __future__ import annotations

import json
import resource
import time


class Cost:
    def __init__(self) -> None:
        self._started = time.monotonic()
        self._cpu = time.process_time()

    def tell(self, *, devices: int) -> None:
        """Print one line of JSON: devices, seconds, cpu, rss in bytes."""
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        seconds, cpu = time.monotonic() - self._started, time.process_time() - self._cpu
        print(json.dumps({"devices": devices, "seconds": seconds, "cpu": cpu, "rss": rss}))
