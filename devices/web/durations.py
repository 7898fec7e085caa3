"""Durations as text."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext


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
