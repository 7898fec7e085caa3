"""Retention of jobs: deletes finished ones, and keeps the newest of each series and outcome, which schedules, statuses and pages read."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from devices.models import VendorJob

BATCH = 1_000  # rows in one transaction, so that none holds its locks for long
MOST_BATCHES = 100  # in one go; the rest waits for the next hour


def forget_finished(model: type[VendorJob], *, series: str, now: datetime, batch: int = BATCH) -> int:
    """Delete the jobs that ended more than KEEP_SYNCS_DAYS ago, the oldest first. Returns how many.

    `series`: the column by which an account has several sequences of jobs. The newest job of each sequence stays for every state and error
    code: the last complete one, the last that failed, the last that a user canceled.
    """
    same = {column: OuterRef(column) for column in ("account", series, "state", "error_code")}
    newer = model._default_manager.filter(**same, pk__gt=OuterRef("pk"))
    old = model._default_manager.filter(Exists(newer), finished_at__lt=now - timedelta(days=settings.KEEP_SYNCS_DAYS)).order_by("pk")
    total = 0
    for _ in range(MOST_BATCHES):
        with transaction.atomic():
            chosen = list(old.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:batch])
            model._default_manager.filter(pk__in=chosen).delete()
        total += len(chosen)
        if len(chosen) < batch:
            break
    return total
