"""When installers are synced: every hour, on request, and after failures as in vendors/retry.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from devices.models import Account, Health, JobState, User
from installers.models import Stocktake
from installers.register.sync import expire
from vendors import retry
from vendors.registry import VENDORS

EVERY = timedelta(hours=1)


def offering() -> list[Account]:
    """Enabled accounts whose vendor creates installers."""
    slugs = [slug for slug, vendor in VENDORS.items() if vendor.offer is not None]
    return list(Account.objects.filter(vendor__in=slugs, enabled=True, deletion_requested_at=None))


def plan(now: datetime) -> list[Stocktake]:
    expire(now)
    return schedule_installer_syncs(offering(), now)


def schedule_installer_syncs(accounts: Iterable[Account], now: datetime) -> list[Stocktake]:
    """Start the syncs that are due. Refused credentials wait for a user."""
    last = {each.account_id: each for each in Stocktake.objects.filter(account__in=list(accounts))}
    due = []
    for account in accounts:
        before = last.get(account.pk)
        if _due(before, now) and account.health != Health.PERSON:
            due.append(request_stocktake(account, now=now))
    return due


def _due(before: Stocktake | None, now: datetime) -> bool:
    if before is None:
        return True
    pause = retry.pause_after(before.failures) if before.failures else EVERY
    return before.finished_at is not None and now - before.finished_at >= pause


def request_stocktake(account: Account, *, now: datetime, by: User | None = None) -> Stocktake:
    """Start a sync of this account, unless one is active. Raises Unsupported."""
    account.about.installers()
    fresh = Stocktake(account=account, state=JobState.DONE, created_at=now, next_step_at=now)
    Stocktake.objects.bulk_create([fresh], ignore_conflicts=True)
    with transaction.atomic():
        held = Stocktake.objects.select_for_update(of=("self",)).get(account=account)
        if held.active:
            return held
        held.state, held.cursor, held.next_step_at, held.requested_by = JobState.REQUESTED, None, now, by
        held.attempts, held.refusals, held.started_at, held.progressed_at, held.finished_at = 0, 0, None, None, None
        held.save()
    return held
