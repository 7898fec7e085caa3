"""Durations and ages as text."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

JUST_NOW = gettext_lazy("just now")
JUST_NOW_SECONDS = 45
# below so many seconds, seconds of the unit, text. The last unit ends at 60 days, so there are always several days.
AGES: tuple[tuple[int, int, str | Promise], ...] = (
    (60, 1, gettext_lazy("%(count)s s ago")),
    (3600, 60, gettext_lazy("%(count)s min ago")),
    (2 * 86400, 3600, gettext_lazy("%(count)s h ago")),
    (60 * 86400, 86400, gettext_lazy("%(count)s days ago")),
)


def age_text(seconds: float) -> str:
    """`3 h ago`; empty from 60 days on, where a date says more. static/js/rollcall.js renews it with the same texts."""
    if seconds < JUST_NOW_SECONDS:
        return str(JUST_NOW)
    for below, unit, text in AGES:
        if seconds < below:
            return str(text) % {"count": max(1, int(seconds // unit))}
    return ""


def seconds_words(seconds: float) -> str:
    """`8 s`, `3 min`, `1 h 5 min`; below a second: `1 s`."""
    whole = max(1, round(seconds))
    if whole < 90:
        return gettext("%(count)s s") % {"count": whole}
    minutes = round(whole / 60)
    if minutes < 60:
        return gettext("%(count)s min") % {"count": minutes}
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        days = round(hours / 24)
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if rest:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
    return gettext("%(count)s h") % {"count": hours}


def every(seconds: int) -> str:
    """An interval, or that there is none."""
    return gettext("every %(duration)s") % {"duration": seconds_words(seconds)} if seconds else gettext("manual only")
