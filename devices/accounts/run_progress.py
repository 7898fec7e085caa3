"""Progress of a sync as text: from its row, the rate limit of its account, and the calls left."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from devices.connections import rate_limit
from devices.db import redis_client
from devices.db.messages import translated
from devices.models import JobState, SyncRun
from devices.models.job import RATE_LIMIT
from devices.sync.progress import SyncProgress, progress
from devices.web.durations import seconds_words
from vendors.registry import VENDORS


@dataclass(frozen=True, slots=True)
class ProgressText:
    """`words`: devices synced so far; `left`: the time left, "" where it is not known; `waits`: what the sync waits for."""

    done: int
    total: int | None
    words: str
    left: str
    waits: str


def progress_now(run: SyncRun, *, now: datetime) -> SyncProgress:
    """Reads the calls left where there is something to estimate; no query when the run has its account loaded."""
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
        return ProgressText(0, now.total, gettext("Waiting for a worker"), "", "")
    left = gettext("about %(duration)s left") % {"duration": seconds_words(now.seconds_left)} if now.seconds_left is not None else ""
    return ProgressText(run.records, now.total, _synced(run, now.total), left, _waits(run, now.continues_in))


def spoken(run: SyncRun) -> str:
    """For screen readers: it changes rarely, so that it is not read out every two seconds."""
    if run.state == JobState.REQUESTED:
        return gettext("Waiting for a worker")
    if run.waiting_for == RATE_LIMIT:
        return gettext("Syncing, rate limit reached")
    if run.waiting_for:
        return gettext("Syncing, waiting: %(reason)s") % {"reason": translated(run.waiting_for)}
    if run.expected:
        return gettext("Syncing devices, %(percent)s percent") % {"percent": run.records * 10 // max(run.expected, run.records) * 10}
    return gettext("Syncing devices")


def _synced(run: SyncRun, total: int | None) -> str:
    """A vendor that reports a total may still do so before its first devices."""
    vendor = VENDORS.get(run.account.vendor)
    done = _number(run.records)
    if total:
        text = ngettext("%(done)s of %(total)s device synced", "%(done)s of %(total)s devices synced", total)
        return text % {"done": done, "total": _number(total)}
    if total is None and (run.records or vendor is None or not vendor.tells_total):
        text = ngettext("%(done)s device synced, total unknown", "%(done)s devices synced, total unknown", run.records)
    else:
        text = ngettext("%(done)s device synced", "%(done)s devices synced", run.records)
    return text % {"done": done}


def _waits(run: SyncRun, continues_in: float | None) -> str:
    if continues_in is None:
        return gettext("Waiting: %(reason)s") % {"reason": translated(run.waiting_for)} if run.waiting_for else ""
    if continues_in <= 0:
        return gettext("Rate limit reached, continues now")
    return gettext("Rate limit reached, continues in %(seconds)s s") % {"seconds": math.ceil(continues_in)}


def _number(number: int) -> str:
    return number_format(number, force_grouping=True)
