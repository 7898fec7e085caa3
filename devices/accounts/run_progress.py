"""How far a sync is now: its row, the limit of its account, and the calls that are left."""

from __future__ import annotations

from datetime import datetime

from devices.connections import rate_limit as budget
from devices.db import redis_client as broker
from devices.models import JobState, SyncRun
from devices.sync.progress import Progress, progress
from vendors.registry import VENDORS


def progress_now(run: SyncRun, *, now: datetime) -> Progress:
    """One look at the budget, where there is something to estimate; no query when the run has its account."""
    vendor = VENDORS.get(run.account.vendor)
    rate = vendor.rate(run.account.settings) if vendor else None
    quota = budget.quota(run.account_id, rate, shared=broker.client()) if rate and run.state == JobState.RUNNING and run.expected else None
    return progress(run, rate, quota, now=now)
