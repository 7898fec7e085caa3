"""How runs look: their state as a pill, their duration, and how far they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone

from devices.accounts.counts import calls_words, records_words
from devices.accounts.run_progress import progress_now
from devices.models import JobState, SyncRun
from devices.models.job import RATE_LIMIT
from vendors.budget import Rate
from vendors.registry import VENDORS

register = template.Library()

STATES = {
    JobState.REQUESTED: ("busy", "clock", "Waiting"),
    JobState.RUNNING: ("busy", "refresh-cw", "Running"),
    JobState.DONE: ("ok", "circle-check", "Complete"),
    JobState.FAILED: ("critical", "octagon-alert", "Failed"),
    JobState.CANCELLED: ("unknown", "circle-off", "Cancelled"),
}
KINDS = {"everything": "Whole list", "changed": "Changes", "named": "Single devices"}


@register.inclusion_tag("devices/parts/pill.html")
def run_pill(run: SyncRun) -> dict[str, Any]:
    look, icon, word = STATES[JobState(run.state)]
    if run.state == JobState.DONE and (run.quarantined or run.rejected):
        look, icon, word = "attention", "triangle-alert", "Partial"
    elif run.state == JobState.DONE and run.withheld and run.decided_at is None and run.applied_at is None:
        look, icon, word = "attention", "eye-off", "Review required"
    return {"look": f"is-{look}", "icon": icon, "word": word, "title": ""}


@register.filter
def kind_words(kind: str) -> str:
    return KINDS.get(kind, kind)


@register.filter
def took(run: SyncRun) -> str:
    if run.started_at is None:
        return "—"
    return seconds_words(((run.finished_at or timezone.now()) - run.started_at).total_seconds())


@register.filter
def seconds_words(seconds: float) -> str:
    """`8 s`, `3 min`, `1 h 5 min`; below a second: `1 s`."""
    whole = max(1, round(seconds))
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{round(hours / 24)} days"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


@register.filter
def every(seconds: int) -> str:
    """An interval, or that there is none."""
    return f"every {seconds_words(seconds)}" if seconds else "only when asked"


register.filter(records_words)
register.filter(calls_words)


@register.filter
def rate_words(rate: Rate) -> str:
    """Windows of a little more than a minute are meant as a minute."""
    unit = "second" if rate.seconds < 2 else "minute" if 55 <= rate.seconds <= 70 else f"{rate.seconds:g} seconds"
    return f"{rate.calls:,} {'call' if rate.calls == 1 else 'calls'} per {unit}"


@register.simple_tag
def due(at: datetime | None) -> str:
    """When something comes, in words."""
    if at is None:
        return "not planned"
    left = at - timezone.now()
    return "now" if left <= timedelta(seconds=15) else f"in {seconds_words(left.total_seconds())}"


@dataclass(frozen=True, slots=True)
class Words:
    """How far a run is, in words. `left` is "" where nobody can tell; `waits`: what it waits for."""

    done: int
    total: int | None
    words: str
    left: str
    waits: str


@register.filter
def progress_of(run: SyncRun) -> Words:
    now = progress_now(run, now=timezone.now())
    if run.state == JobState.REQUESTED:
        return Words(0, now.total, "Waiting for a worker", "", "")
    left = f"about {seconds_words(now.seconds_left)} left" if now.seconds_left is not None else ""
    return Words(run.records, now.total, f"{run.records:,}{_of_all(run, now.total)}", left, _waits(run, now.continues_in))


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


@register.filter
def spoken(run: SyncRun) -> str:
    """For screen readers: changes only now and then, so that nobody is talked to every two seconds."""
    if run.state == JobState.REQUESTED:
        return "Waiting for a worker"
    if run.waiting_for:
        return "Fetching, rate limit reached" if run.waiting_for == RATE_LIMIT else f"Fetching, waiting: {run.waiting_for}"
    return f"Fetching devices, {run.records * 10 // max(run.expected, run.records) * 10} percent" if run.expected else "Fetching devices"
