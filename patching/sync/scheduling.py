"""When patching is read: every hour, before the vendor forgets; after failures as vendors/retry.py says."""

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
# All attempts that the vendor still knows: a device that was away for longer than the overlap tells its own late.
WHOLE_EVERY = timedelta(days=1)


def telling() -> list[Account]:
    """Accounts whose vendor tells about patching beside its devices, and whose devices could be read: a vendor that is down, or refuses the
    credentials, is not asked for more.
    """
    slugs = [slug for slug, vendor in VENDORS.items() if vendor.patch_sources]
    return list(Account.objects.filter(vendor__in=slugs, enabled=True, deletion_requested_at=None, health=Health.OK))


def plan(now: datetime) -> list[PatchRun]:
    return schedule_patch_runs(telling(), now)


def schedule_patch_runs(accounts: Sequence[Account], now: datetime) -> list[PatchRun]:
    """Ask for what is due."""
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
    """Ask for a walk, or get the one that is already on its way."""
    active = PatchRun.objects.filter(account=account, source=source, state__in=ACTIVE)
    while True:
        if run := active.order_by("-id").first():
            return run
        since = _since(account, reading, now) if source is Source.ATTEMPTS else None
        asked = PatchRun(account=account, source=source, since=since, created_at=now, next_step_at=now)
        PatchRun.objects.bulk_create([asked], ignore_conflicts=True)


def _since(account: Account, reading: Reading | None, now: datetime) -> datetime | None:
    if reading is None or reading.since is None:
        return None
    whole = PatchRun.objects.filter(account=account, source=Source.ATTEMPTS, state=JobState.DONE, since=None)
    last = whole.order_by("-id").values_list("finished_at", flat=True).first()
    return reading.since if last is not None and now - last < WHOLE_EVERY else None
