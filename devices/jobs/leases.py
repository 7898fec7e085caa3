"""Leases that the processes of a worker's pool hold, in memory shared with its parent process.

The parent knows at once that a process died, and ends its lease instead of letting it run out. A process that is only stopped keeps it.
"""

from __future__ import annotations

import json
import logging
import mmap
from typing import NamedTuple

from billiard import current_process
from celery import current_task
from django.apps import apps
from django.db import Error, connection

from devices.models import VendorJob
from devices.models.job import ACTIVE

log = logging.getLogger(__name__)
PROCESSES = 1024  # of one pool; a lease of further ones runs out
_SIZE = 160  # bytes for each process
_held = mmap.mmap(-1, PROCESSES * _SIZE)  # anonymous and shared: made before the pool is forked


class HeldLease(NamedTuple):
    """`task`: id of the message that is being carried out; `model`: label of the job's model."""

    task: str
    model: str
    job: int
    fence: int


def note(job: VendorJob) -> None:
    """This process is about to claim the job; outside of a pool nothing is noted."""
    place = getattr(current_process(), "index", PROCESSES)
    if not current_task or place >= PROCESSES:
        return
    lease = HeldLease(str(current_task.request.id), job._meta.label, job.pk, job.fence)
    text = json.dumps(lease).encode()
    _held[place * _SIZE : (place + 1) * _SIZE] = text.ljust(_SIZE, b"\0")


def of_task(task: str) -> HeldLease | None:
    for place in range(0, len(_held), _SIZE):
        try:
            lease = HeldLease(*json.loads(_held[place : place + _SIZE].rstrip(b"\0")))
        except ValueError:  # never written, or killed while it was
            continue
        if lease.task == task:
            return lease
    return None


def end(task: str) -> None:
    """In the parent: the process that carried out this task has died. A lease that is another worker's by now has another fence."""
    lease = of_task(task)
    if lease is None:
        return
    jobs = apps.get_model(lease.model)._default_manager.filter(pk=lease.job, fence=lease.fence, state__in=ACTIVE)
    try:
        if jobs.update(lease_until=None):
            log.warning("a process of this worker died: its lease of %s %s was ended", lease.model, lease.job)
    except Error:
        log.warning("a process of this worker died: the database did not answer, so its lease of %s %s runs out", lease.model, lease.job)
    finally:
        connection.close()  # the processes that the parent forks must not share it
