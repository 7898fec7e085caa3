"""Progress of a sync: devices done, and the time left by the rate limit and the observed pace of pages. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from devices.models import JobState, SyncRun
from devices.models.job import RATE_LIMIT
from vendors.budget import Quota, Rate

SLOWER = 1.3  # times that pages may take longer than the limit explains


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """`seconds_left` None: unknown, because the vendor reports no total, or because nothing was measured yet.

    `continues_in`: seconds until a sync goes on that waits for the rate limit, else None.
    """

    done: int
    total: int | None
    seconds_left: float | None
    continues_in: float | None

    @property
    def percent(self) -> int | None:
        return self.done * 100 // self.total if self.total else None


def progress(run: SyncRun, rate: Rate | None, quota: Quota | None, *, now: datetime) -> SyncProgress:
    """`quota`: the calls that are left now, None where that cannot be read: then calls are spread evenly."""
    total = max(run.expected, run.records) if run.expected else None
    waits = max(0.0, (run.next_step_at - now).total_seconds()) if run.waiting_for == RATE_LIMIT and run.state == JobState.RUNNING else None
    left = _seconds_left(run, total, rate, quota, now) if rate and run.state == JobState.RUNNING else None
    return SyncProgress(run.records, total, left, waits)


def in_window(rate: Rate, *, interactive: bool) -> int:
    """Calls that a sync may make in a window: some are reserved for users."""
    return rate.calls if interactive else max(1, rate.calls - rate.reserve)


def _seconds_left(run: SyncRun, total: int | None, rate: Rate, quota: Quota | None, now: datetime) -> float | None:
    if not total or not run.pages or run.records >= total:
        return None
    calls = math.ceil((total - run.records) * run.pages / run.records)
    limit = in_window(rate, interactive=run.interactive)
    pace = run.page_seconds / run.pages
    observed = _observed(run)
    if observed and run.pages > 2 * limit and observed > SLOWER * max(pace, rate.seconds / limit):
        return max(0.0, calls * observed - _since(run, now))  # others use the limit too, or the vendor allows less
    waits = max(0.0, (run.next_step_at - now).total_seconds())
    slots = _slots(quota, limit, rate, waits=waits, pace=pace)
    return max(0.0, max(waits + calls * pace, _granted_in(calls, slots, limit, rate, pace)) - _since(run, now))


def _since(run: SyncRun, now: datetime) -> float:
    """Seconds for which the page that comes next has been under way."""
    begun = max(run.progressed_at or now, run.next_step_at)
    return max(0.0, (now - begun).total_seconds())


def _observed(run: SyncRun) -> float | None:
    """Seconds from page to page with every wait, None before there are two."""
    if run.pages < 2 or run.first_page_at is None or run.progressed_at is None:
        return None
    return (run.progressed_at - run.first_page_at).total_seconds() / (run.pages - 1)


def _granted_in(calls: int, slots: list[float], limit: int, rate: Rate, pace: float) -> float:
    """Seconds until the last of so many calls is allowed and answered. Each slot serves one call in every window."""
    windows, place = divmod(calls - 1, limit)
    return slots[place] + windows * rate.seconds + pace


def _slots(quota: Quota | None, limit: int, rate: Rate, *, waits: float, pace: float) -> list[float]:
    """Seconds until each call of a window may be made, at the pace at which calls are answered. Without a quota, spread evenly."""
    if quota is None:
        free = [0.0] * limit if waits else [place * rate.seconds / limit for place in range(limit)]
    else:
        free = ([0.0] * quota.left + list(quota.frees))[-limit:] if quota.left + len(quota.frees) >= limit else [0.0] * limit
    return [max(waits, each) + (place * pace if each <= waits else 0.0) for place, each in enumerate(free)]
