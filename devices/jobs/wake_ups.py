"""Wake-ups: messages that name a job which is due. A lost one costs delay only, because beat announces again what is due.

What a user requests is announced by the web process itself, so that it starts while beat is stopped. A thread sends it: the request does
not wait for the broker.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from functools import partial

import redis
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from devices.db.redis_client import worker_client

log = logging.getLogger(__name__)
KEY_PREFIX = "rollcall:"  # of the broker's keys
URGENT = "interactive"  # the queue of what a user waits for
# Messages of one queue that no worker has read. While there are so many, no more are announced: without workers the queue would grow for
# ever. They have no expiry instead, which would be judged by the clock of another host.
MOST_UNREAD = 100
MOST_SENDING = 8  # wake-ups that wait for the broker in this process
EXIT_SECONDS = 1.0  # a command that ends waits so long for its wake-ups
_sending: set[threading.Thread] = set()


def unread(queue: str) -> int:
    """Raises redis.RedisError."""
    return int(worker_client().llen(f"{KEY_PREFIX}{queue}"))


def full(queue: str) -> bool:
    """Whether more messages would be pointless. Raises redis.RedisError."""
    return unread(queue) >= MOST_UNREAD


def job_after_commit(job_type: str, job_id: int) -> None:
    """For a job of this type (devices/jobs/types.py) that a user requested."""
    after_commit("devices.tasks.advance", job_type, job_id)


def after_commit(task: str, *arguments: str | int) -> None:
    """Announce a user's request to the workers, once the transaction is stored."""
    transaction.on_commit(partial(_start, task, arguments))


def _start(task: str, arguments: tuple[str | int, ...]) -> None:
    for ended in [each for each in _sending if not each.is_alive()]:
        _sending.discard(ended)
    if len(_sending) < MOST_SENDING:
        thread = threading.Thread(target=_send, args=(task, arguments), daemon=True)
        _sending.add(thread)
        thread.start()


def _send(task: str, arguments: tuple[str | int, ...]) -> None:
    try:
        if not full(URGENT):
            import_string(settings.CELERY_APP).send_task(task, arguments, queue=URGENT)
    except (redis.RedisError, OperationalError):
        log.warning("A wake-up could not be sent; beat announces the job again.")


@atexit.register
def _finish() -> None:
    ends = time.monotonic() + EXIT_SECONDS
    for thread in list(_sending):
        thread.join(max(0.0, ends - time.monotonic()))
