"""The hourly cleanup, and task names of earlier versions, whose messages may still arrive. The tasks of all job types are in
devices/tasks.py."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from devices.jobs.types import JOB_TYPES
from devices.tasks import advance, announce_jobs, plan_jobs
from patching.sync import retention


@shared_task(name="patching.tasks.tidy")
def tidy() -> None:
    retention.tidy(timezone.now())


@shared_task(name="patching.tasks.announce")
def announce() -> None:
    announce_jobs(JOB_TYPES["patch_run"])


@shared_task(name="patching.tasks.plan")
def plan() -> None:
    plan_jobs("patch_run")


@shared_task(name="patching.tasks.step")
def step(run_id: int) -> None:
    advance("patch_run", run_id)
