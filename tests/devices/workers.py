"""What workers and beat do, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from devices.jobs import engine as jobs
from devices.jobs import heartbeat


@contextmanager
def worker(handler: type[Any]) -> Iterator[None]:
    """For the jobs of one kind of handler; each gets one of its own, as in a task."""
    stop = threading.Event()

    def work() -> None:
        try:
            while not stop.wait(0.05):
                heartbeat.beat()
                for pk in jobs.due(handler.model, now=jobs.database_clock()):
                    one = handler()
                    jobs.Engine(one).advance(pk)
                    one.close()
        finally:
            connection.close()

    heartbeat.beat()
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
