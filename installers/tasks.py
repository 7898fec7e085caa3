"""The hourly cleanup, and task names of earlier versions, whose messages may still arrive. The tasks of all job types are in
devices/tasks.py."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from devices.jobs.types import JOB_TYPES
from devices.tasks import advance, announce_jobs, plan_jobs
from installers.handouts import retention


@shared_task(name="installers.tasks.tidy")
def tidy() -> None:
    retention.tidy(timezone.now())


@shared_task(name="installers.tasks.announce")
def announce() -> None:
    announce_jobs(JOB_TYPES["installer"])
    announce_jobs(JOB_TYPES["installer_sync"])


@shared_task(name="installers.tasks.plan")
def plan() -> None:
    plan_jobs("installer_sync")


@shared_task(name="installers.tasks.step")
def step(installer_id: int) -> None:
    advance("installer", installer_id)


@shared_task(name="installers.tasks.take_stock")
def take_stock(stocktake_id: int) -> None:
    advance("installer_sync", stocktake_id)
