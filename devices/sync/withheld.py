"""Withheld absences, and a user's decision to apply them. The decision is a column of the run, audited at once; the marking is work for a
worker, some thousand devices at a time, so that no page waits for it and no import waits long.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import extend_timeouts, lock_devices
from devices.jobs import wake_ups
from devices.models import Account, SyncRun
from devices.sync import absence

AT_ONCE = 10_000  # sightings in one transaction: a few seconds
LOST_AFTER = timedelta(seconds=30)  # without progress a wake-up was lost, or its worker died
NEEDED = Q(decided_at__isnull=False, applied_at=None)


def decide_withheld(run: SyncRun, *, reason: str, act: AuditContext) -> bool:
    """Have the devices that this list does not contain marked as missing. False: a newer list came in, or it was decided before."""
    with transaction.atomic():
        run = SyncRun.objects.select_for_update(of=("self",)).select_related("account").get(pk=run.pk)
        if run.decided_at is not None or not absence.proves_absence(run):
            return False
        run.decided_at, run.applied_by, run.decided_reason = act.now, act.person, reason
        run.save(update_fields=["decided_at", "applied_by", "decided_reason"])
        _audit("decided", run, act, devices=run.withheld)
        wake_ups.after_commit("devices.tasks.mark", run.pk)
    return True


def claim(now: datetime) -> list[int]:
    """Runs that were decided about and that no worker is at; they are not named again until `LOST_AFTER` has passed without progress.

    A time in the future was written by a wrong clock.
    """
    free = Q(marked_at=None) | Q(marked_at__lt=now - LOST_AFTER) | Q(marked_at__gt=now + LOST_AFTER)
    with transaction.atomic():
        runs = list(SyncRun.objects.filter(NEEDED & free).select_for_update(skip_locked=True).values_list("pk", flat=True))
        SyncRun.objects.filter(pk__in=runs).update(marked_at=now)
    return runs


def advance(run_id: int, *, now: datetime) -> bool:
    """Mark some of what was decided about. True: there is more. Done again, or by two workers at a time, it marks nothing twice."""
    with transaction.atomic():
        extend_timeouts()
        lock_devices()  # whatever ends a list does so too: this one is the newest until this transaction ends
        run = SyncRun.objects.filter(NEEDED, pk=run_id).select_related("account", "applied_by").first()
        if run is None:
            return False
        if not absence.proves_absence(run):
            _void(run, now)
            return False
        Account.objects.select_for_update(no_key=True).get(pk=run.account_id)
        marked = absence.apply_withheld(run, now, most=AT_ONCE)
        run.marked_at = now
        if not marked:
            run.applied_at = now
            _audit("applied", run, AuditContext.of(run.applied_by, now=now), devices=run.missing)
        run.save(update_fields=["missing", "marked_at", "applied_at"])
        return marked > 0


def _void(run: SyncRun, now: datetime) -> None:
    """A newer list replaces this one. What was marked before and is listed again becomes present with that list."""
    _audit("overtaken", run, AuditContext.of(run.applied_by, now=now), devices=run.missing)
    run.decided_at = run.applied_by = None
    run.save(update_fields=["decided_at", "applied_by"])


def _audit(what: str, run: SyncRun, act: AuditContext, *, devices: int) -> None:
    audit.record(f"disappearance {what}", act=act, target=run.account.name, run=run.pk, devices=devices, reason=run.decided_reason)
