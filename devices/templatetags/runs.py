"""Filters and tags for syncs: status pill, type, duration, progress, rate limit, next sync."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy

from devices.accounts.counts import calls_words, records_words
from devices.accounts.run_progress import progress_of, spoken
from devices.models import JobState, SyncRun
from devices.web.durations import every, seconds_words
from vendors.budget import Rate

register = template.Library()

STATES = {
    JobState.REQUESTED: ("busy", "clock", gettext_lazy("Queued")),
    JobState.RUNNING: ("busy", "refresh-cw", gettext_lazy("Running")),
    JobState.DONE: ("ok", "circle-check", gettext_lazy("Complete")),
    JobState.FAILED: ("critical", "octagon-alert", gettext_lazy("Failed")),
    JobState.CANCELLED: ("unknown", "circle-off", gettext_lazy("Canceled")),
}
KINDS = {
    "everything": pgettext_lazy("type of sync", "Full sync"),
    "changed": pgettext_lazy("type of sync", "Sync of changes"),
    "named": pgettext_lazy("type of sync", "Sync of single devices"),
}
# Records other than devices whose fields can be repaired (devices/reconciliation/field_repairs.py).
RECORDS = {
    "attempt": gettext_lazy("patch attempt"),
    "group": gettext_lazy("group"),
    "installer": gettext_lazy("installer"),
    "patch": gettext_lazy("patch"),
}


@register.inclusion_tag("ui/pill.html")
def run_pill(run: SyncRun) -> dict[str, Any]:
    look, icon, label = STATES[JobState(run.state)]
    if run.state == JobState.DONE and (run.quarantined or run.rejected):
        look, icon, label = "attention", "triangle-alert", gettext_lazy("Partial")
    elif run.state == JobState.DONE and run.withheld and run.decided_at is None and run.applied_at is None:
        look, icon, label = "attention", "eye-off", gettext_lazy("Review required")
    return {"look": f"is-{look}", "icon": icon, "word": label, "title": ""}


@register.filter
def kind_words(kind: str) -> str:
    return str(KINDS.get(kind, kind))


@register.filter
def record_label(record: str) -> str:
    return str(RECORDS.get(record, record))


@register.filter
def took(run: SyncRun) -> str:
    if run.started_at is None:
        return "—"
    return seconds_words(((run.finished_at or timezone.now()) - run.started_at).total_seconds())


@register.filter
def changes(run: SyncRun) -> list[str]:
    """What a sync found, as "12 created"; what it did not find is left out."""
    counts = (
        (run.created, ngettext("%(number)s created", "%(number)s created", run.created)),
        (run.changed, ngettext("%(number)s changed", "%(number)s changed", run.changed)),
        (run.unusable, ngettext("%(number)s invalid", "%(number)s invalid", run.unusable)),
        (run.missing, ngettext("%(number)s missing", "%(number)s missing", run.missing)),
        (run.withheld, ngettext("%(number)s on hold", "%(number)s on hold", run.withheld)),
    )
    return [text % {"number": number_format(number, force_grouping=True)} for number, text in counts if number]


for _filter in (seconds_words, every, progress_of, spoken, records_words, calls_words):
    register.filter(_filter)


@register.filter
def rate_words(rate: Rate) -> str:
    """`10 calls per second`; a window of a little more than a minute is meant as a minute."""
    numbers = {"calls": number_format(rate.calls, force_grouping=True), "seconds": f"{rate.seconds:g}"}
    if rate.seconds < 2:
        text = ngettext("%(calls)s call per second", "%(calls)s calls per second", rate.calls)
    elif 55 <= rate.seconds <= 70:
        text = ngettext("%(calls)s call per minute", "%(calls)s calls per minute", rate.calls)
    else:
        text = ngettext("%(calls)s call per %(seconds)s seconds", "%(calls)s calls per %(seconds)s seconds", rate.calls)
    return text % numbers


@register.simple_tag
def due(at: datetime | None) -> str:
    """When a sync is next, as text."""
    if at is None:
        return gettext("not scheduled")
    left = at - timezone.now()
    if left <= timedelta(seconds=15):
        return gettext("now")
    return gettext("in %(duration)s") % {"duration": seconds_words(left.total_seconds())}
