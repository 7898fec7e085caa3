"""Celery tasks. A task carries an id and no logic; a lost one is repeated at the next tick."""

from __future__ import annotations

from contextlib import closing

from celery import shared_task
from django.utils import timezone

from devices.jobs import engine as jobs
from devices.tasks import WAKE_EXPIRES
from patching.models import PatchRun
from patching.sync import retention, scheduling
from patching.sync.job import PatchRunHandler


@shared_task(name="patching.tasks.announce")
def announce() -> None:
    for pk in jobs.due(PatchRun, now=jobs.database_clock()):
        wake(pk)


@shared_task(name="patching.tasks.plan")
def plan() -> None:
    for run in scheduling.schedule_patch_runs(scheduling.telling(), jobs.database_clock()):
        wake(run.pk)


@shared_task(name="patching.tasks.step")
def step(run_id: int) -> None:
    with closing(PatchRunHandler()) as handler:
        if jobs.Engine(handler).advance(run_id):
            wake(run_id)


@shared_task(name="patching.tasks.tidy")
def tidy() -> None:
    retention.tidy(timezone.now())


def wake(run_id: int) -> None:
    step.apply_async((run_id,), queue="sync", expires=WAKE_EXPIRES)
