"""Template tags: pills, tiles and labels of patches and attempts."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext, gettext_noop

from devices.templatetags.cached import drawn_once
from patching.lists.counts import LinkedCount
from vendors.patch_states import PatchKind, PatchReason, PatchStatus, Severity
from vendors.patching_api import Source
from vendors.short_labels import short_word

register = template.Library()

LOOKS = {
    PatchStatus.AVAILABLE: ("attention", "circle-arrow-down", gettext_noop("Not installed yet.")),
    PatchStatus.SCHEDULED: ("busy", "calendar-clock", gettext_noop("Scheduled for installation.")),
    PatchStatus.INSTALLING: ("busy", "loader", gettext_noop("Installation in progress.")),
    PatchStatus.INSTALLED: ("ok", "circle-check", gettext_noop("Installed on the device.")),
    PatchStatus.RESTART: ("attention", "rotate-ccw", gettext_noop("Installed; takes effect after a restart.")),
    PatchStatus.FAILED: ("critical", "octagon-alert", gettext_noop("Installation failed.")),
    PatchStatus.EXCLUDED: ("unknown", "circle-slash", gettext_noop("Excluded in the vendor console.")),
    PatchStatus.NOT_APPLICABLE: ("unknown", "circle-off", gettext_noop("Reported as not applicable to this device.")),
    PatchStatus.UNKNOWN: ("unknown", "circle-question-mark", gettext_noop("Unrecognized vendor status, counted as open.")),
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
    return {"look": f"is-{look}", "icon": icon, "word": gettext(known.label), "title": gettext(title)}


@drawn_once(register, "patching/_severity.html")
def severity_pill(severity: str) -> dict[str, Any]:
    """No pill without a severity, as from most vendors: it would look like a rating."""
    known = Severity.known(severity)
    look, icon = SEVERITY_LOOKS.get(known, ("", ""))
    return {"look": f"is-{look}", "icon": icon, "word": gettext(known.label), "rated": bool(look)}


@register.filter
def reason_label(reason: str) -> str:
    """One that is not known is shown as it is stored."""
    return gettext(PatchReason.labelled(reason)) if reason else ""


@register.filter
def kind_label(kind: str) -> str:
    return gettext(PatchKind.labelled(kind)) if kind else ""


register.filter("short_word", short_word)


@register.filter
def source_label(source: str) -> str:
    return gettext(Source.labelled(source))


@register.filter
def unlocalized(number: float) -> str:
    """As SVG reads it."""
    return f"{number:g}"


@register.inclusion_tag("patching/_status_tile.html")
def status_tile(number: LinkedCount, last: LinkedCount | None = None) -> dict[str, Any]:
    """Of a filter with one status. `last`: latest attempts with that status, which some vendors report instead."""
    look, icon, _ = LOOKS[PatchStatus(number.status)]
    return {"number": number, "last": last, "look": look, "icon": icon}
