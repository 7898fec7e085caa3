"""How runs look: their state as a pill, their duration, and how far they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone

from devices.accounts.counts import calls_words, records_words
from devices.accounts.run_progress import progress_of, spoken
from devices.models import JobState, SyncRun
from devices.web.durations import every, seconds_words
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


@register.inclusion_tag("ui/pill.html")
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


for _filter in (seconds_words, every, progress_of, spoken, records_words, calls_words):
    register.filter(_filter)


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
