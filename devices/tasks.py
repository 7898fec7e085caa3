"""Celery tasks: wake-up calls that carry a job type and an id, and no logic. A lost one is repeated at the next tick.

A worker checks the arguments before (config/messages.py): `int` is the type of an id, `str` that of the name of a job type.
"""

from __future__ import annotations

import time
from contextlib import closing

from celery import shared_task
from django.utils import timezone

from devices.accounts.deletion import services as deletion
from devices.audit.chain import chain_left
from devices.coverage import gaps, tallies
from devices.db.batches import forget_changes
from devices.issues import decisions
from devices.issues.assignments import services as assignments
from devices.issues.problems import counts as problem_counts
from devices.issues.problems import events as problem_events
from devices.jobs import engine as jobs
from devices.jobs import heartbeat, retention, shutdown, wake_ups
from devices.jobs.types import JOB_TYPES, JobType
from devices.models import SyncRun
from devices.reconciliation import freshness
from devices.sync import group_names, upgrade, withheld
from devices.sync.handler import apply_changed_thresholds, mark_stale_sightings
from devices.trends import rollup
from devices.users.session_store import SessionStore

DELETIONS = "sync"  # the queue of deletions


@shared_task(name="devices.tasks.announce")
def announce() -> None:
    """Wake a worker for each job that is due, whatever its type."""
    heartbeat.beat()
    for job_type in JOB_TYPES.values():
        announce_jobs(job_type)
    if not wake_ups.full(wake_ups.URGENT):
        for run_id in withheld.claim(jobs.database_clock()):
            wake_marking(run_id)
    if not wake_ups.full(DELETIONS):
        for account_id in deletion.under_way():
            wake_deletion(account_id)


@shared_task(name="devices.tasks.plan_jobs")
def plan_jobs(job_type: str) -> None:
    """Create the jobs of one type that are due by schedule."""
    planned = JOB_TYPES[job_type]
    if planned.plan is not None:
        for job in planned.plan(jobs.database_clock()):
            wake(planned, job.pk)


@shared_task(name="devices.tasks.advance")
def advance(job_type: str, job_id: int) -> None:
    """Do steps of one job until it waits, ends, or its slice is over."""
    advanced = JOB_TYPES[job_type]
    with closing(advanced.handler()) as handler:
        if jobs.Engine(handler).advance(job_id):
            wake(advanced, job_id)


@shared_task(name="devices.tasks.renew")
def renew() -> None:
    """Carry on with what follows from a change, part by part: thresholds, coverage, names of groups, rules of matching."""
    now = jobs.database_clock()
    apply_changed_thresholds(now)
    gaps.renew(now)
    tallies.renew(now)
    group_names.carry_on(now)
    upgrade.carry_on(now)


@shared_task(name="devices.tasks.mark")
def mark(run_id: int) -> None:
    if withheld.advance(run_id, now=jobs.database_clock()):
        wake_marking(run_id)


@shared_task(name="devices.tasks.delete_account")
def delete_account(account_id: int) -> None:
    """Batches until the slice is over. Announced every second: one that another worker is at does nothing here."""
    ends = time.monotonic() + jobs.SLICE
    while deletion.advance(account_id, now=jobs.database_clock()):
        if shutdown.shutting_down() or time.monotonic() >= ends:
            break


@shared_task(name="devices.tasks.chain_audit_log")
def chain_audit_log() -> None:
    chain_left()


@shared_task(name="devices.tasks.count_today")
def count_today() -> None:
    """Store the numbers of the day, when they are due."""
    rollup.count_today(jobs.database_clock())


@shared_task(name="devices.tasks.tidy")
def tidy() -> None:
    now = timezone.now()
    mark_stale_sightings(now)
    freshness.forget_defaults()
    forget_changes(now)
    rollup.forget_old(now)
    retention.forget_finished(SyncRun, series="kind", now=now)
    decisions.tidy(now)
    assignments.tidy(now)
    problem_events.tidy(now)
    problem_counts.tidy()
    SessionStore.clear_expired()


def announce_jobs(job_type: JobType) -> None:
    """Those whose queue is read: one whose workers are down would grow for ever."""
    due = jobs.due(job_type.model, now=jobs.database_clock())
    if not due:
        return
    urgent = job_type.urgent_among(due)
    full = {queue for queue in (job_type.queue, wake_ups.URGENT) if wake_ups.full(queue)}
    for job_id in due:
        if _queue(job_type, urgent=job_id in urgent) not in full:
            wake(job_type, job_id, urgent=job_id in urgent)


def wake(job_type: JobType, job_id: int, *, urgent: bool = False) -> None:
    advance.apply_async((job_type.name, job_id), queue=_queue(job_type, urgent=urgent))


def _queue(job_type: JobType, *, urgent: bool) -> str:
    return wake_ups.URGENT if urgent else job_type.queue


def wake_deletion(account_id: int) -> None:
    delete_account.apply_async((account_id,), queue=DELETIONS)


def wake_marking(run_id: int) -> None:
    mark.apply_async((run_id,), queue=wake_ups.URGENT)


# -- names of earlier versions, whose messages may still arrive -----------------------------------------------------------


@shared_task(name="devices.tasks.plan")
def plan() -> None:
    plan_jobs("sync")
    renew()


@shared_task(name="devices.tasks.step")
def step(run_id: int) -> None:
    advance("sync", run_id)
