"""How runs look: their state as a pill, their duration, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone

from devices.models import JobState, SyncRun
from vendors.budget import Rate

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
class Progress:
    """How far a run is. `left` is honest: nothing until something was measured."""

    done: int
    total: int | None
    words: str
    left: str


@register.filter
def progress_of(run: SyncRun) -> Progress:
    total = max(run.expected, run.records) if run.expected else None
    if run.state == JobState.REQUESTED:
        return Progress(0, total, "Waiting for a worker", "")
    of_all = f" of {total:,}" if total else ""
    return Progress(run.records, total, f"{run.records:,}{of_all} devices fetched", _left(run, total))


def _left(run: SyncRun, total: int | None) -> str:
    if not total or not run.records or run.started_at is None or run.progressed_at is None or run.records >= total:
        return ""
    spent = (run.progressed_at - run.started_at).total_seconds()
    return f"about {seconds_words(spent / run.records * (total - run.records))} left"


@register.filter
def spoken(run: SyncRun) -> str:
    """For screen readers: changes only now and then, so that nobody is talked to every two seconds."""
    now = progress_of(run)
    if run.waiting_for:
        return f"Fetching, waiting: {run.waiting_for}"
    if not now.total:
        return "Waiting for a worker" if run.state == JobState.REQUESTED else "Fetching devices"
    return f"Fetching devices, {now.done * 10 // now.total * 10} percent"
