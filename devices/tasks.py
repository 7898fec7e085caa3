"""Wake-up calls. A task carries an id and no logic; losing one costs a tick."""

from __future__ import annotations

import time
from contextlib import closing

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import QuerySet
from django.utils import timezone

from devices.accounts import deletion
from devices.coverage import gaps
from devices.db.batches import forget_changes
from devices.issues import decisions
from devices.jobs import engine as jobs
from devices.jobs import heartbeat, shutdown
from devices.models import Account, SyncRun
from devices.reconciliation import freshness
from devices.sync import group_names, withheld
from devices.sync.handler import SyncHandler, apply_changed_thresholds, mark_stale_sightings, schedule_due_runs
from vendors.registry import VENDORS

WAKE_EXPIRES = 10  # seconds; an unread wake-up is announced again


@shared_task(name="devices.tasks.announce")
def announce() -> None:
    heartbeat.beat()
    now = jobs.database_clock()
    due = jobs.due(SyncRun, now=now)
    people = set(SyncRun.objects.filter(pk__in=due, interactive=True).values_list("pk", flat=True))
    for run_id in due:
        wake(run_id, interactive=run_id in people)
    for run_id in withheld.claim(now):
        wake_marking(run_id)
    for account_id in deletion.under_way():
        wake_deletion(account_id)


@shared_task(name="devices.tasks.plan")
def plan() -> None:
    now = jobs.database_clock()
    for run in schedule_due_runs(list(_usable()), now):
        wake(run.pk, interactive=False)
    apply_changed_thresholds(now)
    gaps.renew(now)
    group_names.carry_on(now)


@shared_task(name="devices.tasks.step")
def step(run_id: int) -> None:
    with closing(SyncHandler()) as handler:
        if jobs.Engine(handler).advance(run_id):
            wake(run_id, interactive=False)


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


@shared_task(name="devices.tasks.tidy")
def tidy() -> None:
    now = timezone.now()
    mark_stale_sightings(now)
    freshness.forget_defaults()
    forget_changes(now)
    decisions.tidy(now)
    SessionStore.clear_expired()


def _usable() -> QuerySet[Account]:
    """An account whose vendor this version does not know must not keep the others from being fetched."""
    return Account.objects.filter(enabled=True, vendor__in=VENDORS)


def wake(run_id: int, *, interactive: bool) -> None:
    queue = "interactive" if interactive else "sync"
    step.apply_async((run_id,), queue=queue, expires=WAKE_EXPIRES)


def wake_deletion(account_id: int) -> None:
    delete_account.apply_async((account_id,), queue="sync", expires=WAKE_EXPIRES)


def wake_marking(run_id: int) -> None:
    mark.apply_async((run_id,), queue="interactive", expires=WAKE_EXPIRES)
