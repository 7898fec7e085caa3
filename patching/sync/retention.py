"""Retention: deletes old attempts, finished syncs and empty tallies."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from devices.db.batches import forget_older
from devices.jobs import retention
from patching.models import AttemptTally, DeviceTally, PatchRun, PatchTally


def tidy(now: datetime) -> None:
    forget_older("patching_attempt", before=now - timedelta(days=settings.KEEP_ATTEMPTS_DAYS))
    retention.forget_finished(PatchRun, series="source", now=now)
    for tally in (AttemptTally, PatchTally):
        tally._default_manager.filter(number=0).delete()
    DeviceTally.objects.filter(open=0).delete()
