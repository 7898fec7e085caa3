"""Schedule of patching syncs: hourly, within the vendor's retention; after failures by vendors/retry.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from devices.models import Account, Health, JobState
from devices.models.job import ACTIVE
from patching.models import PatchRun, Reading
from vendors import retry
from vendors.patching_api import Source
from vendors.registry import VENDORS

EVERY = timedelta(hours=1)
# All attempts of the vendor: a device that was offline for longer than the overlap reports late.
WHOLE_EVERY = timedelta(days=1)


def telling() -> list[Account]:
    """Accounts whose vendor lists patches apart from devices, and whose last device sync succeeded: a vendor that is down, or refuses the
    credentials, gets no more requests.
    """
    slugs = [slug for slug, vendor in VENDORS.items() if vendor.patch_sources]
    return list(Account.objects.filter(vendor__in=slugs, enabled=True, deletion_requested_at=None, health=Health.OK))


def plan(now: datetime) -> list[PatchRun]:
    return schedule_patch_runs(telling(), now)


def schedule_patch_runs(accounts: Sequence[Account], now: datetime) -> list[PatchRun]:
    """Request the syncs that are due."""
    known = {(each.account_id, each.source): each for each in Reading.objects.filter(account__in=accounts)}
    planned = []
    for account in accounts:
        for source in account.about.patch_sources:
            reading = known.get((account.pk, source.value))
            if _due(reading, now):
                planned.append(request_run(account, source, reading=reading, now=now))
    return planned


def _due(reading: Reading | None, now: datetime) -> bool:
    if reading is None or reading.tried_at is None:
        return True
    return now - reading.tried_at >= (retry.pause_after(reading.failures) if reading.failures else EVERY)


def request_run(account: Account, source: Source, *, reading: Reading | None, now: datetime) -> PatchRun:
    """Request a sync, or get the active one."""
    active = PatchRun.objects.filter(account=account, source=source, state__in=ACTIVE)
    while True:
        if run := active.order_by("-id").first():
            return run
        since = _since(account, reading, now) if source is Source.ATTEMPTS else None
        run = PatchRun(account=account, source=source, since=since, created_at=now, next_step_at=now)
        PatchRun.objects.bulk_create([run], ignore_conflicts=True)


def _since(account: Account, reading: Reading | None, now: datetime) -> datetime | None:
    if reading is None or reading.since is None:
        return None
    whole = PatchRun.objects.filter(account=account, source=Source.ATTEMPTS, state=JobState.DONE, since=None)
    last = whole.order_by("-id").values_list("finished_at", flat=True).first()
    return reading.since if last is not None and now - last < WHOLE_EVERY else None
