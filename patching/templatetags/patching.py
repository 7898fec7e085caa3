"""How patches and attempts look."""

from __future__ import annotations

from typing import Any

from django import template

from devices.templatetags.cached import drawn_once
from patching.lists.counts import LinkedCount
from patching.lists.next_steps import NextStep, work_of
from vendors.patch_states import PatchKind, PatchReason, PatchStatus, Severity
from vendors.short_labels import short_word

register = template.Library()

LOOKS = {
    PatchStatus.AVAILABLE: ("attention", "circle-arrow-down", "The device does not have it yet."),
    PatchStatus.SCHEDULED: ("busy", "calendar-clock", "It will be installed; until then the device does not have it."),
    PatchStatus.INSTALLING: ("busy", "loader", "It is being installed."),
    PatchStatus.INSTALLED: ("ok", "circle-check", "The device has it."),
    PatchStatus.RESTART: ("attention", "rotate-ccw", "It is in place, and a restart makes it work."),
    PatchStatus.FAILED: ("critical", "octagon-alert", "It could not be installed."),
    PatchStatus.EXCLUDED: ("unknown", "circle-slash", "Left out by a person at the vendor."),
    PatchStatus.NOT_APPLICABLE: ("unknown", "circle-off", "The vendor says that it does not fit this device."),
    PatchStatus.UNKNOWN: ("unknown", "circle-question-mark", "The vendor's word is not known here, so it counts as open."),
}
SEVERITY_LOOKS = {
    Severity.HIGH: ("critical", "chevrons-up"),
    Severity.MEDIUM: ("attention", "chevron-up"),
    Severity.LOW: ("unknown", "chevron-down"),
    Severity.INFORMATIONAL: ("unknown", "info"),
}


@drawn_once(register, "ui/pill.html")
def patch_pill(status: str) -> dict[str, Any]:
    known = PatchStatus.known(status)
    look, icon, title = LOOKS[known]
    return {"look": f"is-{look}", "icon": icon, "word": known.label, "title": title}


@drawn_once(register, "patching/_severity.html")
def severity_pill(severity: str) -> dict[str, Any]:
    """Most vendors say nothing: then no pill stands there, which would look like a verdict."""
    known = Severity.known(severity)
    look, icon = SEVERITY_LOOKS.get(known, ("", ""))
    return {"look": f"is-{look}", "icon": icon, "word": known.label, "told": bool(look)}


@register.filter
def reason_label(reason: str) -> str:
    return PatchReason.labelled(reason)


@register.filter
def kind_label(kind: str) -> str:
    return PatchKind.labelled(kind)


register.filter("short_word", short_word)


@register.simple_tag
def work_for(status: str, reason: str) -> NextStep | None:
    return work_of(status, reason)


@register.filter
def unlocalized(number: float) -> str:
    """As SVG reads it."""
    return f"{number:g}"


@register.inclusion_tag("patching/_status_tile.html")
def status_tile(number: LinkedCount, last: LinkedCount | None = None) -> dict[str, Any]:
    """Of a filter with one status. `last`: attempts that ended so and were not repeated, which some vendors tell instead."""
    look, icon, meaning = LOOKS[PatchStatus(number.status)]
    return {"number": number, "last": last, "look": look, "icon": icon, "meaning": meaning}
