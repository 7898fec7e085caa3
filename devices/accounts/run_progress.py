"""How far a sync is now, in numbers and in words: its row, the limit of its account, and the calls that are left."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from devices.connections import rate_limit
from devices.db import redis_client
from devices.models import JobState, SyncRun
from devices.models.job import RATE_LIMIT
from devices.sync.progress import SyncProgress, progress
from devices.web.durations import seconds_words
from vendors.registry import VENDORS


@dataclass(frozen=True, slots=True)
class ProgressText:
    """How far a run is, in words. `left` is "" where nobody can tell; `waits`: what it waits for."""

    done: int
    total: int | None
    words: str
    left: str
    waits: str


def progress_now(run: SyncRun, *, now: datetime) -> SyncProgress:
    """One look at the budget, where there is something to estimate; no query when the run has its account."""
    vendor = VENDORS.get(run.account.vendor)
    rate = vendor.rate(run.account.settings) if vendor else None
    quota = (
        rate_limit.quota(run.account_id, rate, shared=redis_client.client())
        if rate and run.state == JobState.RUNNING and run.expected
        else None
    )
    return progress(run, rate, quota, now=now)


def progress_of(run: SyncRun) -> ProgressText:
    now = progress_now(run, now=timezone.now())
    if run.state == JobState.REQUESTED:
        return ProgressText(0, now.total, "Waiting for a worker", "", "")
    left = f"about {seconds_words(now.seconds_left)} left" if now.seconds_left is not None else ""
    return ProgressText(run.records, now.total, f"{run.records:,}{_of_all(run, now.total)}", left, _waits(run, now.continues_in))


def spoken(run: SyncRun) -> str:
    """For screen readers: changes only now and then, so that nobody is talked to every two seconds."""
    if run.state == JobState.REQUESTED:
        return "Waiting for a worker"
    if run.waiting_for:
        return "Fetching, rate limit reached" if run.waiting_for == RATE_LIMIT else f"Fetching, waiting: {run.waiting_for}"
    return f"Fetching devices, {run.records * 10 // max(run.expected, run.records) * 10} percent" if run.expected else "Fetching devices"


def _of_all(run: SyncRun, total: int | None) -> str:
    """Before its first devices a vendor that tells a total may still do so."""
    vendor = VENDORS.get(run.account.vendor)
    if total is None and (run.records or vendor is None or not vendor.tells_total):
        return " devices fetched, total unknown"
    return f" of {total:,} devices fetched" if total else " devices fetched"


def _waits(run: SyncRun, continues_in: float | None) -> str:
    if continues_in is None:
        return f"Waiting: {run.waiting_for}" if run.waiting_for else ""
    return f"Rate limit reached, continues in {math.ceil(continues_in)} s" if continues_in > 0 else "Rate limit reached, continues now"
